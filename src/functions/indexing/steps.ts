import { isTensor } from "../../base/brand.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tensorOf } from "../tensorOf.ts";
import { checkMask, type Named, namedOf } from "./places.ts";

/** A part as it is applied: what it does to how many dimensions. */
export type Step =
  | { readonly kind: "select"; readonly i: number }
  | { readonly kind: "slice"; readonly bounds: readonly (number | null)[] }
  | { readonly kind: "new" }
  | { readonly kind: "rest" }
  | { readonly kind: "index"; readonly named: Named };

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
  return { kind: "index", named: namedOf(where, part, x) };
}

/** How many dimensions a step is for. */
export function countOf(step: Step): number {
  if (step.kind === "index") return step.named.dims;
  return step.kind === "select" || step.kind === "slice" ? 1 : 0;
}

/** The steps, with `":"` for what is not named, and refused where they do not fit. */
export function stepsOf(where: string, x: Tensor, parts: readonly unknown[]): readonly Step[] {
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
    if (step.kind === "index") checkMask(where, step.named, x, dim);
    dim += countOf(step);
  }
  return all;
}
