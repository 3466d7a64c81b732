import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { dimOf } from "../base/shapes.ts";
import { isInParts } from "../base/shared.ts";
import { type Selection, selectionOf } from "../kernels/beside/statistics/selection.ts";
import { own, type Primitive } from "../ops/op.ts";
import { max } from "../ops/reduce.ts";
import { keepdimOf } from "../tensor/reduce.ts";
import type { KeepdimOptions, Tensor, ValuesAndIndices, VarianceOptions } from "../tensor/tensor.ts";
import { cat, stack, where } from "./combine.ts";
import { tensorOf } from "./tensorOf.ts";

/**
 * The variance and the mean over one or several dimensions or all, as `Tensor.var` and `Tensor.mean`.
 *
 * @throws {@link TensorError} as {@link Tensor.var}.
 * @see PyTorch `torch.var_mean`.
 *
 * @example
 * ```ts
 * import { tensor, varMean } from "evenkeel";
 *
 * const [variance, mean] = varMean(tensor([1, 3]));
 * console.log(variance.item(), mean.item()); // => 2 2
 * ```
 */
export function varMean(
  x: Tensor,
  dim?: number | readonly number[],
  options: VarianceOptions = {},
): [variance: Tensor, mean: Tensor] {
  return [tensorOf("varMean", x).var(dim, options), x.mean(dim, withoutCorrection(options))];
}

/**
 * The standard deviation and the mean over one or several dimensions or all, as `Tensor.std` and `Tensor.mean`.
 *
 * @throws {@link TensorError} as {@link Tensor.std}.
 * @see PyTorch `torch.std_mean`.
 *
 * @example
 * ```ts
 * import { stdMean, tensor } from "evenkeel";
 *
 * const [std, mean] = stdMean(tensor([1, 3]), 0, { correction: 0 });
 * console.log(std.item(), mean.item()); // => 1 2
 * ```
 */
export function stdMean(
  x: Tensor,
  dim?: number | readonly number[],
  options: VarianceOptions = {},
): [std: Tensor, mean: Tensor] {
  return [tensorOf("stdMean", x).std(dim, options), x.mean(dim, withoutCorrection(options))];
}

const withoutCorrection = ({ correction: _, ...rest }: VarianceOptions): KeepdimOptions => rest;

/**
 * The indices that sort `x` along a dimension; of equals the earlier comes first.
 *
 * @param dim - default −1.
 * @throws {@link TensorError} as {@link Tensor.sort}.
 * @see PyTorch `torch.argsort` with `stable=True`.
 *
 * @example
 * ```ts
 * import { argsort, tensor } from "evenkeel";
 *
 * console.log(argsort(tensor([3, 1, 2]))); // => tensor([1, 2, 0])
 * ```
 */
export function argsort(x: Tensor, dim = -1, options: { readonly descending?: boolean } = {}): Tensor {
  return tensorOf("argsort", x).sort(dim, options).indices;
}

/**
 * The median of all elements: of an even number the lower of the two in the middle. NaN if one of them is.
 *
 * @throws {@link TensorError} if there are none.
 * @see PyTorch `torch.median`, which makes NaN, or the lowest whole number, of none, and refuses bools.
 *
 * @example
 * ```ts
 * import { median, tensor } from "evenkeel";
 *
 * console.log(median(tensor([5, 1, 2, 4])).item()); // => 2
 * ```
 */
export function median(x: Tensor): Tensor;
/**
 * The medians along a dimension, and where they stand; of equals the first in the order of sorting.
 *
 * @throws {@link TensorError} if the dimension is empty, or there is none such.
 * @see PyTorch `torch.median` with `dim`, which says no more of equals than that it is one of them.
 *
 * @example
 * ```ts
 * import { median, tensor } from "evenkeel";
 *
 * const { values, indices } = median(tensor([[5, 1, 2], [4, 6, 5]]), 1);
 * console.log(values, indices); // => tensor([2., 5.]) tensor([2, 2])
 * ```
 */
export function median(x: Tensor, dim: number, options?: KeepdimOptions): ValuesAndIndices;
export function median(x: Tensor, dim?: number, options?: KeepdimOptions): Tensor | ValuesAndIndices {
  if (dim === undefined) return medianOfAll(x);
  const keepdim = keepdimOf("median", options);
  const along = dimOf("median", dim, tensorOf("median", x).ndim);
  if (x.ndim === 0) return { values: x.clone(), indices: x.argmax() };
  if (x.shape[along] === 0) {
    throw new TensorError("median", { expected: "at least one element to choose from", got: describe(x) });
  }
  const indices = placesOf(x, { dim: along, ranks: [(x.shape[along] - 1) >> 1], missing: true });
  const values = x.gather(along, indices);
  return keepdim ? { values, indices } : { values: values.squeeze(along), indices: indices.squeeze(along) };
}

