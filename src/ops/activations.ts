import type { NDArray } from "../kernels/array.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { where } from "./compare.ts";
import { curve } from "./curve.ts";
import { own, type Primitive } from "./op.ts";

/** Where `x` is above 0. */
const isAbove = (k: Kernels, x: NDArray): NDArray => k.lt(k.fill(x.dtype, [], 0), x);

/** `y = x·σ(x)`, `dy/dx = σ·(1 + x·(1 − σ))`, and that one's slope `σ·(1 − σ)·(2 + x·(1 − 2σ))`. */
export const silu = (): Primitive =>
  curve(
    "silu",
    (k, x) => k.mul(x, k.sigmoid(x)),
    (k, x) => {
      const s = k.sigmoid(x);
      return k.mul(s, k.addScalar(k.mul(x, k.addScalar(k.neg(s), 1)), 1));
    },
    (x) => {
      const s = x.sigmoid();
      return s.mul(s.neg().add(1)).mul(x.mul(s.mul(-2).add(1)).add(2));
    },
  );

/** `y = x` above 0, else `slope·x`. */
export const leakyRelu = (slope: number): Primitive => ({
  [own]: true,
  name: "leakyRelu",
  forward: (k, x) => k.where(isAbove(k, x), x, k.mulScalar(x, slope)),
  vjp: [(g, _y, x) => x.gt(0).through(where, g, g.mul(slope))],
  needs: "inputs",
});

/** `y = x` above 0, else `alpha·(eˣ − 1)`; `dy/dx` is 1, or `alpha·eˣ`. */
export const elu = (alpha: number): Primitive => {
  const below = (k: Kernels, x: NDArray) => k.mulScalar(k.exp(x), alpha);
  return curve(
    "elu",
    // eˣ − 1 = tanh(x/2)·(eˣ + 1), which keeps its digits near 0.
    (k, x) => {
      const bent = k.mul(k.tanh(k.mulScalar(x, 0.5)), k.addScalar(k.exp(x), 1));
      return k.where(isAbove(k, x), x, k.mulScalar(bent, alpha));
    },
    (k, x) => k.where(k.le(x, k.fill(x.dtype, [], 0)), below(k, x), k.fill(x.dtype, x.shape, 1)),
    (x) => x.exp().mul(alpha).maskedFill(x.lt(0).eq(0), 0),
  );
};

/** `y = min(max(x, low), high)`, `dy/dx = 1` between the bounds, and 0 on them. */
export const hardtanh = (low: number, high: number): Primitive => ({
  [own]: true,
  name: "hardtanh",
  forward: (k, x) => k.clamp(x, low, high),
  vjp: [(g, _y, x) => g.maskedFill(x.le(low), 0).maskedFill(x.ge(high), 0)],
  needs: "inputs",
});
