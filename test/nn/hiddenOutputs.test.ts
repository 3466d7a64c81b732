import { detectAnomaly, Generator, grad, nn, noGrad, optim, randint, randn, type Tensor, zeros } from "evenkeel";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

/** Layers between which nobody sees what passes, with a bias and without. */
function layers(dtype: "float32" | "float64" = "float32"): nn.Module[] {
  const generator = new Generator().manualSeed(1);
  return [
    new nn.Linear(5, 8, { bias: false, generator, dtype }),
    new nn.BatchNorm1d(8, { dtype }),
    new nn.Tanh(),
    new nn.Linear(8, 6, { generator, dtype }),
    new nn.BatchNorm1d(6, { affine: false, dtype }),
    new nn.ReLU(),
    new nn.Sigmoid(),
    new nn.Linear(6, 3, { generator, dtype }),
  ];
}

const drawn = (shape: number[], dtype: "float32" | "float64" = "float32") =>
  randn(shape, { generator: new Generator().manualSeed(2), dtype });

/** The same layers one by one, as user code would call them. */
class OneByOne extends nn.Sequential {
  override forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this) y = layer.forward(y);
    return y;
  }
}

const everything = (model: nn.Module) => [...model.namedParameters(), ...model.namedBuffers()];
const bits = (model: nn.Module) => everything(model).map(([name, x]) => [name, x.data.slice()]);

test.each(["float32", "float64"] as const)(
  "a Sequential gives the bits that its layers give one by one, in %s",
  (dtype) => {
    const [hiding, plain] = [new nn.Sequential(...layers(dtype)), new OneByOne(...layers(dtype))];
    const [x, z] = [drawn([7, 5], dtype), drawn([7, 5], dtype)];
    x.requiresGrad = true;
    z.requiresGrad = true;
    for (let step = 0; step < 3; step++) {
      for (const [model, input] of [
        [hiding, x],
        [plain, z],
      ] as const) {
        model.zeroGrad();
        model.forward(input).square().sum().backward();
      }
      expect(bits(hiding)).toEqual(bits(plain));
      expect(x.grad?.data).toEqual(z.grad?.data);
      for (const [i, [name, p]] of plain.namedParameters().entries()) {
        expect(hiding.namedParameters()[i][1].grad?.data, name).toEqual(p.grad?.data);
      }
    }
    hiding.eval();
    plain.eval();
    expect(hiding.forward(x).data).toEqual(plain.forward(z).data);
    expect(noGrad(() => hiding.forward(x)).data).toEqual(plain.forward(z).data);
  },
);

test("a Sequential gives the same gradient again and again, and moves the running statistics once", () => {
  const model = new nn.Sequential(...layers());
  const y = model
    .forward(drawn([7, 5]))
    .square()
    .sum();
  const statistics = model.namedBuffers().map(([, x]) => x.data.slice());
  const first = grad(y, model.parameters()).map((g) => g.data.slice());
  const another = new nn.Sequential(...layers());
  for (let i = 0; i < 4; i++) {
    another
      .forward(drawn([7, 5]).mul(3))
      .sum()
      .backward(); // takes the memory that the first gave back
    expect(grad(y, model.parameters()).map((g) => g.data)).toEqual(first);
    expect(model.namedBuffers().map(([, x]) => x.data)).toEqual(statistics);
  }
});

test("a Sequential gives each gradient that is asked for alone", () => {
  const model = new nn.Sequential(...layers());
  const x = drawn([7, 5]);
  x.requiresGrad = true;
  const all = grad(model.forward(x).sum(), [x, ...model.parameters()]);
  [x, ...model.parameters()].forEach((target, i) => {
    expect(grad(model.forward(x).sum(), [target])[0].data).toEqual(all[i].data);
  });
});

