import { hessian, hvp, jacobian, jvp, noGrad, randn, type Tensor, tensor, vjp, zeros } from "evenkeel";
import { allclose } from "evenkeel/testing";
import { describe, expect, test } from "vitest";
import { refusal } from "../refusal.ts";

const double = (data: number | number[] | number[][]) => tensor(data, { dtype: "float64" });
const A = double([
  [2, 1],
  [0, 3],
  [1, -1],
]);
const linear = (x: Tensor) => A.matmul(x);
const bowl = (x: Tensor) => x.mul(H.matmul(x)).sum().mul(0.5);
const H = double([
  [2, 1],
  [1, 5],
]);

describe("jacobian", () => {
  test("of a linear function is its matrix", () => {
    expect(jacobian(linear, double([5, 7])).toArray()).toEqual(A.toArray());
  });

  test("has the output's dimensions first, then the input's", () => {
    expect(jacobian((x) => x.matmul(x), randn([2, 2])).shape).toEqual([2, 2, 2, 2]);
    expect(jacobian((x) => x.sum(), randn([3])).shape).toEqual([3]);
    expect(jacobian((x) => x.slice(0, 0, 0), randn([3])).shape).toEqual([0, 3]);
  });

  test("of what does not depend on the input is zero", () => {
    expect(jacobian(() => double([1, 2]), double([3])).toArray()).toEqual([[0], [0]]);
  });
});

describe("hessian", () => {
  test("of ½xᵀHx is H", () => {
    expect(hessian(bowl, double([1, -2])).toArray()).toEqual(H.toArray());
  });

  test("of a linear function is zero", () => {
    expect(hessian((x) => x.sum(), double([1, 2])).toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("products with a derivative", () => {
  const x = double([0.3, -1.2]);
  const f = (x: Tensor) => linear(x).tanh();
  const J = jacobian(f, x);

  test("vjp is vᵀJ, beside the value", () => {
    const v = double([1, 2, 3]);
    const [y, product] = vjp(f, x, v);
    expect(allclose(y, f(x))).toBe(true);
    expect(allclose(product, v.matmul(J), { rtol: 1e-12 })).toBe(true);
    expect([y.requiresGrad, product.requiresGrad]).toEqual([false, false]);
  });

  test("jvp is J·v, beside the value", () => {
    const v = double([1, -2]);
    const [y, product] = jvp(f, x, v);
    expect(allclose(y, f(x))).toBe(true);
    expect(allclose(product, J.matmul(v), { rtol: 1e-12 })).toBe(true);
  });

  test("hvp is H·v, beside the value", () => {
    const v = double([1, -2]);
    const [y, product] = hvp(bowl, x, v);
    expect(y.item()).toBeCloseTo(bowl(x).item(), 12);
    expect(allclose(product, H.matmul(v))).toBe(true);
  });

  test("take several inputs, and answer in kind", () => {
    const [a, b] = [double([1, 2]), double([3, 4])];
    const [, products] = vjp((a, b) => a.mul(b).sum(), [a, b]);
    expect(products.map((g) => g.toArray())).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const [, along] = jvp((a, b) => a.mul(b), [a, b], [double([1, 0]), double([0, 1])]);
    expect(along.toArray()).toEqual([3, 2]);
    const [, curved] = hvp((a, b) => a.mul(b).sum(), [a, b], [double([1, 0]), double([0, 1])]);
    expect(curved.map((g) => g.toArray())).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  test("of what does not depend on an input are zero", () => {
    const constant = () => double([1, 2]);
    expect(vjp(constant, x, double([1, 1]))[1].toArray()).toEqual([0, 0]);
    expect(jvp(constant, x, x)[1].toArray()).toEqual([0, 0]);
    expect(hvp((x) => x.sum(), x, x)[1].toArray()).toEqual([0, 0]);
    expect(hvp(() => double(1), x, x)[1].toArray()).toEqual([0, 0]);
  });

  test("leave the inputs as they are, and work under noGrad", () => {
    const input = tensor([1, 2], { requiresGrad: true });
    const [, product] = noGrad(() => hvp((x) => x.pow(3).sum(), input, tensor([1, 1])));
    expect(product.toArray()).toEqual([6, 12]);
    expect([input.grad, input.isLeaf]).toEqual([null, true]);
  });

  test("refuse what does not fit", () => {
    expect(refusal(() => vjp(f, x, double([1, 2]))).where).toBe("vjp");
    expect(refusal(() => vjp(f, x)).expected).toContain("one number");
    expect(refusal(() => jvp(f, x, double([1]))).where).toBe("jvp");
    expect(refusal(() => jvp(f, x, 3 as unknown as Tensor)).got).toBe("3");
    expect(refusal(() => hvp(f, x, x)).expected).toContain("one number");
    expect(refusal(() => hessian(f, x)).expected).toContain("one number");
    expect(refusal(() => jacobian(f, zeros([2], { dtype: "int32" }))).expected).toContain("float");
    expect(refusal(() => vjp(f, [] as Tensor[])).where).toBe("vjp");
    expect(refusal(() => jacobian(3 as unknown as (x: Tensor) => Tensor, x)).expected).toBe("a function");
    expect(refusal(() => jacobian((() => 5) as unknown as (x: Tensor) => Tensor, x)).got).toBe("5");
  });
});
