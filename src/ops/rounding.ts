import type { Beside } from "../kernels/beside/beside.ts";
import * as kernels from "../kernels/beside/rounding.ts";
import { nought } from "./elementwise.ts";
import { own, ownPrimitive, type Primitive } from "./op.ts";

/** What rounds, and so has a gradient of 0 everywhere. */
const rounding = (kernel: Beside<object>): Primitive => ({
  [own]: true,
  name: kernel.name,
  forward: (k, ...inputs) => k.beside(kernel, inputs, {}),
  vjp: [(g) => g.through(nought)],
  needs: "nothing",
});

/** `y = ⌊x⌋`, `dy/dx = 0`. */
export const floor: Primitive = /* @__PURE__ */ rounding(kernels.floor);

/** `y = ⌈x⌉`, `dy/dx = 0`. */
export const ceil: Primitive = /* @__PURE__ */ rounding(kernels.ceil);

/** The whole number nearest to `x`, of two the even one; `dy/dx = 0`. */
export const round: Primitive = /* @__PURE__ */ rounding(kernels.round);

/** `x` without its fraction; `dy/dx = 0`. */
export const trunc: Primitive = /* @__PURE__ */ rounding(kernels.trunc);

/** `y = x − trunc x`, `dy/dx = 1`. */
export const frac: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "frac",
  forward: (k, x) => k.beside(kernels.frac, [x], {}),
  vjp: [(g) => g],
  needs: "nothing",
});
