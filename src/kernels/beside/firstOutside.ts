import { empty, type NDArray } from "../array.ts";
import type { Kernels } from "../kernels.ts";
import type { Beside } from "./beside.ts";

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Where the first element is that is not within bounds, as an int32 `[]`; −1 where there is none. */
const outside: Beside<Bounds> = {
  name: "firstOutside",
  plain: ([x], { low, high }) => {
    const y = empty("int32", []);
    let at = 0;
    while (at < x.data.length && x.data[at] >= low && x.data[at] <= high) at++;
    y.data[0] = at < x.data.length ? at : -1;
    return y;
  },
  simd: () => outside.plain,
};

/** Where the first element of `x` is that is not from `low` to `high`, NaN among them; −1 where there is none. */
export const firstOutside = (k: Kernels, x: NDArray, low: number, high: number): number =>
  k.beside(outside, [x], { low, high }).data[0];
