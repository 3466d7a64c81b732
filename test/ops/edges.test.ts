import { type Fused, grad, nn, ones, type Tensor, TensorError, tensor } from "evenkeel";
import { gradcheck, gradgradcheck } from "evenkeel/testing";
import { describe, expect, test } from "vitest";
import { kernels } from "../../src/kernels/index.ts";
import { linear } from "../../src/ops/linear.ts";
import { crossEntropy } from "../../src/ops/losses/crossEntropy.ts";
import { prod, variance } from "../../src/ops/reduce.ts";
import { triangle } from "../../src/ops/shape.ts";

/** What central differences do not see, for they would step over an edge, and what the rows of the table have no room for. */

describe("softplus behind its threshold", () => {
  test.each([
    [1, 20, 25],
    [2, 3, 1.6],
    [0.5, 20, 41],
  ])(
    "of beta %d and threshold %d is the identity, with the gradient 1, of which none is left",
    (beta, threshold, at) => {
      const x = tensor([at], { requiresGrad: true, dtype: "float64" });
      const y = x.softplus({ beta, threshold });
      expect(y.item()).toBe(at);
      const [fast] = grad(y.sum(), [x]);
      expect(fast.item()).toBe(1);
      const [recorded] = grad(x.softplus({ beta, threshold }).sum(), [x], { createGraph: true });
      expect(recorded.item()).toBe(1);
      const [second] = grad(recorded, [x], { allowUnused: true });
      expect(second?.item() ?? 0).toBe(0);
    },
  );

  test("at it the gradient is still the sigmoid", () => {
    const x = tensor([1.5], { requiresGrad: true, dtype: "float64" });
    for (const createGraph of [false, true]) {
      const [g] = grad(x.softplus({ beta: 2, threshold: 3 }).sum(), [x], { createGraph });
      expect(g.item()).toBeCloseTo(1 / (1 + Math.exp(-3)), 12);
    }
  });

  test("before it the gradient is the sigmoid, recorded or not", () => {
    for (const at of [-4, 0.5, 1.4]) {
      const x = tensor([at], { requiresGrad: true, dtype: "float64" });
      const expected = 1 / (1 + Math.exp(-2 * at));
      for (const createGraph of [false, true]) {
        const [g] = grad(x.softplus({ beta: 2, threshold: 3 }).sum(), [x], { createGraph });
        expect(g.item()).toBeCloseTo(expected, 12);
      }
    }
  });
});

describe("definitions of fused operations give what their kernels give:", () => {
  const values = (x: Tensor, op: Pick<Fused<unknown>, "composite" | "forward">, ...others: Tensor[]) => [
    Array.from(op.composite(x, ...others).data),
    Array.from(op.forward(kernels(), x.array, ...others.map(({ array }) => array))[0].data),
  ];
  const float64 = { dtype: "float64" } as const;

  test.each([0, 1, 2, 3, 5])("the product of %d, which of nothing is 1", (count) => {
    const x = tensor(
      Array.from({ length: count * 2 }, (_, i) => i + 2),
      float64,
    ).reshape(count, 2);
    const [own, fast] = values(x, prod(0, 1) as Fused<unknown>);
    expect(own).toEqual(fast);
    if (count === 0) expect(own).toEqual([1, 1]);
  });

  test.each([0, 1, 2])("the variance of few, of which too few have none, corrected by %d", (correction) => {
    for (const count of [1, 2, 3]) {
      const x = tensor([1, 4, 6].slice(0, count), float64);
      const [own, fast] = values(x, variance(0, 1, correction) as Fused<unknown>);
      expect(own).toEqual(fast);
    }
  });

  test.each(["none", "sum", "mean"] as const)(
    "cross-entropy, %s, of labels that are ignored, weights and smoothing",
    (reduction) => {
      const x = tensor(
        [
          [0.5, -1, 2],
          [0, 0.3, -0.7],
          [1, 1, 3],
        ],
        float64,
      );
      const labels = tensor([2, 9, 0], { dtype: "int32" });
      for (const labelSmoothing of [0, 0.3, 1]) {
        for (const weights of [[], [tensor([1, 2, 0.5], float64)]]) {
          const op = crossEntropy({ ignoreIndex: 9, reduction, labelSmoothing }, true) as Fused<unknown>;
          const [own, fast] = values(x, op, labels, ...weights);
          for (const [i, value] of own.entries()) expect(value).toBeCloseTo(fast[i], 12);
        }
      }
    },
  );

  test("cross-entropy of a single class, with a label that is ignored", () => {
    const op = crossEntropy({ ignoreIndex: 9, reduction: "none", labelSmoothing: 0 }, true) as Fused<unknown>;
    const [own, fast] = values(tensor([[2], [3]], float64), op, tensor([9, 0], { dtype: "int32" }));
    expect(own.map(Math.abs)).toEqual([0, 0]);
    expect(fast.map(Math.abs)).toEqual([0, 0]);
  });

  test("linear gives the gradient of each input, whichever are wanted", () => {
    const [x, weight, bias] = [tensor([[1, 2]]), tensor([[3, 4]]), tensor([5])].map(({ array }) => array);
    const all = linear.backward(kernels(), tensor([[2]]).array, null, x, weight, bias);
    expect(all.map((g) => Array.from(g?.data ?? []))).toEqual([[6, 8], [2, 4], [2]]);
  });
});

