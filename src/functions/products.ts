import { isFloat } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { threshold } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { dimOf, sameShape } from "../base/shapes.ts";
import { isInParts } from "../base/shared.ts";
import type { NDArray } from "../kernels/array.ts";
import { productOf, recurrenceOf } from "../kernels/beside/running.ts";
import { distanceSlopesOf, distancesOf } from "../kernels/beside/statistics/distances.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Fused, own, type Primitive } from "../ops/op.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cat } from "./combine.ts";
import { full } from "./factories.ts";
import { tensorOf } from "./tensorOf.ts";

/**
 * The products of two batches of matrices.
 *
 * Shapes: `[b, n, m]`, `[b, m, k]` → `[b, n, k]`.
 *
 * @throws {@link TensorError} if the shapes are no such.
 * @see PyTorch `torch.bmm`, which refuses two dtypes.
 *
 * @example
 * ```ts
 * import { bmm, ones } from "evenkeel";
 *
 * console.log(bmm(ones([2, 3, 4]), ones([2, 4, 5])).shape); // => [ 2, 3, 5 ]
 * ```
 */
export function bmm(a: Tensor, b: Tensor): Tensor {
  const [p, q] = [tensorOf("bmm", a).shape, tensorOf("bmm", b).shape];
  if (p.length === 3 && q.length === 3 && p[0] === q[0] && p[2] === q[1]) return a.matmul(b);
  throw new TensorError("bmm", {
    expected: "two batches of matrices, [b, n, m] and [b, m, k]",
    got: `${show(p)} and ${show(q)}`,
    hint: "matmul broadcasts batches, and takes matrices without one.",
  });
}

/**
 * The sum of the diagonal of a matrix.
 *
 * @throws {@link TensorError} if `x` has not two dimensions.
 * @see PyTorch `torch.trace`.
 *
 * @example
 * ```ts
 * import { tensor, trace } from "evenkeel";
 *
 * console.log(trace(tensor([[1, 2], [3, 4]])).item()); // => 5
 * ```
 */
export function trace(x: Tensor): Tensor {
  if (tensorOf("trace", x).ndim === 2) return x.diag().sum();
  throw new TensorError("trace", { expected: "a matrix", got: describe(x) });
}

type CdistOptions = NonNullable<Parameters<typeof cdist>[2]>;
const cdistRules = { p: { is: threshold, default: 2 } } as const satisfies OptionRules<CdistOptions>;

/**
 * The distances of all rows of `a` from all rows of `b`: `y[i, j] = ‖aᵢ − bⱼ‖`, of order `p`. Where a distance is 0, so is its
 * gradient.
 *
 * Shapes: `[…, n, m]`, `[…, k, m]` → `[…, n, k]`, broadcasting what is in front.
 *
 * @throws {@link TensorError} if the shapes are no such, they are no floats, or `p` is no number of 0 or more.
 * @see PyTorch `torch.cdist`, without `compute_mode`: differences are taken, not products, which lose digits.
 *
 * @example
 * ```ts
 * import { cdist, tensor } from "evenkeel";
 *
 * console.log(cdist(tensor([[0, 0]]), tensor([[3, 4], [0, 1]]))); // => tensor([[5., 1.]])
 * ```
 */
export function cdist(a: Tensor, b: Tensor, options: { readonly p?: number } = {}): Tensor {
  const { p } = optionsOf("cdist", options, cdistRules);
  const [first, second] = [tensorOf("cdist", a).shape, tensorOf("cdist", b).shape];
  if (first.length < 2 || second.length < 2 || first[first.length - 1] !== second[second.length - 1]) {
    throw new TensorError("cdist", {
      expected: "rows of one length, [n, m] and [k, m]",
      got: `${show(first)} and ${show(second)}`,
    });
  }
  const isAlike = a.dtype === b.dtype && isFloat(a.dtype) && sameShape(first.slice(0, -2), second.slice(0, -2));
  return isAlike && (p === 1 || p === 2 || p === 3) && !isInParts() ? a.through(distances(p), b) : norms(a, b, p);
}

