import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** The tensor that a function is given, or a refusal. */
export function tensorOf(where: string, x: unknown): Tensor {
  if (isTensor(x)) {
    refuseDetached(where, x.array);
    return x;
  }
  throw new TensorError(where, { expected: "a tensor", got: describe(x) });
}

/** The tensors that a function is given, at least one. */
export function tensorsOf(where: string, tensors: unknown): readonly Tensor[] {
  if (Array.isArray(tensors) && tensors.length > 0 && tensors.every(isTensor)) return tensors;
  throw new TensorError(where, { expected: "an array of at least one tensor", got: describe(tensors) });
}

/** Refuses what is no whole number from `least` to `most`. */
export function checkWhole(
  where: string,
  name: string,
  value: unknown,
  least: number,
  most = Number.POSITIVE_INFINITY,
): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const above = least === Number.NEGATIVE_INFINITY ? "" : ` of ${least} or more`;
  const range = most === Number.POSITIVE_INFINITY ? above : ` from ${least} to ${most}`;
  throw new TensorError(where, { expected: `a whole number${range} as ${name}`, got: describe(value) });
}
