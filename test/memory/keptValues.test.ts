import { grad, manualSeed, nn, optim, randint, randn, type Tensor, zeros } from "evenkeel";
import { expect, test } from "vitest";

/** The bits of a tensor, copied. */
function bits(x: Tensor): Uint8Array {
  return new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength).slice();
}

const dtypes = ["float32", "float64"] as const;

test.each(dtypes)("%s values that are kept keep their bits while training goes on", (dtype) => {
  manualSeed(0);
  const layers = [
    new nn.Linear(30, 64, { bias: false, dtype }),
    new nn.BatchNorm1d(64, { dtype }),
    new nn.Tanh(),
    new nn.Linear(64, 27, { dtype }),
  ];
  const model = new nn.Sequential(...layers);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const x = randn([256, 30], { dtype });
  const labels = randint(0, 27, [256]);

  const kept: { what: string; value: Tensor; asItWas: Uint8Array }[] = [];
  const keep = (what: string, value: Tensor | null) => {
    if (value !== null) kept.push({ what, value, asItWas: bits(value) });
  };

  for (let step = 0; step < 300; step++) {
    // Some steps keep by hooks, some without any, and most nothing, so that memory is free to be used again.
    const byHooks = step % 7 === 0;
    const isKept = byHooks || step % 7 === 3;
    const at = (step % 8) * 32;
    const hooks = (byHooks ? layers : []).map((layer, i) =>
      layer.registerForwardHook((_module, _inputs, y) => {
        keep(`step ${step}: output ${i}, by a hook`, y);
        y.registerHook((g) => keep(`step ${step}: gradient at output ${i}, by a hook`, g));
        y.retainGrad();
      }),
    );
    const outputs: Tensor[] = [];
    for (const layer of layers) outputs.push(layer.forward(outputs.at(-1) ?? x.slice(0, at, at + 32)));
    const loss = nn.functional.crossEntropy(outputs[3], labels.slice(0, at, at + 32));
    optimizer.zeroGrad();
    if (isKept) {
      const gradients = grad(loss, [outputs[0], outputs[2]]);
      gradients.forEach((g, i) => keep(`step ${step}: gradient ${i} by grad`, g));
    }
    loss.backward();
    if (isKept) {
      keep(`step ${step}: loss`, loss);
      outputs.forEach((y, i) => {
        keep(`step ${step}: output ${i}`, y);
        keep(`step ${step}: output ${i}, detached`, y.detach());
        keep(`step ${step}: output ${i}, a view`, y.detach().reshape(-1).slice(0, 3, 40));
        keep(`step ${step}: gradient at output ${i}, retained`, y.grad);
      });
      for (const [name, { grad }] of model.namedParameters()) keep(`step ${step}: gradient of ${name}`, grad);
    }
    optimizer.step();
    for (const hook of hooks) hook.remove();
  }

  expect(kept.length).toBeGreaterThan(1000);
  const changed = kept.filter(({ value, asItWas }) => Buffer.compare(bits(value), asItWas) !== 0);
  expect(changed.map(({ what }) => what)).toEqual([]);
});

test.each(dtypes)(
  "what a recorded %s gradient still reads is not used again by gradients that are not recorded",
  (dtype) => {
    manualSeed(0);
    const model = new nn.Sequential(
      new nn.Linear(30, 64, { bias: false, dtype }),
      new nn.BatchNorm1d(64, { dtype }),
      new nn.Tanh(),
      new nn.Linear(64, 27, { dtype }),
    );
    const parameters = model.parameters();
    const [x, labels] = [randn([32, 30], { dtype }), randint(0, 27, [32])];
    const loss = () => nn.functional.crossEntropy(model.forward(x), labels);
    const along = (gradients: readonly Tensor[]) =>
      gradients.reduce((sum, g) => sum.add(g.mul(g).sum()), zeros([], { dtype }));
    const undisturbed = grad(along(grad(loss(), parameters, { createGraph: true })), parameters).map(bits);

    const own = loss();
    const gradients = grad(own, parameters, { createGraph: true });
    for (let i = 0; i < 3; i++) grad(own, parameters);
    for (let i = 0; i < 5; i++) grad(loss().mul(3), parameters);
    const second = along(gradients);
    for (let i = 0; i < 2; i++) expect(grad(second, parameters).map(bits)).toEqual(undisturbed);
  },
);
