import { isTensor } from "../base/brand.ts";
import { isFloat } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { aTensor, flag, fromZero } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { sameShape } from "../base/shapes.ts";
import { shared, whole } from "../base/shared.ts";
import { addUp, binned, coordinatesOf, countsOf, placesAmong, reachOf } from "../kernels/beside/statistics/counts.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { argsort } from "../ops/reduce.ts";
import { wholeArray } from "../tensor/checks.ts";
import { type Indices, Tensor } from "../tensor/tensor.ts";
import { tensor } from "./create.ts";
import { linspace, zeros } from "./factories.ts";
import { checkWhole, tensorOf } from "./tensorOf.ts";

/** Options of {@link bincount}. */
export interface BincountOptions {
  /** What each number counts, a tensor of as many; bools and whole numbers are taken as float64. Default: 1. */
  readonly weights?: Tensor;
  /** The least length of the result, a whole number. Default `0`. */
  readonly minlength?: number;
}

const bincountRules = {
  weights: { is: aTensor },
  minlength: {
    is: {
      expected: "a whole number from 0 to 2147483647",
      accepts: (x) => fromZero.accepts(x) && (x as number) < 2 ** 31,
    },
    default: 0,
  },
} as const satisfies OptionRules<BincountOptions>;

/** Options of {@link searchsorted}. */
export interface SearchsortedOptions {
  /** Whether a value goes behind those that it equals, and not before them. Default `false`. */
  readonly right?: boolean;
}

const searchsortedRules = { right: { is: flag, default: false } } as const satisfies OptionRules<SearchsortedOptions>;

/** Options of {@link histogram}. */
export interface HistogramOptions {
  /** From where to where the bins go; not with edges. Default: from the least to the largest element. */
  readonly range?: readonly [from: number, to: number];
  /** What each element counts, a tensor of its shape and dtype. Default: 1. */
  readonly weight?: Tensor;
  /** Whether the counts are divided by their sum and by the widths of the bins. Default `false`. */
  readonly density?: boolean;
}

const histogramRules = {
  range: {
    is: {
      expected: "two finite numbers, the first no larger,",
      accepts: (value) =>
        Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] <= value[1],
    },
  },
  weight: { is: aTensor },
  density: { is: flag, default: false },
} as const satisfies OptionRules<HistogramOptions>;

/** What {@link histogram} counts. */
export interface Histogram {
  /** How many elements, or the sum of their weights, or how dense they lie, in each bin; of the dtype of the input. */
  readonly hist: Tensor;
  /** The edges of the bins, one more than bins. */
  readonly binEdges: Tensor;
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
  shared().listener?.runs?.("nonzero, the size of whose result depends on numbers");
  const { array, ndim } = tensorOf("nonzero", x);
  const coordinates = coordinatesOf(array);
  return tensor(coordinates).reshape(
    ndim === 0 ? array.data.filter((value) => value !== 0).length : coordinates.length / ndim,
    ndim,
  );
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
export function bincount(x: Indices, options: BincountOptions = {}): Tensor {
  const { weights, minlength } = optionsOf("bincount", options, bincountRules);
  shared().listener?.runs?.("bincount, the size of whose result depends on numbers");
  const array = wholeArray(x);
  const labels: unknown = array === null ? x : tensor(array.data).reshape(array.shape);
  if (isTensor(labels)) labels.array.shown("bincount");
  const reach = isTensor(labels) && labels.dtype === "int32" && labels.ndim === 1 ? reachOf(wholeOf(labels)) : -1;
  if (!isTensor(labels) || reach < 0) {
    throw new TensorError("bincount", {
      expected: "whole numbers of 0 or more, an int32 tensor of one dimension or an array",
      got: describe(x),
    });
  }
  if (weights !== undefined && !sameShape(weights.shape, labels.shape)) {
    throw new TensorError("bincount", {
      expected: `weights of shape ${show(labels.shape)}`,
      got: describe(weights),
    });
  }
  weights?.array.shown("bincount");
  const size = Math.max(minlength, reach);
  if (weights === undefined) return tensor(countsOf(wholeOf(labels), size));
  const sums = weights.dtype === "float32" ? new Float32Array(size) : new Float64Array(size);
  addUp(wholeOf(labels), weights.array.data, sums);
  return tensor(sums);
}

const wholeOf = ({ array }: Tensor): Int32Array => array.data as Int32Array;

/** The edges between which elements are counted. */
function edgesOf(x: Tensor, bins: unknown, range: HistogramOptions["range"]): Tensor {
  const { dtype } = x;
  if (isTensor(bins) || Array.isArray(bins)) {
    const edges = isTensor(bins) ? tensorOf("histogram", bins) : tensor(bins, { dtype });
    const { data } = edges.array;
    const isRising = data.every((edge, i) => edge >= data[Math.max(0, i - 1)]);
    if (range === undefined && edges.ndim === 1 && edges.dtype === dtype && data.length > 1 && isRising) return edges;
    throw new TensorError("histogram", {
      expected: `two edges or more, ${dtype}, that do not fall, and no range`,
      got: `${describe(bins)}${range === undefined ? "" : ` and the range ${describe(range)}`}`,
    });
  }
  checkWhole("histogram", "bins", bins, 1, 2 ** 31 - 2);
  const isEmpty = range === undefined && x.numel() === 0;
  const [low, high] = isEmpty ? [0, 0] : (range ?? [x.min().item<number>(), x.max().item<number>()]);
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new TensorError("histogram", {
      expected: "finite elements, or a range",
      got: `elements from ${low} to ${high}`,
    });
  }
  const [first, last] = low < high ? [low, high] : isEmpty ? [0, 1] : [low - 0.5, high + 0.5];
  return linspace(first, last, (bins as number) + 1, { dtype });
}

