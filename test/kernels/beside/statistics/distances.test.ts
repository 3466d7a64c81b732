import { cdist, type Tensor, tensor } from "evenkeel";
import { expect, test } from "vitest";
import { expectClose } from "../../../close.ts";
import { drawn, type FloatType, floats } from "../../alike.ts";

const leaf = (shape: readonly number[], dtype: FloatType, seed: number, scale: number): Tensor =>
  tensor(
    drawn(shape, dtype, seed).data.map((value) => value * scale),
    { dtype, requiresGrad: true },
  )
    .reshape(shape)
    .detach();

const formula = (a: Tensor, b: Tensor, p: number) => a.unsqueeze(-2).sub(b.unsqueeze(-3)).norm(p, -1);

/** The distances, and the gradients at both. */
function told(distances: typeof formula, a: Tensor, b: Tensor, p: number): number[][] {
  const [x, y] = [a, b].map((z) => tensor(z.data, { dtype: z.dtype, requiresGrad: true }));
  const d = distances(x.reshape(a.shape), y.reshape(b.shape), p);
  d.mul(tensor(drawn([d.numel()], a.dtype as FloatType, 7).data, { dtype: a.dtype }).reshape(d.shape))
    .sum()
    .backward();
  return [d, x.grad as Tensor, y.grad as Tensor].map((z) => [...z.data]);
}

test.each(floats)("distances of %s are the norms of all differences, and so are their gradients", (dtype) => {
  const within = dtype === "float32" ? 2e-6 : 1e-13;
  for (const p of [1, 2, 3]) {
    for (const [first, second] of [
      [
        [2, 3],
        [4, 3],
      ],
      [
        [5, 1],
        [1, 1],
      ],
      [
        [3, 2, 8],
        [3, 5, 8],
      ],
      [
        [2, 0],
        [3, 0],
      ],
    ]) {
      for (const scale of dtype === "float64" ? [1, 1e-120, 1e-200, 1e160] : [1, 1e-25, 1e25]) {
        const [a, b] = [leaf(first, dtype, 1, scale), leaf(second, dtype, 2, scale)];
        const actual = told((x, y) => cdist(x, y, { p }), a, b, p);
        const expected = told(formula, a, b, p);
        actual.forEach((numbers, i) => {
          const unit = i === 0 ? scale : 1;
          expectClose(
            numbers.map((x) => x / unit),
            expected[i].map((x) => x / unit),
            within,
            within,
          );
        });
      }
    }
  }
});

test("where rows are equal the gradient is 0, and where one is infinite it is what the formula has", () => {
  for (const p of [1, 2, 3]) {
    const a = tensor([
      [1, 2],
      [Number.POSITIVE_INFINITY, 0],
      [Number.NaN, 1],
      [0, -0],
    ]);
    const b = tensor([
      [1, 2],
      [0, Number.NEGATIVE_INFINITY],
      [0, 0],
    ]);
    expect(told((x, y) => cdist(x, y, { p }), a, b, p)).toEqual(told(formula, a, b, p));
  }
});
