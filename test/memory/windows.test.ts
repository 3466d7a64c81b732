import {
  apply,
  type Data,
  type Fused,
  grad,
  hvp,
  jvp,
  type Kernels,
  manualSeed,
  NDArray,
  nn,
  noGrad,
  type Op,
  optim,
  type Primitive,
  randint,
  randn,
  type Tensor,
  vjp,
} from "evenkeel";
import { describe, expect, test } from "vitest";

// A window on memory that the engine uses again must never leave: every way by which a user gets an array, and what it holds later.

/** Notes what a user may keep: tensors, arrays, typed arrays. What is live, such as a parameter, may change later. */
type Keep = (what: string, value: Tensor | NDArray | Data, isLive?: boolean) => void;

interface Setting {
  readonly model: nn.Sequential;
  readonly layers: nn.Module[];
  readonly weight: nn.Parameter;
  readonly x: Tensor;
  readonly loss: () => Tensor;
  readonly step: () => void;
}

function setting(): Setting {
  manualSeed(0);
  const first = new nn.Linear(30, 64);
  const layers = [first, new nn.BatchNorm1d(64), new nn.Tanh(), new nn.Linear(64, 64), new nn.ReLU()];
  const model = new nn.Sequential(...layers);
  const x = randn([32, 30]);
  const labels = randint(0, 64, [32]);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
  const loss = () => nn.functional.crossEntropy(model.forward(x), labels);
  const step = () => {
    optimizer.zeroGrad();
    loss().backward();
    optimizer.step();
  };
  return { model, layers, weight: first.weight, x, loss, step };
}

/** A user's operation that keeps all that it gets to see, and all that kernels make for it. */
function keeping(keep: Keep): Primitive {
  const kept = (what: string, k: Kernels, x: NDArray): NDArray => {
    keep(`${what}: its input`, x, true);
    keep(`${what}: a sum of kernels`, k.add(x, x));
    keep(`${what}: a product`, k.matmul(x, x, false, true));
    keep(`${what}: a reduction`, k.sum(x, 0, 1));
    keep(`${what}: a view`, k.copy(x).view([x.data.length]));
    const { mean, variance } = k.batchStatistics(x);
    keep(`${what}: a mean`, mean);
    keep(`${what}: a variance`, variance);
    const labels = new NDArray(new Int32Array(x.shape[0]), [x.shape[0]], "int32");
    for (const reduction of ["none", "mean"] as const) {
      const settings = { ignoreIndex: -100, reduction, labelSmoothing: 0 };
      const [losses, { powers, totals }] = k.crossEntropy(x, labels, null, settings);
      keep(`${what}: losses`, losses);
      keep(`${what}: powers`, powers);
      keep(`${what}: totals`, totals);
    }
    return k.copy(x);
  };
  return {
    name: "keeping",
    forward: (k, x) => kept("forward", k, x),
    vjp: [
      (g, y, x) => {
        keep("pullback: the gradient", g);
        keep("pullback: a new one", g.mul(2));
        keep("pullback: the output", y);
        keep("pullback: the input", x, true);
        return g;
      },
    ],
  };
}

const keepingKernel = (keep: Keep): Primitive => ({
  ...keeping(keep),
  backward: (k, g, y, x) => {
    keep("kernel: the gradient", g);
    keep("kernel: the output", y);
    keep("kernel: the input", x, true);
    const made = k.mul(g, g);
    keep("kernel: what it made", made);
    return k.copy(g);
  },
});

const keepingFused = (keep: Keep): Fused<NDArray> => ({
  name: "keepingFused",
  composite: (x) => x.mul(2),
  forward: (k, x) => {
    const saved = k.mul(x, x);
    keep("fused: saved", saved);
    return [k.add(x, x), saved];
  },
  backward: (k, g, saved, x) => {
    keep("fused: the gradient", g);
    keep("fused: saved, later", saved);
    keep("fused: the input", x, true);
    return [k.mulScalar(g, 2)];
  },
});

/** An operation written as a class, as PyTorch's are. */
function asClass(op: Op): Op {
  class Operation {}
  for (const [name, value] of Object.entries(op)) Object.defineProperty(Operation, name, { value });
  return Operation as unknown as Op;
}

const entries: Readonly<Record<string, (op: Op, x: Tensor) => Tensor>> = {
  "apply(op, x)": (op, x) => apply(op, x),
  "x.apply(op)": (op, x) => x.apply(op),
  "x.through(op)": (op, x) => x.through(op),
  "apply(class, x)": (op, x) => apply(asClass(op), x),
  "x.apply(class)": (op, x) => x.apply(asClass(op)),
  "x.through(class)": (op, x) => x.through(asClass(op)),
};

const operations = { "a primitive": keeping, "one with a kernel": keepingKernel, "a fused one": keepingFused };

class Own extends optim.SGD {
  keep: Keep = () => {};
  protected override update(p: Tensor, g: Tensor, group: optim.SGDGroup): void {
    this.keep("the gradient of an own optimiser", g);
    this.keep("its array", g.array);
    super.update(p, g, group);
  }
}

