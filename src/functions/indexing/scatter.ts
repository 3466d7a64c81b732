import { describe, show, TensorError } from "../../base/errors.ts";
import { finiteNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { dimOf, sameShape } from "../../base/shapes.ts";
import { around } from "../../kernels/array.ts";
import { scatterOf } from "../../kernels/beside/indexing/scatter.ts";
import { gather } from "../../ops/indexing.ts";
import { ownPrimitive, type Primitive } from "../../ops/op.ts";
import { checkIndex, operandFor } from "../../tensor/checks.ts";
import { become } from "../../tensor/inPlace.ts";
import type { Indices, Operand, Tensor } from "../../tensor/tensor.ts";
import { zerosLike } from "../factories.ts";
import { tensorOf } from "../tensorOf.ts";
import { valuesFor } from "./places.ts";
import { writeRuns } from "./runs.ts";

/** Options of {@link indexAdd}. */
export interface IndexAddOptions {
  /** What is added is multiplied by it first. Default `1`. */
  readonly alpha?: number;
}

const rules = { alpha: { is: finiteNumber, default: 1 } } as const satisfies OptionRules<IndexAddOptions>;

/** Where something is scattered to, and what of it: as much as there are indices for. */
function given(where: string, x: Tensor, dim: number, i: Indices, src: Operand) {
  const along = dimOf(where, dim, tensorOf(where, x).ndim);
  if (x.ndim === 0) throw new TensorError(where, { expected: "a tensor of one dimension or more", got: describe(x) });
  const index = checkIndex(where, i, x.shape[along], x, 0);
  const fits = index.ndim === x.ndim && index.shape.every((size, d) => d === along || size <= x.shape[d]);
  if (!fits) {
    throw new TensorError(where, {
      expected: `indices of ${x.ndim} dimensions, no larger than ${show(x.shape)} beside dimension ${along}`,
      got: show(index.shape),
    });
  }
  if (typeof src === "number" || typeof src === "boolean")
    return { along, index, values: valuesFor(where, src, x, index.shape) };
  const source = tensorOf(where, src);
  if (source.ndim !== x.ndim || index.shape.some((size, d) => size > source.shape[d])) {
    throw new TensorError(where, {
      expected: `a source of ${x.ndim} dimensions, as large as the indices, ${show(index.shape)}`,
      got: show(source.shape),
    });
  }
  const part = index.shape.reduce((y, size, d) => (size === y.shape[d] ? y : y.slice(d, 0, size)), source);
  return { along, index, values: valuesFor(where, part, x, index.shape) };
}

/**
 * Elements of the second input where an index (the third) says, in place of those of `x`, or added to them. What is replaced gets no
 * gradient; what is written gets that of its place, also where something else was written there later.
 */
const scattering = (dim: number, adds: boolean): Primitive =>
  ownPrimitive({
    name: adds ? "scatterAdd" : "scatter",
    forward: (k, x, values, index) => k.beside(scatterOf, [x, values, index], { dim, adds }),
    vjp: [
      (g, _y, _x, values, index) => (adds ? g : g.through(scattering(dim, false), zerosLike(values), index)),
      (g, _y, _x, _values, index) => g.through(gather(dim), index),
      null,
    ],
    needs: [adds ? [] : [2], [2], []],
  });

function scattered(where: string, adds: boolean, x: Tensor, dim: number, i: Indices, src: Operand): Tensor {
  const { along, index, values } = given(where, x, dim, i, src);
  return x.through(scattering(along, adds), values, index);
}

function rowsAdded(
  where: string,
  x: Tensor,
  dim: number,
  i: Indices,
  source: Tensor,
  options: IndexAddOptions,
): Tensor {
  const { alpha } = optionsOf(where, options, rules);
  const along = dimOf(where, dim, tensorOf(where, x).ndim);
  const index = checkIndex(where, i, x.shape[along], x, 0);
  const shape = x.shape.map((size, d) => (d === along ? index.numel() : size));
  const added = tensorOf(where, source);
  if (index.ndim !== 1 || !sameShape(added.shape, shape)) {
    throw new TensorError(where, {
      expected: `indices of one dimension, and a source of shape ${show(shape)}`,
      got: `${show(index.shape)} and ${show(added.shape)}`,
    });
  }
  const values = valuesFor(where, added, x, shape);
  const times = operandFor(where, x.dtype, alpha);
  const weighted = times === 1 ? values : values.mul(times);
  const [outer, , width] = around(x.shape, along, along + 1);
  return x.through(writeRuns({ outer, unit: width, width, shape }, true), weighted, index);
}

/**
 * `x` with elements of `src` where indices say: for `dim` 0, `y[i[p][q]][q] = src[p][q]`. Of several for one place the last stays,
 * and all get the gradient of it, as in PyTorch.
 *
 * Shapes: `x` `[n, m]`, indices `[p, q]` with `q ≤ m`, for `dim` 0 → `[n, m]`.
 *
 * @param i - indices along `dim`, of 0 or more: an int32 tensor, or arrays of whole numbers.
 * @param src - of the dtype of `x`, at least as large as the indices; or one number for all.
 * @throws {@link TensorError} if an index is out of range, the sizes do not fit, or the dtype of `src` is another.
 * @see PyTorch `torch.scatter`, without `reduce`.
 *
 * @example
 * ```ts
 * import { scatter, zeros } from "evenkeel";
 *
 * console.log(scatter(zeros([2, 3]), 1, [[2], [0]], 7));
 * // => tensor([[0., 0., 7.],
 * //         [7., 0., 0.]])
 * ```
 */
export function scatter(x: Tensor, dim: number, i: Indices, src: Operand): Tensor {
  return scattered("scatter", false, x, dim, i, src);
}

/**
 * The same as {@link scatter}, in place: `x` itself has the elements. It is not recorded, so neither may want a gradient, unless
 * within `noGrad`.
 *
 * @throws {@link TensorError} as {@link scatter}, and if one of them wants a gradient.
 * @see PyTorch `Tensor.scatter_`, which is recorded; `scatter` is here.
 *
 * @example
 * ```ts
 * import { scatter_, zeros } from "evenkeel";
 *
 * const x = zeros([3]);
 * scatter_(x, 0, [1], 5);
 * console.log(x); // => tensor([0., 5., 0.])
 * ```
 */
export function scatter_<T extends Tensor>(x: T, dim: number, i: Indices, src: Operand): T {
  return become("scatter_", tensorOf("scatter_", x) as T, [src], (own) =>
    scattered("scatter_", false, own, dim, i, src),
  );
}

/**
 * `x` with elements of `src` added where indices say: for `dim` 0, `y[i[p][q]][q] += src[p][q]`. What meets at one place is summed, of bools
 * is true if one is.
 *
 * Shapes: as of {@link scatter}.
 *
 * @param i - indices along `dim`, of 0 or more: an int32 tensor, or arrays of whole numbers.
 * @throws {@link TensorError} as {@link scatter}.
 * @see PyTorch `torch.scatter_add`.
 *
 * @example
 * ```ts
 * import { ones, scatterAdd, zeros } from "evenkeel";
 *
 * console.log(scatterAdd(zeros([3]), 0, [2, 0, 2], ones([3]))); // => tensor([1., 0., 2.])
 * ```
 */
export function scatterAdd(x: Tensor, dim: number, i: Indices, src: Tensor): Tensor {
  return scattered("scatterAdd", true, x, dim, i, tensorOf("scatterAdd", src));
}

/**
 * The same as {@link scatterAdd}, in place. It is not recorded, so neither may want a gradient, unless within `noGrad`.
 *
 * @throws {@link TensorError} as {@link scatterAdd}, and if one of them wants a gradient.
 * @see PyTorch `Tensor.scatter_add_`, which is recorded; `scatterAdd` is here.
 *
 * @example
 * ```ts
 * import { ones, scatterAdd_, zeros } from "evenkeel";
 *
 * const counts = zeros([3]);
 * scatterAdd_(counts, 0, [2, 0, 2], ones([3]));
 * console.log(counts); // => tensor([1., 0., 2.])
 * ```
 */
export function scatterAdd_<T extends Tensor>(x: T, dim: number, i: Indices, src: Tensor): T {
  return become("scatterAdd_", tensorOf("scatterAdd_", x) as T, [src], (own) =>
    scattered("scatterAdd_", true, own, dim, i, tensorOf("scatterAdd_", src)),
  );
}

/**
 * `x` with the parts of `source` along a dimension added where indices say: for `dim` 0, `y[i[p]] += alpha·source[p]`. What meets
 * at one place is summed.
 *
 * Shapes: `x` `[…, n, …]`, indices `[p]`, `source` `[…, p, …]` → `[…, n, …]`.
 *
 * @param i - indices along `dim`, of 0 or more: an int32 tensor, or whole numbers.
 * @throws {@link TensorError} if an index is out of range, the sizes do not fit, or the dtype of `source` is another.
 * @see PyTorch `torch.index_add`.
 *
 * @example
 * ```ts
 * import { indexAdd, tensor, zeros } from "evenkeel";
 *
 * console.log(indexAdd(zeros([2, 2]), 0, [1, 1], tensor([[1, 2], [3, 4]])));
 * // => tensor([[0., 0.],
 * //         [4., 6.]])
 * ```
 */
export function indexAdd(x: Tensor, dim: number, i: Indices, source: Tensor, options: IndexAddOptions = {}): Tensor {
  return rowsAdded("indexAdd", x, dim, i, source, options);
}

/**
 * The same as {@link indexAdd}, in place. It is not recorded, so neither may want a gradient, unless within `noGrad`.
 *
 * @throws {@link TensorError} as {@link indexAdd}, and if one of them wants a gradient.
 * @see PyTorch `Tensor.index_add_`, which is recorded; `indexAdd` is here.
 *
 * @example
 * ```ts
 * import { indexAdd_, ones, zeros } from "evenkeel";
 *
 * const x = zeros([3]);
 * indexAdd_(x, 0, [0, 0], ones([2]), { alpha: 2 });
 * console.log(x); // => tensor([4., 0., 0.])
 * ```
 */
export function indexAdd_<T extends Tensor>(
  x: T,
  dim: number,
  i: Indices,
  source: Tensor,
  options: IndexAddOptions = {},
): T {
  return become("indexAdd_", tensorOf("indexAdd_", x) as T, [source], (own) =>
    rowsAdded("indexAdd_", own, dim, i, source, options),
  );
}
