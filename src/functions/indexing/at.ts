import { sizeOf } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { isInParts } from "../../base/shared.ts";
import { become } from "../../tensor/inPlace.ts";
import type { Indices, Operand, Tensor } from "../../tensor/tensor.ts";
import { tensorOf } from "../tensorOf.ts";
import { joined, type Named, valuesFor } from "./places.ts";
import { takeRuns, writeRuns } from "./runs.ts";
import { runsFor } from "./starts.ts";
import { countOf, stepsOf } from "./steps.ts";

type Bound = number | "";

/** A part along one dimension, as Python writes it between brackets: `"1:3"`, `":-1"`, `"::2"`, `":"`. */
export type Slice = `${Bound}:${Bound}` | `${Bound}:${Bound}:${Bound}`;

/**
 * What is taken along a dimension: a number, which leaves the dimension out; a {@link Slice}; indices or a mask. `"..."` stands for
 * as many `":"` as are missing, and `null` makes a new dimension of size 1.
 */
export type Part = number | null | "..." | Slice | Indices;

function taken(where: string, x: Tensor, parts: readonly unknown[]): Tensor {
  const steps = stepsOf(where, x, parts);
  const isPicked = steps.some(({ kind }) => kind === "index");
  if (isPicked && !isInParts()) {
    const { index, runs } = runsFor(where, x, steps);
    return x.through(takeRuns(runs), index);
  }
  // Numbers first: what they leave out is not copied in what follows.
  let [y, dim] = [x, x.ndim];
  for (const step of steps.toReversed()) {
    dim -= countOf(step);
    if (step.kind === "select") y = y.select(dim, step.i);
  }
  const [places, named]: [number[], Named[]] = [[], []];
  for (const step of steps) {
    if (step.kind === "new") y = y.unsqueeze(dim++);
    else if (step.kind === "slice") {
      const [start, end, by] = step.bounds;
      y = start === null && end === null && by === null ? y : y.slice(dim, start, end, by ?? 1);
      dim++;
    } else if (step.kind === "index") {
      places.push(dim++);
      named.push(step.named);
    }
  }
  return isPicked ? picked(where, y, places, named) : y === x ? x.clone() : y;
}

/**
 * What indices name in these dimensions, made of operations that everybody knows: theirs come in place of neighbours, and in front
 * of those that are none.
 */
function picked(where: string, x: Tensor, places: readonly number[], named: readonly Named[]): Tensor {
  const rest = x.shape.map((_, dim) => dim).filter((dim) => !places.includes(dim));
  const turned = x.permute([...places, ...rest]);
  const { index: flat } = joined(where, named, [...places.keys()], turned);
  const count = sizeOf(turned.shape.slice(0, places.length));
  const y = turned.reshape([count, ...turned.shape.slice(places.length)]).index(flat);
  const isRun = places.every((dim, i) => dim === places[0] + i);
  if (!isRun || places[0] === 0) return y;
  const dims = y.shape.map((_, dim) => dim);
  const before = dims.splice(flat.ndim, places[0]);
  return y.permute([...before, ...dims]);
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
  const { index, runs } = runsFor(where, x, stepsOf(where, x, parts));
  return x.through(writeRuns(runs, false), valuesFor(where, values, x, runs.shape, true), index);
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