/** Where elements of certain ranks stand, one after the other along the dimension; no gradient. */
function placesOf(x: Tensor, selection: Selection): Tensor {
  const y = x.detach();
  const op: Primitive = {
    [own]: true,
    name: "selection",
    forward: (k, z) => k.beside(selectionOf, [z], selection),
    vjp: [null],
    needs: "nothing",
  };
  return isInParts() ? placesBySorting(y, selection) : y.through(op);
}

/** The same, by what formats of files have. */
function placesBySorting(y: Tensor, { dim, ranks, missing }: Selection): Tensor {
  const order = y.sort(dim).indices;
  const places = cat(
    ranks.map((rank) => order.slice(dim, rank, rank + 1)),
    dim,
  );
  if (!missing) return places;
  const isMissing = y.ne(y);
  const hasNaN = isMissing.any(dim, { keepdim: true }).to("int32");
  const first = isMissing.to("int32").argmax(dim, { keepdim: true });
  return first.mul(hasNaN).add(places.mul(hasNaN.eq(0).to("int32")));
}

/** The median of all elements; those that share it share the gradient, as with `max`. */
function medianOfAll(x: Tensor): Tensor {
  const flat = tensorOf("median", x).flatten();
  const { indices } = median(flat.detach(), 0, { keepdim: true });
  const { vjp } = max(0, 1);
  const op: Primitive = { [own]: true, name: "median", forward: (k, y) => k.rows(y, indices.array).view([]), vjp };
  return flat.through(op);
}

/** `a + way·(b − a)`, from the nearer end. */
const lerp = (way: number): Primitive => ({
  [own]: true,
  name: "lerp",
  forward: (k, a, b) => {
    const distance = k.sub(b, a);
    return way < 0.5 ? k.add(a, k.mulScalar(distance, way)) : k.sub(b, k.mulScalar(distance, 1 - way));
  },
  vjp: [(g) => g.mul(1 - way), (g) => g.mul(way)],
  needs: "nothing",
});

/**
 * The quantiles of all elements, or along a dimension: what a part `q` of the elements is not above, on the line between two
 * where it falls between. NaN if one of the elements is.
 *
 * Shapes: one `q` → without the dimension; a list of `k` → `[k]` in front of that.
 *
 * @param q - from 0 to 1, one number or a list.
 * @throws {@link TensorError} if `q` is no such number, `x` no float tensor, or there is nothing to choose from.
 * @see PyTorch `torch.quantile` with `interpolation="linear"`; where an infinite element is met exactly, it makes NaN of it.
 *
 * @example
 * ```ts
 * import { quantile, tensor } from "evenkeel";
 *
 * console.log(quantile(tensor([4, 1, 3, 2]), 0.5).item()); // => 2.5
 * console.log(quantile(tensor([4, 1, 3, 2]), [0, 1])); // => tensor([1., 4.])
 * ```
 */
export function quantile(x: Tensor, q: number | readonly number[], dim?: number, options?: KeepdimOptions): Tensor {
  const keepdim = keepdimOf("quantile", options);
  const isFlat = dim === undefined || tensorOf("quantile", x).ndim === 0;
  const source = isFlat ? tensorOf("quantile", x).flatten() : x;
  const along = isFlat ? 0 : dimOf("quantile", dim, x.ndim);
  for (const part of [q].flat() as readonly unknown[]) {
    if (typeof part === "number" && part >= 0 && part <= 1) continue;
    throw new TensorError("quantile", { expected: "q from 0 to 1, or a list of such", got: describe(q) });
  }
  if (!isFloat(x.dtype) || source.shape[along] === 0 || (Array.isArray(q) && q.length === 0)) {
    throw new TensorError("quantile", {
      expected: "floats to choose from, and a q",
      got: `${describe(x)} and ${describe(q)}`,
    });
  }
  const ranks: number[] = [];
  /** What has a rank, once it has been looked for. */
  const ranked = (rank: number) => {
    if (!ranks.includes(rank)) ranks.push(rank);
    return () => values.select(along, ranks.indexOf(rank));
  };
  const last = ranked(source.shape[along] - 1); // NaN, if there is one
  const parts = [q].flat().map((part) => between(source, part, along, ranked));
  const values = source.gather(along, placesOf(source, { dim: along, ranks, missing: false }));
  const hasNaN = last().detach().ne(last().detach());
  const one = (part: () => Tensor) => where(hasNaN, last(), part());
  const kept = (y: Tensor) =>
    keepdim ? y.reshape(isFlat ? x.shape.map(() => 1) : x.shape.map((size, d) => (d === along ? 1 : size))) : y;
  return Array.isArray(q) ? stack(parts.map((part) => kept(one(part)))) : kept(one(parts[0]));
}

/** What stands at a part of the way along the values once they are sorted, in the precision that they have. */
function between({ shape, dtype }: Tensor, part: number, dim: number, ranked: (rank: number) => () => Tensor) {
  const last = shape[dim] - 1;
  const place = dtype === "float32" ? Math.fround(Math.fround(part) * last) : part * last;
  const low = Math.floor(place);
  const [a, b] = [ranked(low), ranked(Math.ceil(place))];
  return (): Tensor => (low === place ? a() : a().through(lerp(place - low), b()));
}
