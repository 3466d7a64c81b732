import type { NDArray } from "../../kernels/array.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { ownPrimitive, type Primitive } from "../op.ts";

/** What keeps slopes of probabilities 0 and 1 finite. */
const least = 1e-12;

/** `1 − x`. */
const rest = (k: Kernels, x: NDArray): NDArray => k.addScalar(k.neg(x), 1);

/** `p·(1 − p)`, of which one divides. */
const spread = (p: Tensor): Tensor => p.mul(p.neg().add(1)).clamp(least, Number.POSITIVE_INFINITY);

/** `(p − t)/(p·(1 − p))`, finite at 0 and 1, and so is its own slope. */
const slope: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "binaryCrossEntropySlope",
  forward: (k, p, t) => k.div(k.sub(p, t), k.clamp(k.mul(p, rest(k, p)), least, Number.POSITIVE_INFINITY)),
  vjp: [
    (g, _y, p, t) => {
      const size = p.add(least).mul(p.neg().add(1).add(least));
      const bend = p.square().sub(p.mul(t).mul(2)).add(t).div(size.square());
      return g.mul(bend);
    },
    (g, _y, p) => g.div(spread(p)).neg(),
  ],
  needs: [[0, 1], [0]],
});

/**
 * `y = −t·ln p − (1 − t)·ln(1 − p)` of probabilities `p` and targets `t`, no logarithm below −100; the slopes are those without
 * that bound.
 */
export const binaryCrossEntropy: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "binaryCrossEntropy",
  forward: (k, p, t) => {
    const bounded = (x: NDArray) => k.clamp(x, -100, Number.POSITIVE_INFINITY);
    const ofNot = k.mul(k.addScalar(t, -1), bounded(k.log1p(k.neg(p))));
    return k.sub(ofNot, k.mul(t, bounded(k.log(p))));
  },
  vjp: [(g, _y, p, t) => g.mul(p.through(slope, t)), (g, _y, p) => g.mul(p.neg().add(1).log().sub(p.log()))],
  needs: [[0, 1], [0]],
});

/** `−ln σ(x)`: beyond 40, `ln(1 + e⁻ˣ)` and `−x` are the same number. */
const surprise = (k: Kernels, x: NDArray): NDArray => k.softplus(k.neg(x), 1, 40);

/** `y = (1 − t)·x − ln σ(x)`, the binary cross-entropy of `σ(x)` and `t`; `dy/dx = σ(x) − t`. */
export const binaryCrossEntropyWithLogits: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "binaryCrossEntropyWithLogits",
  forward: (k, x, t) => k.add(k.mul(rest(k, t), x), surprise(k, x)),
  vjp: [(g, _y, x, t) => g.mul(x.sigmoid().sub(t)), (g, _y, x) => g.mul(x.neg())],
  needs: [[0, 1], [0]],
});

/**
 * The same with `t` weighted by `w`: `y = (1 − t)·x − (1 + (w − 1)·t)·ln σ(x)`, `dy/dx = (1 + (w − 1)·t)·σ(x) − w·t`. The weight
 * has no gradient.
 */
export const weightedCrossEntropyWithLogits: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "weightedCrossEntropyWithLogits",
  forward: (k, x, t, w) => {
    const whole = k.addScalar(k.mul(k.addScalar(w, -1), t), 1);
    return k.add(k.mul(rest(k, t), x), k.mul(whole, surprise(k, x)));
  },
  vjp: [
    (g, _y, x, t, w) => {
      const weighted = t.mul(w);
      return g.mul(weighted.add(1).sub(t).mul(x.sigmoid()).sub(weighted));
    },
    (g, _y, x, _t, w) => {
      const ofNot = x.softplus({ threshold: 40 });
      return g.mul(x.neg().softplus({ threshold: 40 }).mul(w).sub(ofNot));
    },
    null,
  ],
  needs: [[0, 1, 2], [0, 2], []],
});
