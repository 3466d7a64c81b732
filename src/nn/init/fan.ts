import { sizeOf } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";

/** How many numbers go into each output of a weight `[out, in, …]`, and how many outputs each number goes to. */
export function fans(where: string, x: Tensor): { readonly fanIn: number; readonly fanOut: number } {
  checkFloats(where, "weight", x);
  if (x.ndim < 2) {
    throw new TensorError(where, { expected: "a weight of two dimensions or more, [out, in, …]", got: describe(x) });
  }
  const [out, into, ...field] = x.shape;
  return { fanIn: into * sizeOf(field), fanOut: out * sizeOf(field) };
}
