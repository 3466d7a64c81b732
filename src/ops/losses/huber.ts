import { hardtanh } from "../activations.ts";
import { own, type Primitive } from "../op.ts";

/** `y = steepness·d²/(2·width)` where `|d| < width`, else `steepness·(|d| − width/2)`; `dy/dd = steepness·d/width` within ±1. */
export const huber = (width: number, steepness: number): Primitive => ({
  [own]: true,
  name: "huber",
  forward: (k, d) => {
    const size = k.abs(d);
    const round = k.mulScalar(k.mul(d, k.divScalar(d, width)), steepness / 2);
    const straight = k.mulScalar(k.addScalar(size, -width / 2), steepness);
    return k.where(k.lt(size, k.fill(d.dtype, [], width)), round, straight);
  },
  vjp: [(g, _y, d) => g.mul(d.div(width).through(hardtanh(-1, 1)).mul(steepness))],
  needs: "inputs",
});
