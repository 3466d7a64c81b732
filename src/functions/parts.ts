import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import { dimOf } from "../base/shapes.ts";
import { wholeArray } from "../tensor/checks.ts";
import type { Indices, Tensor } from "../tensor/tensor.ts";
import { tensor } from "./create.ts";
import { taken } from "./indexing/taken.ts";
import { checkWhole, tensorOf } from "./tensorOf.ts";

/**
 * The parts of `x` along a dimension, each of `size` but for the last, which may be smaller; or of the sizes of a list.
 *
 * @param size - 1 or more; or sizes that sum to that of the dimension.
 * @param dim - default 0.
 * @throws {@link TensorError} if a size is no such number, the sizes do not sum to that of the dimension, or there is no such
 * dimension.
 * @see PyTorch `torch.split`, which gives views; these are copies.
 *
 * @example
 * ```ts
 * import { arange, split } from "evenkeel";
 *
 * console.log(split(arange(5), 2)); // => [ tensor([0., 1.]), tensor([2., 3.]), tensor([4.]) ]
 * console.log(split(arange(5), [1, 4])); // => [ tensor([0.]), tensor([1., 2., 3., 4.]) ]
 * ```
 */
export function split(x: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
  const along = dimensionOf("split", x, dim);
  const length = x.shape[along];
  if (!Array.isArray(size)) {
    checkWhole("split", "size", size, 1);
    const count = Math.max(1, Math.ceil(length / (size as number)));
    return Array.from({ length: count }, (_, i) => x.slice(along, i * (size as number), (i + 1) * (size as number)));
  }
  for (const part of size) checkWhole("split", "each size", part, 0);
  const total = (size as readonly number[]).reduce((sum, part) => sum + part, 0);
  if (total !== length || size.length === 0) {
    throw new TensorError("split", {
      expected: `sizes that sum to ${length}, the size of dimension ${along}`,
      got: `${describe(size)}, which sum to ${total}`,
    });
  }
  let end = 0;
  return (size as readonly number[]).map((part) => {
    end += part;
    return x.slice(along, end - part, end);
  });
}

/**
 * `x` in `chunks` parts along a dimension, all of one size but for the last; there may be fewer, as there have to be where the
 * size is not enough for more.
 *
 * @param chunks - 1 or more.
 * @param dim - default 0.
 * @throws {@link TensorError} if `chunks` is no such number, or there is no such dimension.
 * @see PyTorch `torch.chunk`, which gives views; these are copies.
 *
 * @example
 * ```ts
 * import { arange, chunk } from "evenkeel";
 *
 * console.log(chunk(arange(5), 2)); // => [ tensor([0., 1., 2.]), tensor([3., 4.]) ]
 * ```
 */
export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  const along = dimensionOf("chunk", x, dim);
  checkWhole("chunk", "chunks", chunks, 1);
  const size = Math.ceil(x.shape[along] / chunks);
  if (size === 0) return Array.from({ length: chunks }, () => x.slice(along, 0, 0));
  return split(x, size, along);
}

/**
 * The parts of `x` along a dimension, which they do not have any more.
 *
 * @param dim - default 0.
 * @throws {@link TensorError} if there is no such dimension.
 * @see PyTorch `torch.unbind`, which gives views; these are copies.
 *
 * @example
 * ```ts
 * import { tensor, unbind } from "evenkeel";
 *
 * console.log(unbind(tensor([[1, 2], [3, 4]]), 1)); // => [ tensor([1., 3.]), tensor([2., 4.]) ]
 * ```
 */
export function unbind(x: Tensor, dim = 0): Tensor[] {
  const along = dimensionOf("unbind", x, dim);
  return Array.from({ length: x.shape[along] }, (_, i) => x.select(along, i));
}

/**
 * `length` of `x` along a dimension, from `start` on.
 *
 * @param dim - counted from the end below 0, and so is `start`.
 * @throws {@link TensorError} if there is no such dimension, or the part does not lie within it.
 * @see PyTorch `torch.narrow`, which gives a view; this is a copy.
 *
 * @example
 * ```ts
 * import { arange, narrow } from "evenkeel";
 *
 * console.log(narrow(arange(5), 0, 1, 3)); // => tensor([1., 2., 3.])
 * ```
 */
export function narrow(x: Tensor, dim: number, start: number, length: number): Tensor {
  const along = dimensionOf("narrow", x, dim);
  const size = x.shape[along];
  checkWhole("narrow", "start", start, -size, size);
  const from = start < 0 ? start + size : start;
  checkWhole("narrow", "length", length, 0, size - from);
  return x.slice(along, from, from + length);
}

/**
 * The parts of `x` along a dimension that indices name, in their order.
 *
 * Shapes: `[…, n, …]`, `[k]` → `[…, k, …]`.
 *
 * @param indices - an int32 tensor of one dimension, or numbers; counted from the end below 0.
 * @throws {@link TensorError} if an index is none, or out of range, or there is no such dimension.
 * @see PyTorch `torch.index_select`, which refuses indices below 0, and takes a single number as `x`.
 *
 * @example
 * ```ts
 * import { indexSelect, tensor } from "evenkeel";
 *
 * console.log(indexSelect(tensor([[1, 2, 3], [4, 5, 6]]), 1, [2, 0]));
 * // => tensor([[3., 1.],
 * //         [6., 4.]])
 * ```
 */
export function indexSelect(x: Tensor, dim: number, indices: Indices): Tensor {
  const along = dimensionOf("indexSelect", x, dim);
  const places = indicesOf("indexSelect", indices);
  if (places.ndim !== 1) {
    throw new TensorError("indexSelect", { expected: "indices of one dimension", got: describe(places) });
  }
  return taken(x, along, places);
}

/** Indices as an int32 tensor. */
export function indicesOf(where: string, indices: unknown): Tensor {
  if (isTensor(indices)) return indices;
  const array = wholeArray(indices);
  if (array !== null) return tensor(array.data).reshape(array.shape);
  throw new TensorError(where, { expected: "an int32 tensor of indices, or whole numbers", got: describe(indices) });
}

function dimensionOf(where: string, x: unknown, dim: number): number {
  const { ndim } = tensorOf(where, x);
  const along = dimOf(where, dim, ndim);
  if (ndim > 0) return along;
  throw new TensorError(where, { expected: "a tensor of one dimension or more", got: describe(x) });
}
