import { ownPrimitive, type Primitive } from "../op.ts";

/** `y = t·ln t`, and 0 at 0; `dy/dt = ln t + 1`. */
export const timesLog: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "timesLog",
  forward: (k, t) => k.mul(t, k.log(k.maskedFill(t, k.eq(t, k.fill(t.dtype, [], 0)), 1))),
  vjp: [(g, _y, t) => g.mul(t.log().add(1))],
  needs: "inputs",
});
