import { detectAnomaly, grad, narrow, nn, randn, split, type Tensor, unbind, zeros } from "evenkeel";
import { expect, test } from "vitest";
import { expectReplayed, type World } from "../compiled/alike.ts";

/** What is made of parts of `x`, of which some overlap, some are taken of parts, and some stand beside the whole. */
const made: readonly (readonly [name: string, f: (x: Tensor) => Tensor])[] = [
  ["each of a dimension", (x) => sum(unbind(x, 1).map((part, i) => part.mul(i + 1)))],
  ["runs of a dimension", (x) => sum(split(x, 2, 1).map((part, i) => part.sum(1).mul(i + 1)))],
  ["some that overlap", (x) => sum([0, 1, 2].map((i) => narrow(x, 1, i, 3).square().sum(1)))],
  [
    "steps along both",
    (x) =>
      x
        .slice(0, 0, null, 2)
        .sum()
        .add(x.slice(1, 1, null, 3).tanh().sum())
        .add(x.select(0, 2).sum()),
  ],
  ["parts of parts", (x) => sum(unbind(x).flatMap((row) => [row.slice(0, 1, 4), row.slice(0, 2, 5)]))],
  ["the whole first", (x) => x.square().sum(1).add(x.select(1, 0)).add(x.select(1, 3))],
  ["the whole last", (x) => x.select(1, 0).add(x.select(1, 3)).add(x.square().sum(1))],
  ["the whole, whose gradient is another's too", (x) => sharing(x)],
  ["steps in time", (x) => inTime(x)],
];

const sum = (parts: readonly Tensor[]): Tensor => parts.reduce((total, part) => total.add(part));

/** The gradient at the sum arrives at both of its inputs as it is: it is no part's to write into. */
function sharing(x: Tensor): Tensor {
  const [a, b] = [x.mul(2), x.mul(3)];
  const parts = a
    .select(1, 1)
    .mul(5)
    .sum()
    .add(b.slice(1, 0, 2).sum());
  return parts.add(a.add(b).square().sum());
}

function inTime(x: Tensor): Tensor {
  let state = zeros([x.shape[0]], { dtype: x.dtype as "float32" });
  for (let t = 0; t < x.shape[1]; t++) state = state.mul(0.5).add(x.select(1, t)).tanh();
  return state;
}

const drawn = (dtype: "float32" | "float64" = "float64") => randn([4, 6], { dtype, requiresGrad: true });

test.each(made)("%s: the gradients of parts, added up in place, are those of a recorded gradient", (_, f) => {
  const x = drawn();
  const [plain] = grad(f(x.mul(1)).sum(), [x]);
  const [recorded] = grad(f(x.mul(1)).sum(), [x], { createGraph: true });
  const [ofLeaf] = grad(f(x).sum(), [x]);
  const [looking] = detectAnomaly(() => grad(f(x).sum(), [x]));
  for (const other of [recorded, ofLeaf, looking]) {
    expect(other.sub(plain).abs().max().item()).toBeLessThan(1e-14);
  }
});

test.each(made)("%s: hooks, and who asks for gradients on the way, see sums that stay as they are", (_, f) => {
  const x = drawn();
  const y = x.mul(1);
  y.retainGrad();
  const seen: Tensor[] = [];
  y.registerHook((g) => {
    seen.push(g);
  });
  f(y).sum().backward();
  const [expected] = grad(f(x).sum(), [x], { createGraph: true });
  expect(seen).toHaveLength(1);
  for (const found of [seen[0], y.grad, x.grad] as Tensor[]) {
    expect(found.sub(expected).abs().max().item()).toBeLessThan(1e-14);
  }
  const before = seen[0].toArray();
  f(y).sum().backward();
  expect(seen[0].toArray()).toEqual(before);
});

test("a hook that keeps the gradient of a part has it for itself", () => {
  const x = drawn();
  const kept: Tensor[] = [];
  const parts = unbind(x, 1).map((part) => {
    part.registerHook((g) => {
      kept.push(g);
    });
    return part.mul(part);
  });
  sum(parts).sum().backward();
  const columns = unbind(x.detach().mul(2), 1).map((column) => column.toArray());
  expect(kept.map((g) => g.toArray())).toEqual([...columns].reverse());
  expect(unbind(x.grad as Tensor, 1).map((column) => column.toArray())).toEqual(columns);
});

test.each(made)("%s: compiled, the gradients are the same in each call", (_, f) => {
  const weight = (): World => {
    const w = new nn.Parameter(zeros([4, 6]));
    const call = (x: Tensor) => {
      w.grad = null;
      f(x.mul(2).add(w)).square().sum().backward();
    };
    return { call, state: () => w.grad };
  };
  const given = Array.from({ length: 8 }, () => randn([4, 6]));
  expectReplayed(weight, { args: (call) => [given[call]] });
});
