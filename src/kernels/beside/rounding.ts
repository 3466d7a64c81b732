import { isFloat } from "../../base/dtype.ts";
import { emptyLike } from "../array.ts";
import { few } from "../wasm/calls/unary.ts";
import type { Beside } from "./beside.ts";
import type { Composed } from "./composed/composed.ts";
import { inPieces } from "./composed/pieces.ts";
import { each } from "./elementwise.ts";
import { moduleOn } from "./module.ts";

/** The ways to round, by their place in the SIMD kernel. */
const ways = ["floor", "ceil", "round", "trunc", "frac"];

/** A kernel that rounds each element, or takes what rounding leaves. */
function rounding(name: string, round: (x: number) => number, composed?: Composed<object>["composed"]): Beside<object> {
  const kernel: Beside<object> & Partial<Composed<object>> = {
    name,
    ...(composed === undefined ? {} : { composed }),
    plain: ([x]) => each(x, round),
    simd(machine) {
      const { roundedF32, roundedF64 } = moduleOn(machine);
      return (inputs) => {
        const [x] = inputs;
        const n = x.data.length;
        if (n < few || !isFloat(x.dtype)) return kernel.plain(inputs, {});
        const rounded = x.dtype === "float32" ? roundedF32 : roundedF64;
        return inPieces(machine, rounded, inputs, emptyLike(x), ways.indexOf(name));
      };
    },
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

/** What is beyond whole numbers, towards 0: of infinities NaN. */
export const frac: Beside<object> = /* @__PURE__ */ rounding(
  "frac",
  (x) => x - Math.trunc(x),
  (k, [x]) => k.sub(x, k.beside(trunc, [x], {})),
);
