import { Generator, grad, nn, noGrad, optim, randn, type Tensor, TensorError, tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import { expectClose } from "../close.ts";

// A Sequential makes one operation of its layers: what may change before its gradient is what may change before theirs.

const dtype = "float64";

const layers: Readonly<Record<string, () => nn.Module>> = {
  linear: () => new nn.Linear(3, 3, { dtype, generator: new Generator().manualSeed(1) }),
  "linear without bias": () => new nn.Linear(3, 3, { dtype, bias: false, generator: new Generator().manualSeed(2) }),
  "batch norm": () => new nn.BatchNorm1d(3, { dtype }),
  "batch norm in evaluation": () => new nn.BatchNorm1d(3, { dtype }).eval(),
  tanh: () => new nn.Tanh(),
  sigmoid: () => new nn.Sigmoid(),
  relu: () => new nn.ReLU(),
};

const pairs = Object.keys(layers).flatMap((first) => Object.keys(layers).map((second) => [first, second]));
const stacks = [
  ...pairs,
  ["linear", "batch norm", "tanh", "linear"],
  ["linear", "tanh", "linear", "batch norm", "relu"],
  ["relu", "linear", "sigmoid"],
];

interface Made {
  readonly model: nn.Sequential;
  readonly x: Tensor;
  readonly y: Tensor;
}

/** The tensors of a stack: its input, what it has, and its output. */
const tensorsOf = ({ model, x, y }: Made): Tensor[] => [x, ...Object.values(model.stateDict()), y];

const wishes: Readonly<Record<string, (model: nn.Sequential, x: Tensor) => Tensor[]>> = {
  "the input": (_, x) => [x],
  "all parameters": (model) => model.parameters(),
  "the last parameter": (model) => model.parameters().slice(-1),
  everything: (model, x) => [x, ...model.parameters()],
};

function make(stack: readonly string[], wish: string, isChained: boolean): Made & { wanted: Tensor[] } {
  const model = new nn.Sequential(...stack.map((name) => layers[name]()));
  const x = randn([4, 3], { dtype, generator: new Generator().manualSeed(3) });
  const wanted = wishes[wish](model, x);
  for (const p of [x, ...model.parameters()]) p.requiresGrad = wanted.includes(p);
  let y = x;
  if (isChained) y = model.forward(x);
  else for (const layer of model) y = layer.forward(y);
  return { model, x, y, wanted };
}

/** The gradients after one tensor has changed, or "refused". */
function outcome(stack: readonly string[], wish: string, changed: number, createGraph: boolean, isChained: boolean) {
  const made = make(stack, wish, isChained);
  if (!made.y.requiresGrad) return "no gradient";
  const target = tensorsOf(made)[changed];
  noGrad(() => target.add_(1));
  try {
    const gradOutput = randn([4, 3], { dtype, generator: new Generator().manualSeed(4) });
    return grad(made.y, made.wanted, { gradOutput, createGraph, allowUnused: true }).flatMap((g) => [
      ...(g?.data ?? []),
    ]);
  } catch (error) {
    if (error instanceof TensorError && error.message.includes("unchanged since")) return "refused";
    throw error;
  }
}

describe.each(stacks.map((stack) => [stack.join(", "), stack] as const))("%s", (_, stack) => {
  test.each(Object.keys(wishes))("refuse and accept as one by one, where a gradient is wanted at %s", (wish) => {
    const count = tensorsOf(make(stack, wish, true)).length;
    for (let changed = 0; changed < count; changed++) {
      for (const createGraph of [false, true]) {
        const chained = outcome(stack, wish, changed, createGraph, true);
        const single = outcome(stack, wish, changed, createGraph, false);
        if (typeof single === "string" || typeof chained === "string")
          expect([changed, chained]).toEqual([changed, single]);
        else expectClose(chained, single, 1e-10, 1e-12);
      }
    }
  });
});

test("a weight may change where no gradient reads it", () => {
  const w = tensor([1, 2], { requiresGrad: true });
  const y = w.mul(tensor([3, 4]));
  noGrad(() => w.add_(1));
  y.sum().backward();
  expect(w.grad?.toArray()).toEqual([3, 4]);
});

test.each([
  ["a layer", () => new nn.Linear(2, 2, { dtype })],
  ["layers", () => new nn.Sequential(new nn.Linear(2, 2, { dtype }), new nn.Tanh())],
] as const)("two losses of %s may have a step between them, where the input wants no gradient", (_, build) => {
  const model = build();
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const y = model.forward(randn([5, 2], { dtype }));
  const second = grad(y.square().sum(), model.parameters());
  y.sum().backward();
  optimizer.step();
  const after = grad(y.square().sum(), model.parameters());
  after.forEach((g, i) => expectClose(g.data, second[i].data, 1e-12));
});
