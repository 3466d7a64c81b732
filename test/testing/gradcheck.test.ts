import { apply, type Fused, type Primitive, randn, type Tensor, tensor, zeros } from "evenkeel";
import { allclose, gradcheck, gradgradcheck } from "evenkeel/testing";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

const input = (shape: number[] = [2, 3]) => randn(shape, { dtype: "float64", requiresGrad: true });

describe("gradcheck", () => {
  test("accepts right gradients, of several inputs and several outputs", () => {
    expect(gradcheck((a, b) => [a.mul(b), a.sum()], [input(), input()])).toBe(true);
    expect(gradgradcheck((a, b) => [a.mul(b), a.exp().sum()], [input(), input()])).toBe(true);
  });

  test("passes on inputs of which no gradient is wanted", () => {
    const index = tensor([0, 1], { dtype: "int32" });
    expect(gradcheck((x, i) => x.index(i), [input(), index])).toBe(true);
    expect(gradgradcheck((x, i) => x.index(i).square(), [input(), index])).toBe(true);
  });

  test("accepts a function that closes over its input", () => {
    const x = input();
    expect(gradcheck(() => x.tanh(), [x])).toBe(true);
    expect(gradgradcheck(() => x.tanh(), [x])).toBe(true);
  });

  test("puts values back also where the function throws", () => {
    const x = input();
    const before = x.clone().data;
    let calls = 0;
    const failing = (x: Tensor) => {
      if (++calls > 3) throw new Error("inside");
      return x.tanh();
    };
    expect(() => gradcheck(failing, [x])).toThrow("inside");
    expect(x.data).toEqual(before);
  });

  test("catches a wrong gradient, and says where and by how much", () => {
    const wrong: Primitive = { name: "wrong", forward: (k, x) => k.exp(x), vjp: [(g, y) => g.mul(y).mul(1.01)] };
    const error = refusal(() =>
      gradcheck((x) => apply(wrong, x), [tensor([0], { dtype: "float64", requiresGrad: true })]),
    );
    expect(error.expected).toMatch(/^d output 0\[0\] \/ d input 0\[0\] to be (0\.999|1\.000)/);
    expect(error.got).toBe("1.01");
    expect(gradcheck((x) => apply(wrong, x), [input()], { raise: false })).toBe(false);
  });

  test("catches a gradient that is lost: detached on the way", () => {
    expect(gradcheck((x) => x.detach().mul(2), [input()], { raise: false })).toBe(false);
  });

  test("gradgradcheck catches what is wrong only in the second derivative", () => {
    // First derivative 3x², right; but the square is detached, so that the second is not 6x.
    const cube: Primitive = {
      name: "cube",
      forward: (k, x) => k.powScalar(x, 3),
      vjp: [(g, _y, x) => g.mul(x.detach().square()).mul(3)],
    };
    const x = input();
    expect(gradcheck((x) => apply(cube, x), [x])).toBe(true);
    expect(refusal(() => gradgradcheck((x) => apply(cube, x), [x])).where).toBe("gradgradcheck");
  });

  // Central differences of a recorded gradient would agree with a wrong composite, which they are made of.
  test("catches a composite that is not what its kernels compute", () => {
    const fused: Fused<null> = {
      name: "fused",
      composite: (x) => x.pow(3).add(x.square()),
      forward: (k, x) => [k.powScalar(x, 3), null],
      backward: (k, g, _, x) => [k.mulScalar(k.mul(g, k.mul(x, x)), 3)],
    };
    expect(refusal(() => gradcheck((x) => apply(fused, x), [input()])).got).toContain("with createGraph");
  });

  test("leaves inputs and gradients as they were", () => {
    const x = input();
    const before = x.clone().data;
    expect(gradcheck((x) => x.tanh(), [x])).toBe(true);
    expect(gradgradcheck((x) => x.tanh(), [x])).toBe(true);
    expect(x.data).toEqual(before);
    expect(x.grad).toBeNull();
  });

  test("refuses float32, inputs that want no gradient, and what is no function or no tensor", () => {
    expect(refusal(() => gradcheck((x) => x, [randn([2], { requiresGrad: true })])).hint).toContain("float64");
    expect(refusal(() => gradcheck((x) => x, [zeros([2], { dtype: "float64" })])).expected).toContain("requiresGrad");
    expect(refusal(() => gradcheck(3 as unknown as (x: Tensor) => Tensor, [input()])).got).toBe("3");
    expect(refusal(() => gradcheck((x) => x, input() as unknown as Tensor[])).expected).toContain("array");
    expect(refusal(() => gradcheck((() => 5) as unknown as (x: Tensor) => Tensor, [input()])).got).toBe("5");
    expect(refusal(() => gradcheck((x) => x, [input()], { tol: 1 } as object)).where).toBe("gradcheck");
  });
});

describe("allclose", () => {
  test("allows for atol + rtol·|b|, in PyTorch's sense", () => {
    expect(allclose(tensor([100]), tensor([100.0009]))).toBe(true);
    expect(allclose(tensor([100]), tensor([100.01]))).toBe(false);
    expect(allclose(tensor([0]), tensor([1e-9]))).toBe(true);
    expect(allclose(tensor([1]), tensor([1.5]), { atol: 0.5 })).toBe(true);
    expect(allclose(tensor([[1, 1]]), tensor(1))).toBe(true);
  });

  test("treats infinities and NaN as PyTorch does", () => {
    const inf = Number.POSITIVE_INFINITY;
    expect(allclose(tensor([inf]), tensor([inf]))).toBe(true);
    expect(allclose(tensor([inf]), tensor([-inf]))).toBe(false);
    expect(allclose(tensor([1]), tensor([inf]))).toBe(false);
    expect(allclose(tensor([Number.NaN]), tensor([Number.NaN]))).toBe(false);
    expect(allclose(tensor([Number.NaN]), tensor([Number.NaN]), { equalNan: true })).toBe(true);
  });

  test("refuses different dtypes, shapes that do not broadcast, and what is no tensor", () => {
    expect(refusal(() => allclose(tensor([1]), tensor([1], { dtype: "float64" }))).expected).toContain("one dtype");
    expect(refusal(() => allclose(tensor([1, 2]), tensor([1, 2, 3]))).where).toBe("allclose");
    expect(refusal(() => allclose([1] as unknown as Tensor, tensor([1]))).got).toContain("[1]");
  });
});