test("a hook on a layer within a Sequential sees what passes", () => {
  const model = new nn.Sequential(...layers());
  const x = drawn([7, 5]);
  const expected = model.forward(x).data;
  const seen: number[][] = [];
  const handle = model[2].registerForwardHook((_, [input], output) => {
    seen.push([...(input as Tensor).shape, ...output.shape]);
  });
  expect(model.forward(x).data).toEqual(expected);
  expect(seen).toEqual([[7, 8, 7, 8]]);
  handle.remove();
  model.forward(x);
  expect(seen.length).toBe(1);
});

test("a layer's own forward, in a class derived from it, is called", () => {
  class Doubled extends nn.Tanh {
    override forward(x: Tensor): Tensor {
      return super.forward(x).mul(2);
    }
  }
  const linear = new nn.Linear(2, 2);
  const x = drawn([3, 2]);
  expect(new nn.Sequential(linear, new Doubled(), new nn.Tanh()).forward(x).data).toEqual(
    linear.forward(x).tanh().mul(2).tanh().data,
  );
});

test("a batch norm's own forward, and forms of it that are rarer, are as by themselves", () => {
  class Shifted extends nn.BatchNorm1d {
    override forward(x: Tensor): Tensor {
      return super.forward(x).add(1);
    }
  }
  const x = drawn([6, 5]);
  const make: (() => nn.BatchNorm1d)[] = [
    () => new Shifted(8),
    () => new nn.BatchNorm1d(8, { variance: "unbiased" }),
    () => new nn.BatchNorm1d(8, { runningAverage: "std" }),
    () => new nn.BatchNorm1d(8, { variance: "unbiased", runningAverage: "std", momentum: null }),
  ];
  for (const norm of make) {
    const layersOf = () => [new nn.Linear(5, 8, { generator: new Generator().manualSeed(1) }), norm(), new nn.Tanh()];
    const [hiding, plain] = [new nn.Sequential(...layersOf()), new OneByOne(...layersOf())];
    for (let step = 0; step < 2; step++) expect(hiding.forward(x).data).toEqual(plain.forward(x).data);
    expect(bits(hiding)).toEqual(bits(plain));
  }
});

test("a batch norm of another width, or with settings that make no sense, refuses within a Sequential as well", () => {
  const model = (width: number) => new nn.Sequential(new nn.Linear(5, 4), new nn.BatchNorm1d(width), new nn.Tanh());
  const where = (module: nn.Module) => refusal(() => module.forward(drawn([3, 5]))).where;
  expect(where(model(3))).toBe("BatchNorm1d.forward");
  for (const wrong of [{ eps: -1 }, { eps: Number.POSITIVE_INFINITY }, { momentum: -0.1 }, { momentum: 1.5 }]) {
    const own = model(4);
    Object.assign(own[1], wrong);
    expect(where(own), JSON.stringify(wrong)).toBe("BatchNorm1d.forward");
  }
});

test("what a layer in the middle refuses is said by that layer", () => {
  const model = new nn.Sequential(new nn.Linear(5, 4), new nn.Tanh(), new nn.Linear(3, 2), new nn.Tanh());
  expect(refusal(() => model.forward(zeros([2, 5]))).where).toBe("Linear.forward");
  const single = new nn.Sequential(new nn.Linear(5, 4), new nn.BatchNorm1d(4), new nn.Tanh());
  expect(refusal(() => single.forward(zeros([1, 5]))).where).toBe("BatchNorm1d.forward");
  const mixed = new nn.Sequential(new nn.Linear(5, 4), new nn.Linear(4, 4, { dtype: "float64" }));
  expect(refusal(() => mixed.forward(zeros([2, 5]))).where).toBe("Linear.forward");
});

test("an anomaly is found in the layer where it arises", () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2), new nn.Tanh());
  noGrad(() => model.parameters()[0].fill_(Number.POSITIVE_INFINITY));
  expect(refusal(() => detectAnomaly(() => model.forward(zeros([3, 2]).add(1)))).got).toMatch(/output of linear/);
});

