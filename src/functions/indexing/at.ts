import { isTensor } from "../../base/brand.ts";
import { sizeOf } from "../../base/dtype.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { become } from "../../tensor/inPlace.ts";
import type { Indices, Operand, Tensor } from "../../tensor/tensor.ts";
import { arange } from "../factories.ts";
import { tensorOf } from "../tensorOf.ts";
import { checkMask, indicesOf, joined, place, valuesFor } from "./places.ts";

type Bound = number | "";

/** A part along one dimension, as Python writes it between brackets: `"1:3"`, `":-1"`, `"::2"`, `":"`. */
export type Slice = `${Bound}:${Bound}` | `${Bound}:${Bound}:${Bound}`;

/**
 * What is taken along a dimension: a number, which leaves the dimension out; a {@link Slice}; indices or a mask. `"..."` stands for
 * as many `":"` as are missing, and `null` makes a new dimension of size 1.
 */
export type Part = number | null | "..." | Slice | Indices;

/** A part as it is applied: what it does to how many dimensions. */
type Step =
  | { readonly kind: "select"; readonly i: number }
  | { readonly kind: "slice"; readonly bounds: readonly (number | null)[] }
  | { readonly kind: "new" }
  | { readonly kind: "rest" }
  | { readonly kind: "index"; readonly indices: readonly Tensor[]; readonly mask: Tensor | null };

const whole: Step = { kind: "slice", bounds: [null, null, null] };
const slice = /^ *(-?\d+)? *: *(-?\d+)? *(?:: *(\d+)? *)?$/;

function refuse(where: string, at: number, part: unknown, expected: string): never {
  throw new TensorError(where, {
    expected,
    got: `${describe(part)} as part ${at + 1}`,
    hint: typeof part === "string" && part.includes(",") ? 'One part for each dimension: "1:3", ":", -1.' : "",
  });
}

function stepOf(where: string, x: Tensor, part: unknown, at: number): Step {
  if (part === null) return { kind: "new" };
  if (part === "...") return { kind: "rest" };
  if (typeof part === "number") {
    if (!Number.isInteger(part)) refuse(where, at, part, "a whole number");
    return { kind: "select", i: part };
  }
  if (typeof part === "string") {
    const bounds = slice
      .exec(part)
      ?.slice(1)
      .map((bound) => (bound === undefined ? null : Number(bound)));
    if (bounds === undefined) refuse(where, at, part, 'a slice such as "1:3", ":-1" or "::2", or "..."');
    if (bounds[2] === 0) refuse(where, at, part, "a step of 1 or more");
    return { kind: "slice", bounds };
  }
  if (!isTensor(part) && !Array.isArray(part)) {
    refuse(where, at, part, "a number, a slice, null, indices or a mask");
  }
  return {
    kind: "index",
    indices: indicesOf(where, part, x),
    mask: isTensor(part) && part.dtype === "bool" ? part : null,
  };
}

/** How many dimensions a step is for. */
function countOf(step: Step): number {
  if (step.kind === "index") return step.mask === null ? 1 : step.mask.ndim;
  return step.kind === "select" || step.kind === "slice" ? 1 : 0;
}

/** The steps, with `":"` for what is not named, and refused where they do not fit. */
function stepsOf(where: string, x: Tensor, parts: readonly unknown[]): readonly Step[] {
  const { ndim, shape } = tensorOf(where, x);
  const steps = parts.map((part, at) => stepOf(where, x, part, at));
  const missing = ndim - steps.reduce((sum, step) => sum + countOf(step), 0);
  const rests = steps.filter(({ kind }) => kind === "rest").length;
  if (missing < 0 || rests > 1) {
    throw new TensorError(where, {
      expected: rests > 1 ? 'one "..." at most' : `parts for at most ${ndim} dimensions`,
      got: rests > 1 ? `${rests}` : `${ndim - missing} for ${show(shape)}`,
    });
  }
  const filling = new Array<Step>(missing).fill(whole);
  const all = rests === 0 ? [...steps, ...filling] : steps.flatMap((step) => (step.kind === "rest" ? filling : [step]));
  let dim = 0;
  for (const step of all) {
    if (step.kind === "select" && (step.i < -shape[dim] || step.i >= shape[dim])) {
      throw new TensorError(where, {
        expected: `an index from ${-shape[dim]} to ${shape[dim] - 1} for dimension ${dim}`,
        got: `${step.i}`,
      });
    }
    if (step.kind === "index" && step.mask !== null) checkMask(where, step.mask, x, dim);
    dim += countOf(step);
  }
  return all;
}

function taken(where: string, x: Tensor, parts: readonly unknown[]): Tensor {
  let [y, dim] = [x, 0];
  const [places, indices]: [number[], Tensor[]] = [[], []];
  for (const step of stepsOf(where, x, parts)) {
    if (step.kind === "select") y = y.select(dim, step.i);
    else if (step.kind === "new") y = y.unsqueeze(dim++);
    else if (step.kind === "slice") {
      const [start, end, by] = step.bounds;
      y = start === null && end === null && by === null ? y : y.slice(dim, start, end, by ?? 1);
      dim++;
    } else if (step.kind === "index") {
      for (const index of step.indices) {
        places.push(dim++);
        indices.push(index);
      }
    }
  }
  return indices.length === 0 ? (y === x ? x.clone() : y) : picked(where, y, places, indices);
}