/**
 * How many elements lie in each bin: from its lower edge to below its upper one, which belongs to the last bin. What lies
 * outside is not counted, and NaN is not.
 *
 * Shapes: any → `hist` `[bins]`, `binEdges` `[bins + 1]`.
 *
 * @param bins - how many, of one width; or the edges, rising, as a tensor of the dtype of `x` or numbers.
 * @throws {@link TensorError} if `x` is no float tensor, the bins are no such, without a range an element is not finite, or an
 * option makes no sense.
 * @see PyTorch `torch.histogram`, whose edges may fall, and which counts NaN in some bin.
 *
 * @example
 * ```ts
 * import { histogram, tensor } from "evenkeel";
 *
 * const { hist, binEdges } = histogram(tensor([1, 2, 1]), 3, { range: [0, 3] });
 * console.log(hist, binEdges); // => tensor([0., 2., 1.]) tensor([0., 1., 2., 3.])
 * ```
 */
export function histogram(
  x: Tensor,
  bins: number | Tensor | readonly number[],
  options: HistogramOptions = {},
): Histogram {
  const { range, weight, density } = optionsOf("histogram", options, histogramRules);
  shared().listener?.runs?.("histogram, which counts by numbers");
  if (!isFloat(tensorOf("histogram", x).dtype)) {
    throw new TensorError("histogram", { expected: "a float32 or float64 tensor", got: describe(x) });
  }
  if (weight !== undefined && !(weight.dtype === x.dtype && sameShape(weight.shape, x.shape))) {
    throw new TensorError("histogram", {
      expected: `a weight of shape ${show(x.shape)}, ${x.dtype}`,
      got: describe(weight),
    });
  }
  if (weight !== undefined) refuseDetached("histogram", weight.array);
  const elements = x.detach().flatten();
  const binEdges = edgesOf(elements, bins, range);
  const counts = zeros([binEdges.numel() - 1], { dtype: x.dtype });
  const isEven = typeof bins === "number";
  binned(elements.array.data, binEdges.array.data, weight?.array.data ?? null, isEven, counts.array.data);
  const widths = binEdges.slice(0, 1).sub(binEdges.slice(0, 0, -1));
  return { hist: density ? counts.div(counts.sum()).div(widths) : counts, binEdges };
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
  shared().listener?.runs?.("unique, the size of whose result depends on numbers");
  const flat = tensorOf("unique", x).detach().flatten();
  const order = flat.through(argsort(0, false, flat.numel())).array.data;
  const { data } = flat.array;
  const inverse = new Int32Array(data.length);
  const starts = new Int32Array(data.length + 1); // where the first of each value stands in the order
  let found = 0;
  for (let i = 0, last = Number.NaN; i < order.length; i++) {
    const at = order[i];
    const value = data[at];
    if (value !== last) starts[found++] = i;
    inverse[at] = found - 1;
    last = value;
  }
  starts[found] = data.length;
  return {
    values: flat.index(tensor(Int32Array.from({ length: found }, (_, i) => order[starts[i]]))),
    inverse: tensor(inverse).reshape(x.shape),
    counts: tensor(Int32Array.from({ length: found }, (_, i) => starts[i + 1] - starts[i])),
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
  const { right } = optionsOf("searchsorted", options, searchsortedRules);
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
  return new Tensor(whole("searchsorted", [edges.array, sought.array, right], placesAmong, "looks"));
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