test("a change in place of what a Sequential has read, or made, is noticed", () => {
  const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Tanh());
  const x = zeros([3, 2], { requiresGrad: true }); // without it nothing reads the weights
  const [first, second] = [model.forward(x), model.forward(x)];
  noGrad(() => first.mul_(2));
  expect(refusal(() => first.sum().backward()).got).toMatch(/changed in place/);
  noGrad(() => model.parameters()[0].mul_(2));
  expect(refusal(() => second.sum().backward()).got).toMatch(/changed in place/);
});

test("what is kept of a training run keeps its values while the run goes on", () => {
  const model = new nn.Sequential(...layers());
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const labels = randint(0, 3, [16], { generator: new Generator().manualSeed(3) });
  const kept: (readonly [x: Tensor, copy: unknown])[] = [];
  const keep = (x: Tensor) => kept.push([x, x.data.slice()]);
  for (let step = 0; step < 60; step++) {
    optimizer.zeroGrad();
    const hidden = model[0].forward(drawn([16, 5]));
    const y = model.forward(drawn([16, 5]));
    const loss = nn.functional.crossEntropy(y, labels).add(hidden.square().mean());
    if (step % 3 === 0) hidden.retainGrad();
    loss.backward();
    for (const x of [hidden, y, loss]) keep(x);
    if (step % 3 === 0) keep(hidden.grad as Tensor);
    if (step % 2 === 0) {
      for (const p of model.parameters()) {
        const g = p.grad as Tensor;
        keep(g);
        keep(g.detach().reshape([g.numel()]));
      }
    }
    optimizer.step();
    const weights = drawn([16, 3]);
    keep(weights);
    optimizer.zeroGrad(); // or else the gradients that are kept would grow
    model.forward(drawn([16, 5])).backward(weights);
  }
  for (const [x, copy] of kept) expect(x.data).toEqual(copy);
});

describe("what a layer refuses by itself it refuses within a Sequential, in the same words", () => {
  type Fields = Record<string, unknown>;
  const cases: readonly (readonly [title: string, layer: () => nn.Module, change: Fields, width: number])[] = [
    ["a Linear of another width behind one", () => new nn.Linear(6, 3), {}, 8],
    ["a weight that was pruned", () => new nn.Linear(8, 3), { weight: new nn.Parameter(zeros([3, 6])) }, 8],
    ["a bias too short", () => new nn.Linear(8, 3), { bias: new nn.Parameter(zeros([2])) }, 8],
    ["a weight that is none", () => new nn.Linear(8, 3), { weight: null }, 8],
    ["columns that batch norm has not", () => new nn.BatchNorm1d(8), {}, 16],
    ["a running mean too long", () => new nn.BatchNorm1d(8), { runningMean: zeros([9]) }, 8],
    ["a running variance alone", () => new nn.BatchNorm1d(8), { runningMean: null }, 8],
    ["a scale too short", () => new nn.BatchNorm1d(8), { weight: new nn.Parameter(zeros([1])) }, 8],
    ["momentum as text", () => new nn.BatchNorm1d(8), { momentum: "0.1" }, 8],
    ["eps as text", () => new nn.BatchNorm1d(8), { eps: "1" }, 8],
    ["training as text", () => new nn.BatchNorm1d(8), { training: "yes" }, 8],
    ["a count that is none", () => new nn.BatchNorm1d(8), { numBatchesTracked: zeros([2]) }, 8],
  ];
  test.each(cases)("%s", (_, make, change, width) => {
    const layer = Object.assign(make(), change);
    const first = new nn.Linear(5, width);
    const model = new nn.Sequential(first, new nn.Tanh(), layer, new nn.ReLU());
    const alone = refusal(() => layer.forward(first.forward(drawn([4, 5])).tanh()));
    expect(refusal(() => model.forward(drawn([4, 5]))).message).toBe(alone.message);
  });

  test("a Linear that was pruned and widened takes what its weight takes", () => {
    const pruned = Object.assign(new nn.Linear(8, 3), { weight: new nn.Parameter(drawn([2, 6])), bias: null });
    const [first, next] = [new nn.Linear(5, 6), new nn.Linear(2, 2)];
    const x = drawn([4, 5]);
    const y = next.forward(pruned.forward(first.forward(x)));
    expect(new nn.Sequential(first, pruned, next).forward(x).data).toEqual(y.data);
  });
});

