import { describe, TensorError } from "../base/errors.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { checkRoom, dimOf, newSize } from "../base/shapes.ts";
import { isInParts } from "../base/shared.ts";
import { rollOf } from "../kernels/beside/indexing/roll.ts";
import { ownPrimitive, type Primitive } from "../ops/op.ts";
import type { Indices, Tensor } from "../tensor/tensor.ts";
import { cat } from "./combine.ts";
import { tensor } from "./create.ts";
import { taken } from "./indexing/taken.ts";
import { indicesOf } from "./parts.ts";
import { checkWhole, tensorOf, tensorsOf } from "./tensorOf.ts";

/** Options of {@link meshgrid}. */
export interface MeshgridOptions {
  /** Whether the first vector runs down the rows, or, `"xy"`, along the columns. Default `"ij"`. */
  readonly indexing?: "ij" | "xy";
}

const meshgridRules = { indexing: { words: ["ij", "xy"], default: "ij" } } satisfies OptionRules<MeshgridOptions>;

/**
 * `x` turned round along dimensions: what leaves at the end comes in at the front.
 *
 * @param shifts - how far; below 0 towards the front. One, or one for each of `dims`.
 * @param dims - along which; without any, `x` is rolled as if it were flat.
 * @throws {@link TensorError} if a shift is no whole number, there are not as many as dimensions, or there is no such dimension.
 * @see PyTorch `torch.roll`.
 *
 * @example
 * ```ts
 * import { arange, roll } from "evenkeel";
 *
 * console.log(roll(arange(4), 1)); // => tensor([3., 0., 1., 2.])
 * ```
 */
export function roll(x: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
  tensorOf("roll", x);
  const by = [shifts].flat() as readonly number[];
  for (const shift of by) checkWhole("roll", "each shift", shift, Number.NEGATIVE_INFINITY);
  const along = dims === undefined ? [] : ([dims].flat() as readonly number[]);
  if (by.length !== Math.max(1, along.length)) {
    throw new TensorError("roll", {
      expected: "as many shifts as dimensions",
      got: `${describe(shifts)} and ${describe(dims)}`,
    });
  }
  if (along.length === 0) return rolled(x.flatten(), by[0], 0).reshape(x.shape);
  const places = along.map((dim) => dimOf("roll", dim, x.ndim));
  return x.ndim === 0 ? x.clone() : places.reduce((y, dim, i) => rolled(y, by[i], dim), x);
}

function rolled(x: Tensor, shift: number, dim: number): Tensor {
  const size = x.shape[dim];
  const from = size === 0 ? 0 : (((size - shift) % size) + size) % size;
  if (from === 0) return x.clone();
  return isInParts() ? cat([x.slice(dim, from), x.slice(dim, 0, from)], dim) : x.through(turn(dim, size - from, from));
}

/** Turned round along a dimension, towards its end; its gradient is turned back. */
const turn = (dim: number, by: number, back: number): Primitive =>
  ownPrimitive({
    name: "roll",
    forward: (k, x) => k.beside(rollOf, [x], { dim, by }),
    vjp: [(g) => g.through(turn(dim, back, by))],
    needs: "nothing",
  });

/**
 * `x` repeated as often as `times` says along each dimension, counted from the last; dimensions that it lacks are added in
 * front.
 *
 * @throws {@link TensorError} if a number is no whole one of 0 or more.
 * @see PyTorch `torch.tile`.
 *
 * @example
 * ```ts
 * import { tensor, tile } from "evenkeel";
 *
 * console.log(tile(tensor([1, 2]), [2])); // => tensor([1., 2., 1., 2.])
 * ```
 */
export function tile(x: Tensor, times: readonly number[]): Tensor {
  tensorOf("tile", x);
  if (!Array.isArray(times)) throw new TensorError("tile", { expected: "an array of numbers", got: describe(times) });
  for (const count of times) checkWhole("tile", "each number", count, 0);
  return x.repeat([...new Array<number>(Math.max(0, x.ndim - times.length)).fill(1), ...times]);
}

/**
 * Each element `times` times in a row: of `x` as if it were flat, or along a dimension.
 *
 * @param times - a whole number of 0 or more, or one for each place, as an int32 tensor or numbers.
 * @param dim - along which. Default: none, of `x` flat.
 * @throws {@link TensorError} if a number is no whole one of 0 or more, there are not as many as places, or no such dimension.
 * @see PyTorch `torch.repeat_interleave`.
 *
 * @example
 * ```ts
 * import { repeatInterleave, tensor } from "evenkeel";
 *
 * console.log(repeatInterleave(tensor([1, 2]), 2)); // => tensor([1., 1., 2., 2.])
 * console.log(repeatInterleave(tensor([1, 2]), [1, 3])); // => tensor([1., 2., 2., 2.])
 * ```
 */