/** Every other way by which a user gets to see numbers. */
const ways: Readonly<Record<string, (keep: Keep, own: Setting) => void>> = {
  "outputs, detached and as views of views": (keep, { model, x, layers }) => {
    const y = model.forward(x);
    keep("output", y);
    keep("detached", y.detach());
    keep("a view of a view", y.reshape(-1).reshape([64, 32]));
    keep("data", y.data);
    keep(
      "without a graph",
      noGrad(() => model.forward(x)),
    );
    keep("of the first layers", layers[1].forward(layers[0].forward(x)));
  },
  "gradients of leaves, and retained ones": (keep, { model, x, loss }) => {
    const y = model.forward(x);
    y.retainGrad();
    y.square().sum().backward();
    keep("retained", y.grad as Tensor);
    loss().backward();
    for (const p of model.parameters()) keep("of a leaf, added up", p.grad as Tensor);
  },
  "what grad returns": (keep, { model, loss }) => {
    for (const createGraph of [false, true]) {
      for (const g of grad(loss(), model.parameters(), { createGraph })) keep(`grad, createGraph ${createGraph}`, g);
    }
    const recorded = grad(loss(), model.parameters(), { createGraph: true });
    const along = recorded.map((g) => g.square().sum()).reduce((a, b) => a.add(b));
    for (const g of grad(along, model.parameters())) keep("second order", g);
  },
  "hooks of leaves": (keep, { weight, loss }) => {
    weight.registerHook((g) => {
      keep("what arrives", g);
      const made = g.mul(2);
      keep("what a hook makes", made);
      return made;
    });
    loss().backward();
    keep("what is left", weight.grad as Tensor);
    grad(loss(), weight);
  },
  "hooks of a leaf that is walked from": (keep, { x }) => {
    const leaf = x.clone();
    leaf.requiresGrad = true;
    leaf.registerHook((g) => {
      keep("what arrives", g);
      keep("what a hook makes", g.mul(2));
      return g.add(1);
    });
    for (let i = 0; i < 3; i++) leaf.backward(x);
    keep("what is left", leaf.grad as Tensor, true);
  },
  "hooks of inner tensors, and hooks that register hooks": (keep, { model, x }) => {
    const y = model.forward(x);
    const z = y.tanh();
    z.registerHook((g) => {
      keep("of what is next", g);
      y.registerHook((inner) => {
        keep("of a hook that a hook has registered", inner);
        keep("what it makes", inner.mul(3));
      });
    });
    z.sum().backward();
  },
  "forward hooks": (keep, { layers, loss }) => {
    for (const layer of layers) {
      layer.registerForwardHook((_, inputs, output) => {
        keep("an input", inputs[0] as Tensor);
        keep("an output", output);
      });
    }
    loss().backward();
  },
  "states of modules and optimisers": (keep, { model, loss }) => {
    const optimizer = new optim.Adam(model.parameters());
    loss().backward();
    optimizer.step();
    for (const value of Object.values(model.stateDict())) if (value.dtype === "float32") keep("state", value);
    for (const state of Object.values(optimizer.stateDict().state)) {
      keep("of an optimiser", (state as unknown as { exp_avg: Tensor }).exp_avg);
    }
  },
  "an own optimiser": (keep, { model, loss }) => {
    const optimizer = new Own(model.parameters(), { lr: 0.1 });
    optimizer.keep = keep;
    for (let i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      loss().backward();
      optimizer.step();
    }
  },
  "parameters, and views of them": (keep, { weight }) => {
    keep("data", weight.data, true);
    keep("a view", weight.detach().reshape(-1), true);
    keep("a copy", weight.clone());
  },
  "vjp, jvp and hvp": (keep, { x }) => {
    const f = (t: Tensor) => t.tanh().matmul(t.transpose(0, 1));
    const [, pulled] = vjp(f, x, randn([32, 32]));
    const [, pushed] = jvp(f, x, x);
    const [, product] = hvp((t) => f(t).sum(), x, x);
    for (const [what, value] of Object.entries({ pulled, pushed, product })) keep(what, value as Tensor);
  },
};

/** Fails unless all that `collect` keeps lies in memory of its own, which training leaves alone. */
function expectKept(collect: (keep: Keep, own: Setting) => void, atLeast: number): void {
  const own = setting();
  for (let i = 0; i < 3; i++) own.step();
  const kept: { what: string; data: () => Data; first: Data; was: Data | null }[] = [];
  const keep: Keep = (what, value, isLive = false) => {
    const data = () => ("data" in value ? value.data : value);
    const first = data();
    kept.push({ what, data, first, was: isLive ? null : first.slice() });
  };
  for (let i = 0; i < 2; i++) {
    collect(keep, own);
    own.step();
  }
  for (let i = 0; i < 50; i++) own.step();
  expect(kept.length).toBeGreaterThanOrEqual(atLeast);
  const windows = kept.filter(({ first, data }) => [first, data()].some((d) => d.byteLength !== d.buffer.byteLength));
  expect(windows.map(({ what }) => what)).toEqual([]);
  const bits = (d: Data) => Buffer.from(d.buffer, d.byteOffset, d.byteLength);
  const changed = kept.filter(
    ({ first, was, data }) => was !== null && [first, data()].some((d) => Buffer.compare(bits(d), bits(was)) !== 0),
  );
  expect(changed.map(({ what }) => what)).toEqual([]);
}

describe.each(Object.entries(operations))("what is shown to %s", (_, operation) => {
  test.each(Object.entries(entries))("by %s is never used again", (_name, enter) => {
    expectKept((keep, { model, x, weight }) => {
      const op = operation(keep) as Op;
      const y = enter(op, model.forward(x)).sum().add(enter(op, weight).square().sum());
      y.backward();
      grad(enter(op, model.forward(x).mul(2)).sum(), model.parameters());
      grad(enter(op, x.add(weight.sum())).sum(), weight, { createGraph: true });
    }, 8);
  });
});

describe("what a user gets by", () => {
  test.each(Object.entries(ways))("%s is never used again", (_, collect) => {
    expectKept(collect, 2);
  });
});
