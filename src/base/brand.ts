import type { Tensor } from "../tensor/tensor.ts";

/** What marks a tensor, so that one made by another copy of the package is known too. */
export const tensorBrand: unique symbol = Symbol.for("evenkeel.Tensor") as never;

/**
 * Whether a value is a tensor, of this copy of the package or another, which `instanceof` does not know.
 * @see PyTorch `torch.is_tensor`.
 *
 * @example
 * ```ts
 * import { isTensor, nn, zeros } from "evenkeel";
 *
 * console.log(isTensor(new nn.Parameter(zeros([2]))), isTensor([0, 0])); // => true false
 * ```
 */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && tensorBrand in value;
}
