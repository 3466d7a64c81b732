import { isTensor } from "../../base/brand.ts";
import { sizeOf } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { broadcast, sameShape } from "../../base/shapes.ts";
import { become } from "../../tensor/inPlace.ts";
import { stretch } from "../../tensor/operands.ts";
import type { Indices, Operand, Tensor } from "../../tensor/tensor.ts";
import { nonzero } from "../count.ts";
import { tensorOf } from "../tensorOf.ts";
import { checkMask, joined, type Named, namedOf, valuesFor } from "./places.ts";
import { writeRuns } from "./runs.ts";

/** Options of {@link indexPut}. */
export interface IndexPutOptions {
  /** Whether values are added to what is there, and to each other, and not put in its place. Default `false`. */
  readonly accumulate?: boolean;
}

const rules = { accumulate: { is: flag, default: false } } as const satisfies OptionRules<IndexPutOptions>;

function put(where: string, x: Tensor, indices: readonly Indices[], values: Operand, options: IndexPutOptions): Tensor {
  const { accumulate } = optionsOf(where, options, rules);
  if (!Array.isArray(indices) || indices.length === 0) {
    throw new TensorError(where, { expected: "an array of indices, one for each dimension", got: describe(indices) });
  }
  const [named, from]: [Named[], number[]] = [[], []];
  let dims = 0;
  for (const given of indices) {
    const one = namedOf(where, given, tensorOf(where, x));
    checkMask(where, one, x, dims);
    named.push(one);
    from.push(dims);
    dims += one.dims;
  }
  if (dims > x.ndim) {
    throw new TensorError(where, { expected: `indices of at most ${x.ndim} dimensions`, got: `${dims}` });
  }
  const tail = x.shape.slice(dims);
  const { index, unit } = joined(where, named, from, x);
  const runs = { outer: 1, unit, width: sizeOf(tail), shape: [...index.shape, ...tail] };
  const written = valuesFor(where, values, x, runs.shape, !accumulate);
  return x.through(writeRuns(runs, accumulate), written, index);
}

/**
 * `x` with values where indices say: `y[i[n], j[n], …] = values[n]`, or `+=`. Indices, which broadcast, are of the first dimensions;
 * a mask takes as many as it has. Of several values for one place the last stays, and all get the gradient of it, as in PyTorch;
 * with `accumulate` they are summed.
 *
 * @param indices - int32 tensors, counted from the end below 0, or arrays of whole numbers, or bool masks.
 * @param values - of the dtype of `x`, broadcast to what the indices name; or one number for all.
 * @throws {@link TensorError} if an index is out of range, shapes do not fit, or the dtype of the values is another.
 * @see PyTorch `torch.index_put`.
 *
 * @example
 * ```ts
 * import { indexPut, tensor, zeros } from "evenkeel";
 *
 * console.log(indexPut(zeros([2, 3]), [[0, 1], [2, 0]], tensor([5, 7])));
 * // => tensor([[0., 0., 5.],
 * //         [7., 0., 0.]])
 * console.log(indexPut(zeros([2]), [[1, 1, 1]], 1, { accumulate: true })); // => tensor([0., 3.])
 * ```
 */
export function indexPut(
  x: Tensor,
  indices: readonly Indices[],
  values: Operand,
  options: IndexPutOptions = {},
): Tensor {
  return put("indexPut", x, indices, values, options);
}

/**
 * The same as {@link indexPut}, in place: `x` itself has the values. It is not recorded, so neither may want a gradient, unless
 * within `noGrad`.
 *
 * @throws {@link TensorError} as {@link indexPut}, and if one of them wants a gradient.
 * @see PyTorch `Tensor.index_put_`, which is recorded; `indexPut` is here.
 *
 * @example
 * ```ts
 * import { indexPut_, tensor } from "evenkeel";
 *
 * const x = tensor([-1, 2, -3]);
 * indexPut_(x, [x.lt(0)], 0);
 * console.log(x); // => tensor([0., 2., 0.])
 * ```
 */
export function indexPut_<T extends Tensor>(
  x: T,
  indices: readonly Indices[],
  values: Operand,
  options: IndexPutOptions = {},
): T {
  return become("indexPut_", tensorOf("indexPut_", x) as T, [values], (own) =>
    put("indexPut_", own, indices, values, options),
  );
}

function dealt(where: string, x: Tensor, mask: Tensor, source: Tensor): Tensor {
  const { shape } = tensorOf(where, x);
  if (!isTensor(mask) || mask.dtype !== "bool" || !sameShape(broadcast(where, shape, mask.shape), shape)) {
    throw new TensorError(where, {
      expected: `a bool mask that broadcasts to the shape [${shape}]`,
      got: describe(mask),
    });
  }
  const places = nonzero(stretch(mask, shape).flatten()).flatten();
  const from = tensorOf(where, source).flatten();
  if (from.numel() < places.numel()) {
    throw new TensorError(where, {
      expected: `a source of at least ${places.numel()} elements, as many as the mask has of true ones`,
      got: `${from.numel()}`,
    });
  }
  const values = valuesFor(where, from.slice(0, 0, places.numel()), x, places.shape);
  return x.through(writeRuns({ outer: 1, unit: 1, width: 1, shape: places.shape }, false), values, places);
}

/**
 * `x` with the elements of `source`, one after the other, where the mask is true.
 *
 * @param mask - bool, broadcast to the shape of `x`.
 * @param source - of the dtype of `x`, of any shape, with at least as many elements as the mask has of true ones.
 * @throws {@link TensorError} if the mask is no such, or the source has too few elements or another dtype.
 * @see PyTorch `torch.masked_scatter`.
 *
 * @example
 * ```ts
 * import { maskedScatter, tensor, zeros } from "evenkeel";
 *
 * console.log(maskedScatter(zeros([3]), tensor([true, false, true]), tensor([5, 7, 9]))); // => tensor([5., 0., 7.])
 * ```
 */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  return dealt("maskedScatter", x, mask, source);
}

/**
 * The same as {@link maskedScatter}, in place: `x` itself has the elements. It is not recorded, so neither may want a gradient,
 * unless within `noGrad`.
 *
 * @throws {@link TensorError} as {@link maskedScatter}, and if one of them wants a gradient.
 * @see PyTorch `Tensor.masked_scatter_`, which is recorded; `maskedScatter` is here.
 *
 * @example
 * ```ts
 * import { maskedScatter_, tensor } from "evenkeel";
 *
 * const x = tensor([1, 2, 3]);
 * maskedScatter_(x, x.gt(1), tensor([5, 7]));
 * console.log(x); // => tensor([1., 5., 7.])
 * ```
 */
export function maskedScatter_<T extends Tensor>(x: T, mask: Tensor, source: Tensor): T {
  return become("maskedScatter_", tensorOf("maskedScatter_", x) as T, [source], (own) =>
    dealt("maskedScatter_", own, mask, source),
  );
}