test("gradients by a base of 0, of a length and of a spread of 0, and of whole powers, are PyTorch's, recorded or not", () => {
  for (const createGraph of [false, true]) {
    const slope = (fn: (x: Tensor) => Tensor, ...at: number[]) => {
      const x = tensor(at, { requiresGrad: true, dtype: "float64" });
      return Array.from(grad(fn(x).sum(), [x], { createGraph })[0].data);
    };
    const exponents = (...b: number[]) => tensor(b, { dtype: "float64" });
    expect(slope((x) => x.pow(exponents(0, 1, 2)), 0, 0, 3)).toEqual([0, 1, 6]);
    expect([0, 1, 2, 3].map((p) => slope((x) => x.pow(p), 2)[0])).toEqual([0, 1, 4, 12]);
    expect(slope((x) => x.abs(), 0, -2, 3)).toEqual([0, -1, 1]);
    expect(slope((x) => x.norm(), 0, 0)).toEqual([0, 0]);
    expect(slope((x) => x.std(), 4, 4, 4)).toEqual([0, 0, 0]);
  }
});

test("triangles are called by their names", () => {
  expect([triangle(0, true).name, triangle(0, false).name]).toEqual(["triu", "tril"]);
});

test("a class that is impossible costs nothing where it is not asked for", () => {
  const x = tensor([[0, Number.NEGATIVE_INFINITY]], { dtype: "float64" });
  expect(nn.functional.crossEntropy(x, tensor([0], { dtype: "int32" })).item()).toBe(0);
});

test("a power's gradient by the exponent is that of the limit where the base is 0, and NaN where there is none", () => {
  const base = tensor([0, 0, 2], { dtype: "float64" });
  const exponent = tensor([2, 0.5, 3], { requiresGrad: true, dtype: "float64" });
  for (const createGraph of [false, true]) {
    const [g] = grad(base.pow(exponent).sum(), [exponent], { createGraph });
    expect(Array.from(g.data)).toEqual([0, 0, 8 * Math.log(2)]);
  }
});

test("cross-entropy sums up without losing small losses beside large ones", () => {
  const n = 20_000;
  const logits = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) logits[2 * i + 1] = i === 0 ? 1e9 : -17; // one example is wrong by 1e9, the others by e⁻¹⁷
  const labels = tensor(new Int32Array(n), { dtype: "int32" });
  const x = tensor(logits, { dtype: "float64" }).reshape(n, 2);
  const loss = nn.functional.crossEntropy(x, labels, { reduction: "sum" }).item();
  const rest = (n - 1) * Math.log1p(Math.exp(-17));
  expect(loss - 1e9).toBeCloseTo(rest, 6);
});

test.each([0, 0.3, 1])("cross-entropy smoothed by %d has the second gradients of its definition", (labelSmoothing) => {
  const x = tensor(
    [
      [0.5, -1, 2],
      [0, 0.3, -0.7],
    ],
    { requiresGrad: true, dtype: "float64" },
  );
  const labels = tensor([2, 0], { dtype: "int32" });
  const loss = (logits: Tensor) => nn.functional.crossEntropy(logits, labels, { labelSmoothing });
  expect(gradcheck(loss, [x])).toBe(true);
  expect(gradgradcheck(loss, [x])).toBe(true);
});

test.each([[[2]], [[4, 3]], [[2, 1, 2]]])("a sum to a shape that does not broadcast to it is refused: %j", (shape) => {
  expect(() => ones([2, 3]).sumToSize(shape)).toThrow(TensorError);
});
