import { empty } from "../array.ts";
import type { Beside } from "./beside.ts";

/** A kernel that rounds each element. */
function rounding(name: string, round: (x: number) => number): Beside<object> {
  const kernel: Beside<object> = {
    name,
    plain: ([x]) => {
      const y = empty(x.dtype, x.shape);
      for (let i = 0; i < y.data.length; i++) y.data[i] = round(x.data[i]);
      return y;
    },
    simd: () => kernel.plain,
  };
  return kernel;
}

/** To the nearest whole number, of two the even one. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below === 0 && x < 0 ? -0 : below;
  const isUp = rest > 0.5 || below % 2 !== 0;
  return isUp ? (below === -1 ? -0 : below + 1) : below;
}

/** The largest whole numbers that are not above. */
export const floor = /* @__PURE__ */ rounding("floor", Math.floor);

/** The smallest whole numbers that are not below. */
export const ceil = /* @__PURE__ */ rounding("ceil", Math.ceil);

/** The nearest whole numbers, of two the even one. */
export const round = /* @__PURE__ */ rounding("round", nearest);

/** What is left without the fractions. */
export const trunc = /* @__PURE__ */ rounding("trunc", Math.trunc);