test("behind layers that are frozen the others have their gradients", () => {
  for (const frozen of [1, 2, 3, 4]) {
    const [hiding, plain] = [new nn.Sequential(...layers()), new OneByOne(...layers())];
    for (const model of [hiding, plain]) {
      for (const layer of [...model].slice(0, frozen)) for (const p of layer.parameters()) p.requiresGrad = false;
      model
        .forward(drawn([40, 5]))
        .square()
        .sum()
        .backward();
    }
    const gradients = (model: nn.Module) => model.namedParameters().map(([name, p]) => [name, p.grad?.data]);
    expect(gradients(hiding), `${frozen} of them`).toEqual(gradients(plain));
  }
});

test("a second gradient is refused where what would be computed once more was made of has changed", () => {
  const model = new nn.Sequential(...layers());
  const [first, last] = [model.parameters()[0], model.parameters().at(-1)];
  const loss = model
    .forward(drawn([40, 5]))
    .square()
    .sum();
  const before = grad(loss, model.parameters()).map((g) => g.data.slice());
  expect(grad(loss, model.parameters()).map((g) => g.data)).toEqual(before);
  const other = model
    .forward(drawn([40, 5]))
    .square()
    .sum();
  grad(other, model.parameters());
  noGrad(() => first.mul_(2));
  expect(refusal(() => grad(other, model.parameters())).got).toMatch(/its input 1, .*changed in place/);
  expect(grad(other, [last as Tensor])[0].data).toEqual(before.at(-1)); // reads nothing that has gone
});

test("what could not be computed once more is kept: a weight that is a layer's running mean as well changes on the way", () => {
  const gradients = [nn.Sequential, OneByOne].map((Model) => {
    const [first, second, third] = [new nn.BatchNorm1d(3), new nn.BatchNorm1d(3), new nn.Linear(3, 2)];
    for (const p of third.parameters()) noGrad(() => p.fill_(0.25));
    second.runningMean = first.weight;
    const model = new Model(first, second, third);
    const loss = model
      .forward(drawn([40, 3]))
      .square()
      .sum();
    loss.backward();
    loss.backward();
    return model.parameters().map((p) => p.grad?.data);
  });
  expect(gradients[0]).toEqual(gradients[1]);
});

test("a gradient through ten thousand layers is taken twice", () => {
  const model = new nn.Sequential(...Array.from({ length: 10_000 }, () => new nn.Tanh()));
  const x = drawn([2, 40]);
  x.requiresGrad = true;
  const y = model.forward(x).sum();
  const first = grad(y, [x])[0].data.slice();
  expect(grad(y, [x])[0].data).toEqual(first);
});

test("a layer that stands twice in a Sequential counts and averages twice", () => {
  const make = () => new nn.BatchNorm1d(5, { momentum: null });
  const [inOne, alone] = [make(), make()];
  const model = new nn.Sequential(inOne, new nn.Tanh(), inOne);
  for (const seed of [3, 4]) {
    const x = randn([9, 5], { generator: new Generator().manualSeed(seed) });
    expect(model.forward(x).data).toEqual(alone.forward(alone.forward(x).tanh()).data);
  }
  expect(bits(model)).toEqual(bits(new nn.Sequential(alone)));
  expect(inOne.numBatchesTracked?.item()).toBe(4);
});

test("running statistics that want a gradient get none, in a Sequential as by themselves", () => {
  const norm = Object.assign(new nn.BatchNorm1d(5, { affine: false }), { runningMean: new nn.Parameter(zeros([5])) });
  const model = new nn.Sequential(norm, new nn.Tanh()).eval();
  expect(norm.forward(drawn([3, 5])).requiresGrad).toBe(false);
  expect(model.forward(drawn([3, 5])).requiresGrad).toBe(false);
});
