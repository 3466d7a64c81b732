import { runComposed } from "../../kernels/beside/composed/composed.ts";
import { huberBackwardOf, huberOf } from "../../kernels/beside/composed/curves.ts";
import { hardtanh } from "../activations.ts";
import { own, type Primitive } from "../op.ts";

/** `y = steepness·d²/(2·width)` where `|d| < width`, else `steepness·(|d| − width/2)`; `dy/dd = steepness·d/width` within ±1. */
export const huber = (width: number, steepness: number): Primitive => ({
  [own]: true,
  name: "huber",
  forward: (k, d) => runComposed(k, huberOf, [d], { a: width, b: steepness }),
  vjp: [(g, _y, d) => g.mul(d.div(width).through(hardtanh(-1, 1)).mul(steepness))],
  needs: "inputs",
  backward: (k, g, _y, d) => runComposed(k, huberBackwardOf, [g, d], { a: width, b: steepness }),
});
