import type { Shape } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import type { OptionRule } from "../../base/optionRules.ts";

/** An output, as examples × units × places: each unit has so many places per example, such as the length of a signal. */
export interface UnitGrid {
  readonly examples: number;
  readonly units: number;
  /** How many places of a unit lie side by side: the numbers of unit `u` begin at `u·inner`, and then every `units·inner`. */
  readonly inner: number;
}

/** Cuts a shape into examples (the first dimension) and units. One dimension alone is of examples, of a single unit. */
export function unitsOf(where: string, shape: Shape, unitDim: number): UnitGrid {
  const size = shape.reduce((product, length) => product * length, 1);
  const examples = shape[0] ?? 1;
  if (shape.length < 2) return { examples, units: 1, inner: size };
  const dim = unitDim < 0 ? unitDim + shape.length : unitDim;
  if (dim < 1 || dim >= shape.length) {
    throw new TensorError(where, {
      expected: `a unitDim that outputs of shape ${show(shape)} have`,
      got: `${unitDim}`,
    });
  }
  const units = shape[dim];
  const inner = shape.slice(dim + 1).reduce((product, length) => product * length, 1);
  return { examples, units, inner };
}

/** What `unitDim` may be, before an output is seen. */
export const unitDimRule = {
  is: { expected: "a whole number other than 0", accepts: (value) => Number.isSafeInteger(value) && value !== 0 },
  default: 1,
} satisfies OptionRule<number>;