const norms = (a: Tensor, b: Tensor, p: number): Tensor => a.unsqueeze(-2).sub(b.unsqueeze(-3)).norm(p, -1);

/** {@link norms}, without a tensor of all differences. */
const distances = (p: 1 | 2 | 3): Fused<null> => {
  const slopes = (k: Kernels, g: NDArray, inputs: readonly NDArray[], of: 0 | 1) =>
    k.beside(distanceSlopesOf, [g, ...inputs], { p, of });
  return {
    [own]: true,
    name: "cdist",
    composite: (a, b) => norms(a, b, p),
    forward: (k, a, b) => [k.beside(distancesOf, [a, b], { p }), null],
    backward: (k, g, _, ...inputs) => [slopes(k, g, inputs, 0), slopes(k, g, inputs, 1)],
    backwardWanted: (k, g, _, inputs, wanted) => [
      wanted[0] ? slopes(k, g, inputs, 0) : null,
      wanted[1] ? slopes(k, g, inputs, 1) : null,
    ],
  };
};

/** `x` one place further along `dim`, behind `first`. */
function shifted(x: Tensor, dim: number, first: number): Tensor {
  const shape = x.shape.map((size, d) => (d === dim ? 1 : size));
  return cat([full(shape, first, { dtype: x.dtype }), x.slice(dim, 0, -1)], dim);
}

/** `sᵢ = gᵢ + xᵢ₊₁·sᵢ₊₁` along `dim`, from the end. */
function backwards(g: Tensor, x: Tensor, dim: number): Tensor {
  return g
    .flip(dim)
    .through(recurrence(dim), shifted(x.flip(dim), dim, 0))
    .flip(dim);
}

/** `rᵢ = aᵢ + bᵢ·rᵢ₋₁` along `dim`. Its gradient `s` at `a` is the same from the end, and that at `b` is `sᵢ·rᵢ₋₁`. */
const recurrence = (dim: number): Primitive => ({
  [own]: true,
  name: "recurrence",
  forward: (k, a, b) => k.beside(recurrenceOf, [a, b], { dim }),
  vjp: [(g, _r, _a, b) => backwards(g, b, dim), (g, r, _a, b) => backwards(g, b, dim).mul(shifted(r, dim, 0))],
  needs: [[1], ["output", 1]],
});

/** `yᵢ = yᵢ₋₁·xᵢ`, `dxᵢ = yᵢ₋₁·(gᵢ + xᵢ₊₁(gᵢ₊₁ + …))`, which divides by nothing, so that zeros do not matter. */
const cumprodOp = (dim: number): Primitive => ({
  [own]: true,
  name: "cumprod",
  forward: (k, x) => k.beside(productOf, [x], { dim }),
  vjp: [(g, y, x) => shifted(y, dim, 1).mul(backwards(g, x, dim))],
});

/**
 * The running product along a dimension, `yᵢ = x₀·x₁·…·xᵢ`. Gradients of any order hold where elements are 0. Bools become
 * int32.
 *
 * @param dim - counted from the end below 0.
 * @throws {@link TensorError} if there is no such dimension.
 * @see PyTorch `torch.cumprod`, without `dtype`.
 *
 * @example
 * ```ts
 * import { cumprod, tensor } from "evenkeel";
 *
 * console.log(cumprod(tensor([1, 2, 3, 0]), 0)); // => tensor([1., 2., 6., 0.])
 * ```
 */
export function cumprod(x: Tensor, dim: number): Tensor {
  const along = dimOf("cumprod", dim, tensorOf("cumprod", x).ndim);
  const numbers = x.dtype === "bool" ? x.to("int32") : x;
  if (numbers.numel() === 0 || numbers.ndim === 0) return numbers.clone();
  return numbers.through(cumprodOp(along));
}
