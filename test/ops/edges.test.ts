import { grad, nn, type Tensor, tensor, zeros } from "evenkeel";
import { gradcheck, gradgradcheck } from "evenkeel/testing";
import { describe, expect, test } from "vitest";
import { kernels } from "../../src/kernels/index.ts";
import { prod } from "../../src/ops/reduce.ts";

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

test("the product of nothing is 1, by its definition as by its kernel", () => {
  const empty = zeros([0, 3]);
  const { composite, forward } = prod(0, 1);
  expect(composite(empty).toArray()).toEqual([1, 1, 1]);
  expect(Array.from(forward(kernels(), empty.array)[0].data)).toEqual([1, 1, 1]);
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