/** What indices name in these dimensions: theirs come in place of neighbours, and in front of those that are none. */
function picked(where: string, x: Tensor, places: readonly number[], indices: readonly Tensor[]): Tensor {
  const sizes = places.map((dim) => x.shape[dim]);
  const flat = joined(where, indices, sizes, x);
  const rest = x.shape.map((_, dim) => dim).filter((dim) => !places.includes(dim));
  const front = x.permute([...places, ...rest]).reshape([sizeOf(sizes), ...rest.map((dim) => x.shape[dim])]);
  const y = front.index(flat);
  const isRun = places.every((dim, i) => dim === places[0] + i);
  if (!isRun || places[0] === 0) return y;
  const before = Array.from({ length: places[0] }, (_, i) => flat.ndim + i);
  const own = Array.from({ length: flat.ndim }, (_, i) => i);
  const after = Array.from({ length: rest.length - before.length }, (_, i) => flat.ndim + before.length + i);
  return y.permute([...before, ...own, ...after]);
}

/**
 * A part of `x`, as Python's `x[1:3, ..., -1]`: one part for each dimension, from the first; the dimensions of no part stay whole.
 *
 * - a number takes what stands there, counted from the end below 0, and leaves the dimension out;
 * - a slice such as `"1:3"`, `":-1"` or `"::2"` takes from the first bound to before the second, by a step of 1 or more;
 * - `"..."` stands for as many `":"` as are missing, and `null` makes a new dimension;
 * - an int32 tensor or an array of whole numbers takes what they name, and a bool tensor where it is true. Several of them
 *   broadcast, and are taken together; their dimensions come in the place of the first, or in front of all if there is something
 *   else between them.
 *
 * Each slice is a text of its own, and not all of them one, so that TypeScript reads them: `at(x, "1;3")` does not compile, numbers
 * that are computed stay numbers, and what is refused is named by its place. It is a function, so that who does not use it does
 * not load it.
 *
 * @throws {@link TensorError} if a part does not parse or is out of range, or there are more than dimensions.
 * @see PyTorch `Tensor.__getitem__`, which gives a view where there are no indices, and takes bools and ranges too; here
 * everything is a copy, through which gradients flow back.
 *
 * @example
 * ```ts
 * import { arange, at } from "evenkeel";
 *
 * const x = arange(12).reshape(3, 4);
 * console.log(at(x, "1:", -1)); // => tensor([ 7., 11.])
 * console.log(at(x, ":", "::2").shape, at(x, "...", null).shape); // => [ 3, 2 ] [ 3, 4, 1 ]
 * console.log(at(x, [0, 2], [1, 3])); // => tensor([ 1., 11.])
 * ```
 */
export function at(x: Tensor, ...parts: Part[]): Tensor {
  return taken("at", x, parts);
}

function replaced(where: string, x: Tensor, parts: readonly Part[], values: Operand): Tensor {
  if (!Array.isArray(parts))
    throw new TensorError(where, {
      expected: "an array of parts",
      got: describe(parts),
      hint: `The value comes last: ${where}(x, ["1:3", -1], y).`,
    });
  const places = taken(where, arange(tensorOf(where, x).numel(), { dtype: "int32" }).reshape(x.shape), parts);
  const written = valuesFor(where, values, x, places.shape);
  return x.flatten().through(place, written.flatten(), places.flatten()).reshape(x.shape);
}

/**
 * `x` with values in a part of it, which is named as for {@link at}. Of several values for one place the last stays, and all get
 * the gradient of it.
 *
 * @param parts - one for each dimension, from the first.
 * @param values - of the dtype of `x`, broadcast to the shape of the part; or one number for all.
 * @throws {@link TensorError} as {@link at}, and if the values do not fit.
 * @see PyTorch `x.clone()[parts] = values`.
 *
 * @example
 * ```ts
 * import { setAt, zeros } from "evenkeel";
 *
 * console.log(setAt(zeros([2, 3]), [":", "1:"], 7));
 * // => tensor([[0., 7., 7.],
 * //         [0., 7., 7.]])
 * ```
 */
export function setAt(x: Tensor, parts: readonly Part[], values: Operand): Tensor {
  return replaced("setAt", x, parts, values);
}

/**
 * The same as {@link setAt}, in place: `x` itself has the values. It is not recorded, so neither may want a gradient, unless within
 * `noGrad`.
 *
 * @throws {@link TensorError} as {@link setAt}, and if one of them wants a gradient.
 * @see PyTorch `Tensor.__setitem__`, which is recorded; `setAt` is here.
 *
 * @example
 * ```ts
 * import { setAt_, tensor, zeros } from "evenkeel";
 *
 * const x = zeros([2, 2]);
 * setAt_(x, [1], tensor([5, 7]));
 * console.log(x);
 * // => tensor([[0., 0.],
 * //         [5., 7.]])
 * ```
 */
export function setAt_<T extends Tensor>(x: T, parts: readonly Part[], values: Operand): T {
  return become("setAt_", tensorOf("setAt_", x) as T, [values], (own) => replaced("setAt_", own, parts, values));
}
