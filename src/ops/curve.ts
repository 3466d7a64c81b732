import type { NDArray } from "../kernels/array.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { own, type Primitive } from "./op.ts";

/**
 * An operation of one input whose gradient is `g·slope(x)`, and the gradient of that `g·bend(x)`.
 *
 * A slope is one factor of the gradient, and so is the slope's own: were they multiplied part by part, an infinite gradient
 * would meet parts that are 0 where the whole is not.
 *
 * @param backward - the gradient as one kernel, where there is such.
 */
export const curve = (
  name: string,
  form: (k: Kernels, x: NDArray) => NDArray,
  slope: (k: Kernels, x: NDArray) => NDArray,
  bend: (x: Tensor) => Tensor,
  backward?: NonNullable<Primitive["backward"]>,
): Primitive => {
  const sloped: Primitive = {
    [own]: true,
    name: `${name}Slope`,
    forward: slope,
    vjp: [(g, _y, x) => g.mul(bend(x))],
    needs: "inputs",
  };
  const pullback: Primitive["vjp"][number] = (g, _y, x) => g.mul(x.through(sloped));
  const op: Primitive = { [own]: true, name, forward: form, vjp: [pullback], needs: "inputs" };
  return backward === undefined ? op : { ...op, backward };
};
