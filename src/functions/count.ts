import { isTensor } from "../base/brand.ts";
import { sizeOf } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { checkFlagOption, checkOptions } from "../base/options.ts";
import { sameShape } from "../base/shapes.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tensor } from "./create.ts";
import { checkWhole, tensorOf } from "./tensorOf.ts";

/** Options of {@link bincount}. */
export interface BincountOptions {
  /** What each number counts, a tensor of as many; bools and whole numbers are taken as float64. Default: 1. */
  readonly weights?: Tensor;
  /** The least length of the result, a whole number. Default `0`. */
  readonly minlength?: number;
}

/** Options of {@link searchsorted}. */
export interface SearchsortedOptions {
  /** Whether a value goes behind those that it equals, and not before them. Default `false`. */
  readonly right?: boolean;
}

/** What {@link unique} finds. */
export interface Unique {
  /** Each value once, in order. */
  readonly values: Tensor;
  /** For each element of the input the place of its value among them, int32, in the shape of the input. */
  readonly inverse: Tensor;
  /** How often each value is there, int32. */
  readonly counts: Tensor;
}

/**
 * Where the elements stand that are not 0: a row of coordinates for each, in order; int32.
 *
 * Shapes: `[a, b, …]` of `d` dimensions → `[k, d]`.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.nonzero`, without `as_tuple`.
 *
 * @example
 * ```ts
 * import { nonzero, tensor } from "evenkeel";
 *
 * console.log(nonzero(tensor([[0, 5], [7, 0]])));
 * // => tensor([[0, 1],
 * //         [1, 0]])
 * ```
 */