export function repeatInterleave(x: Tensor, times: number | Indices, dim?: number): Tensor {
  const where = "repeatInterleave";
  const source = dim === undefined || tensorOf(where, x).ndim === 0 ? tensorOf(where, x).flatten() : x;
  const along = dim === undefined ? 0 : dimOf(where, dim, x.ndim);
  const size = source.shape[along];
  if (typeof times === "number") {
    checkWhole(where, "each number", times, 0); // then the places come of sizes alone
    const sizes = source.shape.flatMap((length, d) => (d === along ? [length, times] : [length]));
    const shape = source.shape.map((length, d) => (d === along ? length * times : length));
    checkRoom(where, shape);
    return source
      .unsqueeze(along + 1)
      .expand(sizes)
      .reshape(shape);
  }
  const given = indicesOf(where, times);
  const counts = given.dtype === "bool" ? (given.flatten().toArray() as number[]) : given.array.shown("toArray");
  // An iterator, and a call for each, take five times as long.
  for (let i = 0; i < counts.length; i++) if (counts[i] < 0) checkWhole(where, "each number", counts[i], 0);
  if (counts.length !== size && counts.length !== 1) {
    throw new TensorError(where, { expected: `${size} numbers, one for each place`, got: `${counts.length}` });
  }
  const step = counts.length === 1 ? 0 : 1;
  let total = 0;
  for (let i = 0; i < size; i++) total += counts[i * step];
  const places = new Int32Array(newSize(where, total));
  for (let i = 0, at = 0; i < size; i++) for (const end = at + counts[i * step]; at < end; at++) places[at] = i;
  return taken(source, along, tensor(places));
}

/**
 * `x` with some dimensions moved to other places; the others keep their order.
 *
 * @param source - which; counted from the end below 0.
 * @param destination - where to, as many.
 * @throws {@link TensorError} if there is no such dimension, one is named twice, or there are not as many of both.
 * @see PyTorch `torch.movedim`, which gives a view; this is a copy.
 *
 * @example
 * ```ts
 * import { movedim, zeros } from "evenkeel";
 *
 * console.log(movedim(zeros([2, 3, 4]), 0, -1).shape); // => [ 3, 4, 2 ]
 * ```
 */
export function movedim(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const { ndim } = tensorOf("movedim", x);
  const [from, to] = [source, destination].map((dims) =>
    ([dims].flat() as readonly number[]).map((dim) => dimOf("movedim", dim, ndim)),
  );
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new TensorError("movedim", {
      expected: "as many places as dimensions, each once",
      got: `${describe(source)} and ${describe(destination)}`,
    });
  }
  const rest = x.shape.map((_, dim) => dim).filter((dim) => !from.includes(dim));
  const order = x.shape.map((_, dim) => (to.includes(dim) ? from[to.indexOf(dim)] : (rest.shift() as number)));
  return x.permute(order);
}

/**
 * Tensors side by side: along the second dimension, or the only one.
 *
 * @throws {@link TensorError} if there are none, or their shapes differ in another dimension.
 * @see PyTorch `torch.hstack`.
 *
 * @example
 * ```ts
 * import { hstack, ones, zeros } from "evenkeel";
 *
 * console.log(hstack([zeros([2, 1]), ones([2, 2])]));
 * // => tensor([[0., 1., 1.],
 * //         [0., 1., 1.]])
 * ```
 */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const list = tensorsOf("hstack", tensors).map((x) => (x.ndim === 0 ? x.reshape(1) : x));
  return cat(list, list[0].ndim === 1 ? 0 : 1);
}

/**
 * Tensors one under the other: along the first dimension; those of one dimension are rows.
 *
 * @throws {@link TensorError} if there are none, or their shapes differ in another dimension.
 * @see PyTorch `torch.vstack`.
 *
 * @example
 * ```ts
 * import { ones, vstack, zeros } from "evenkeel";
 *
 * console.log(vstack([zeros([2]), ones([2])]));
 * // => tensor([[0., 0.],
 * //         [1., 1.]])
 * ```
 */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return cat(tensorsOf("vstack", tensors).map((x) => (x.ndim < 2 ? x.reshape(1, -1) : x)));
}

/**
 * The grids of coordinates that vectors span: element `[i, j, …]` of grid `k` is element `i`, `j`, … of vector `k`.
 *
 * @param tensors - of one dimension, or single numbers.
 * @throws {@link TensorError} if there are none, one has more dimensions, or `indexing` is another word.
 * @see PyTorch `torch.meshgrid`, which takes them one by one too, and gives views; these are copies.
 *
 * @example
 * ```ts
 * import { arange, meshgrid } from "evenkeel";
 *
 * const [row, column] = meshgrid([arange(2), arange(3)]);
 * console.log(row);
 * // => tensor([[0., 0., 0.],
 * //         [1., 1., 1.]])
 * console.log(column);
 * // => tensor([[0., 1., 2.],
 * //         [0., 1., 2.]])
 * ```
 */
export function meshgrid(tensors: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  const { indexing } = optionsOf("meshgrid", options, meshgridRules);
  const list = tensorsOf("meshgrid", tensors);
  const odd = list.find(({ ndim }) => ndim > 1);
  if (odd !== undefined) {
    throw new TensorError("meshgrid", { expected: "tensors of one dimension at most", got: describe(odd) });
  }
  const swaps = indexing === "xy" && list.length > 1;
  const ordered = swaps ? [list[1], list[0], ...list.slice(2)] : list;
  const shape = ordered.map((x) => x.numel());
  const grids = ordered.map((x, i) => x.reshape(shape.map((size, d) => (d === i ? size : 1))).expand(shape));
  return swaps ? [grids[1], grids[0], ...grids.slice(2)] : grids;
}
