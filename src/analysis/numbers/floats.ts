import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Floats of either precision. */
export type Numbers = Float32Array | Float64Array;

/**
 * The numbers of a float tensor, on its memory, to be read at once: unlike `data`, they do not make the tensor keep its memory
 * for good, and may be others later.
 */
export function numbersOf(x: Tensor): Numbers {
  const { array } = x;
  refuseDetached("data", array);
  return array.data as Numbers;
}