export function nonzero(x: Tensor): Tensor {
  const { data, shape } = tensorOf("nonzero", x).array;
  const found: number[] = [];
  for (let at = 0; at < data.length; at++) if (data[at] !== 0) found.push(at);
  const coordinates = new Int32Array(found.length * shape.length);
  found.forEach((at, i) => {
    let rest = at;
    for (let d = shape.length - 1; d >= 0; d--) {
      coordinates[i * shape.length + d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
  });
  return tensor(coordinates).reshape(found.length, shape.length);
}

/**
 * How often each whole number is there, or the sum of the weights that it has: element `i` of the result is that of the number
 * `i`. int32, with weights float64, or float32 as they are.
 *
 * Shapes: `[n]` → `[largest + 1]`, or `[minlength]` if that is more.
 *
 * @param x - an int32 tensor of one dimension, of numbers of 0 or more, or an array of them.
 * @throws {@link TensorError} if `x` is no such, or the weights are no tensor of its shape.
 * @see PyTorch `torch.bincount`, where nothing has counts in int64 whatever the weights are.
 *
 * @example
 * ```ts
 * import { bincount } from "evenkeel";
 *
 * console.log(bincount([0, 2, 2])); // => tensor([1, 0, 2])
 * ```
 */
export function bincount(x: Tensor | readonly number[], options: BincountOptions = {}): Tensor {
  checkOptions("bincount", options, ["weights", "minlength"]);
  const { weights, minlength = 0 } = options;
  checkWhole("bincount", "minlength", minlength, 0, 2 ** 31 - 1);
  const isList = Array.isArray(x) && x.every((value) => Number.isInteger(value) && value < 2 ** 31);
  const labels: unknown = isList ? tensor(Int32Array.from(x)) : x;
  if (!isTensor(labels) || labels.dtype !== "int32" || labels.ndim !== 1 || labels.lt(0).any().item<boolean>()) {
    throw new TensorError("bincount", {
      expected: "whole numbers of 0 or more, an int32 tensor of one dimension or an array",
      got: describe(x),
    });
  }
  if (weights !== undefined && !(isTensor(weights) && sameShape(weights.shape, labels.shape))) {
    throw new TensorError("bincount", {
      expected: `weights of shape ${show(labels.shape)}, a tensor`,
      got: describe(weights),
    });
  }
  if (weights !== undefined) refuseDetached("bincount", weights.array);
  const { data } = labels.array;
  let size = minlength;
  for (const label of data) size = Math.max(size, label + 1);
  const counts =
    weights === undefined
      ? new Int32Array(size)
      : weights.dtype === "float32"
        ? new Float32Array(size)
        : new Float64Array(size);
  const shares = weights?.array.data;
  for (let i = 0; i < data.length; i++) counts[data[i]] += shares === undefined ? 1 : shares[i];
  return tensor(counts);
}

/**
 * The values of `x`, each once, in order, with where they are and how often. Every NaN is a value of its own, in the end.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.unique` with `return_inverse` and `return_counts`, without `dim`.
 *
 * @example
 * ```ts
 * import { tensor, unique } from "evenkeel";
 *
 * const { values, inverse, counts } = unique(tensor([3, 1, 3]));
 * console.log(values, inverse, counts); // => tensor([1., 3.]) tensor([1, 0, 1]) tensor([1, 2])
 * ```
 */
export function unique(x: Tensor): Unique {
  const flat = tensorOf("unique", x).detach().flatten();
  const order = flat.sort(0).indices.array.data;
  const { data } = flat.array;
  const [firsts, counts]: [number[], number[]] = [[], []];
  const inverse = new Int32Array(data.length);
  for (const [i, at] of order.entries()) {
    if (i === 0 || data[at] !== data[order[i - 1]]) {
      firsts.push(at);
      counts.push(0);
    }
    inverse[at] = firsts.length - 1;
    counts[firsts.length - 1]++;
  }
  return {
    values: flat.index(tensor(Int32Array.from(firsts))),
    inverse: tensor(inverse).reshape(x.shape),
    counts: tensor(Int32Array.from(counts)),
  };
}

/**
 * Where values would go among sorted ones so that the order stays: the number of those below; int32.
 *
 * Shapes: sorted `[n]`, values of any shape → that shape; or sorted `[…, n]`, values `[…, k]` → `[…, k]`, row by row.
 *
 * @param sorted - rising along the last dimension, which is not looked at.
 * @param values - a tensor, or a number.
 * @throws {@link TensorError} if they are no tensors, or the shapes are no such.
 * @see PyTorch `torch.searchsorted`, without `sorter` and `side`.
 *
 * @example
 * ```ts
 * import { searchsorted, tensor } from "evenkeel";
 *
 * console.log(searchsorted(tensor([1, 3, 5]), tensor([0, 3, 9]))); // => tensor([0, 1, 3])
 * console.log(searchsorted(tensor([1, 3, 5]), 3, { right: true }).item()); // => 2
 * ```
 */
export function searchsorted(sorted: Tensor, values: Tensor | number, options: SearchsortedOptions = {}): Tensor {
  checkOptions("searchsorted", options, ["right"]);
  const { right = false } = options;
  checkFlagOption("searchsorted", "right", right);
  const edges = tensorOf("searchsorted", sorted);
  const sought = soughtOf(values);
  const rows = edges.shape.slice(0, -1);
  const isShared = edges.ndim === 1;
  if (edges.ndim === 0 || (!isShared && !sameShape(rows, sought.shape.slice(0, -1)))) {
    throw new TensorError("searchsorted", {
      expected: "sorted values of one dimension, or in rows as those that are sought",
      got: `${show(edges.shape)} and ${show(sought.shape)}`,
    });
  }
  const length = edges.shape[edges.ndim - 1];
  const perRow = isShared ? sizeOf(sought.shape) : sought.shape[sought.ndim - 1];
  const [from, wanted] = [edges.array.data, sought.array.data];
  const places = new Int32Array(wanted.length);
  for (let i = 0; i < places.length; i++) {
    const start = isShared ? 0 : Math.floor(i / perRow) * length;
    let [low, high] = [0, length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const edge = from[start + middle];
      const isBelow = right ? !(edge > wanted[i]) : !(edge >= wanted[i]);
      if (isBelow) low = middle + 1;
      else high = middle;
    }
    places[i] = low;
  }
  return tensor(places).reshape(sought.shape);
}

/** What is looked for, a number in all its digits. */
function soughtOf(values: unknown): Tensor {
  if (typeof values === "number") return tensor(values, { dtype: "float64" });
  if (isTensor(values)) return tensorOf("searchsorted", values);
  throw new TensorError("searchsorted", {
    expected: "values to look for, a tensor or a number",
    got: describe(values),
  });
}
