import { describe, TensorError } from "../base/errors.ts";
import * as ops from "../ops/compare.ts";
import { refuseBool } from "./checks.ts";
import { binary, scalarFor } from "./operands.ts";
import { widest, withScalar } from "./promotion.ts";
import type { Operand, Tensor } from "./tensor.ts";

export function clamp(x: Tensor, min: number | null | undefined, max?: number | null): Tensor {
  const [low, high] = [min ?? Number.NEGATIVE_INFINITY, max ?? Number.POSITIVE_INFINITY];
  if (typeof low !== "number" || typeof high !== "number" || (min == null && max == null)) {
    throw new TensorError("clamp", {
      expected: "at least one bound, as a number",
      got: `${describe(min)} and ${describe(max)}`,
      hint: "The function clamp(x, min, max) takes tensors as bounds.",
    });
  }
  refuseBool("clamp", x);
  const bounds = [min, max].filter((bound) => typeof bound === "number");
  const dtype = bounds.reduce((met, bound) => widest(met, withScalar(x.dtype, bound)), x.dtype);
  return x.to(dtype).through(ops.clamp(scalarFor(dtype, low), scalarFor(dtype, high)));
}

export const maximum = (x: Tensor, b: Operand): Tensor => binary("maximum", ops.maximum, x, b);

export const minimum = (x: Tensor, b: Operand): Tensor => binary("minimum", ops.minimum, x, b);

export const eq = (x: Tensor, b: Operand): Tensor => binary("eq", ops.eq, x, b);

export const ne = (x: Tensor, b: Operand): Tensor => binary("ne", ops.ne, x, b);

export const lt = (x: Tensor, b: Operand): Tensor => binary("lt", ops.lt, x, b);

export const le = (x: Tensor, b: Operand): Tensor => binary("le", ops.le, x, b);

export const gt = (x: Tensor, b: Operand): Tensor => binary("gt", ops.gt, x, b);

export const ge = (x: Tensor, b: Operand): Tensor => binary("ge", ops.ge, x, b);
