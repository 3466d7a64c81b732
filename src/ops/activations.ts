import { runComposed } from "../kernels/beside/composed/composed.ts";
import * as curves from "../kernels/beside/composed/curves.ts";
import { where } from "./compare.ts";
import { curve } from "./curve.ts";
import { own, type Primitive } from "./op.ts";

/** The settings of a function that has none. */
const none = { a: 0, b: 0 };

/** `y = x·σ(x)`, `dy/dx = σ·(1 + x·(1 − σ))`, and that one's slope `σ·(1 − σ)·(2 + x·(1 − 2σ))`. */
export const silu = (): Primitive =>
  curve(
    "silu",
    (k, x) => runComposed(k, curves.siluOf, [x], none),
    curves.siluSlope,
    (x) => {
      const s = x.sigmoid();
      return s.mul(s.neg().add(1)).mul(x.mul(s.mul(-2).add(1)).add(2));
    },
    (k, g, _y, x) => runComposed(k, curves.siluBackwardOf, [g, x], none),
  );

/** `y = x` above 0, else `slope·x`. */
export const leakyRelu = (slope: number): Primitive => ({
  [own]: true,
  name: "leakyRelu",
  forward: (k, x) => runComposed(k, curves.leakyReluOf, [x], { a: slope, b: 0 }),
  vjp: [(g, _y, x) => x.gt(0).through(where, g, g.mul(slope))],
  needs: "inputs",
  backward: (k, g, _y, x) => runComposed(k, curves.leakyReluBackwardOf, [g, x], { a: slope, b: 0 }),
});

/** `y = x` above 0, else `alpha·(eˣ − 1)`; `dy/dx` is 1, or `alpha·eˣ`. */
export const elu = (alpha: number): Primitive =>
  curve(
    "elu",
    (k, x) => runComposed(k, curves.eluOf, [x], { a: alpha, b: 0 }),
    (k, x) => curves.eluSlope(k, x, alpha),
    (x) => x.exp().mul(alpha).maskedFill(x.lt(0).eq(0), 0),
    (k, g, _y, x) => runComposed(k, curves.eluBackwardOf, [g, x], { a: alpha, b: 0 }),
  );

/** `y = min(max(x, low), high)`, `dy/dx = 1` between the bounds, and 0 on them. */
export const hardtanh = (low: number, high: number): Primitive => ({
  [own]: true,
  name: "hardtanh",
  forward: (k, x) => k.clamp(x, low, high),
  vjp: [(g, _y, x) => g.maskedFill(x.le(low), 0).maskedFill(x.ge(high), 0)],
  needs: "inputs",
  backward: (k, g, _y, x) => runComposed(k, curves.hardtanhBackwardOf, [g, x], { a: low, b: high }),
});
