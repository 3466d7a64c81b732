// Of one float64, from IEEE operations alone: the same bits in every engine. Polynomials interpolate at Chebyshev's points.

import { highHalf } from "./powerOfTwo.ts";

/** `π/2` and `π`, and what rounding took from them. */
const quarter = 1.5707963267948966;
const quarterLow = 6.123233995736766e-17;
const half = Math.PI;
const halfLow = 1.2246467991473532e-16;

/** `(arcsin x − x)/x³` for `z = x² ≤ ¼`. */
function afterLinear(z: number): number {
  let p = 0.028757851367421566;
  p = p * z - 0.014851887071247204;
  p = p * z + 0.01740087944269402;
  p = p * z + 0.005457506718640358;
  p = p * z + 0.01032281435018578;
  p = p * z + 0.011479177415184906;
  p = p * z + 0.013971212973552933;
  p = p * z + 0.017352392720869973;
  p = p * z + 0.02237217294214989;
  p = p * z + 0.030381944138531247;
  p = p * z + 0.04464285714635543;
  p = p * z + 0.07499999999998433;
  return p * z + 0.16666666666666669;
}

/** `√w` as 26 bits and the rest of it. */
function root(w: number): readonly [high: number, low: number] {
  if (w === 0) return [0, 0];
  const s = Math.sqrt(w);
  const high = highHalf(s);
  return [high, (w - high * high) / (s + high)];
}

/** `arcsin √w` for `w ≤ ¼`, as 26 bits and the rest of it. */
function ofRoot(w: number): readonly [high: number, low: number] {
  const [high, low] = root(w);
  return [high, low + (high + low) * w * afterLinear(w)];
}

/** `arcsin x`: a polynomial up to ½, and `π/2 − 2 arcsin √(½(1 − x))` beyond. */
export function asin(x: number): number {
  const a = Math.abs(x);
  if (!(a <= 1)) return Number.NaN;
  if (a < 0.5) return a < 1e-9 ? x : x + x * (x * x) * afterLinear(x * x); // −0 stays
  const [high, low] = ofRoot(0.5 * (1 - a));
  const sum = quarter - 2 * high;
  const y = sum + (quarter - sum - 2 * high + (quarterLow - 2 * low));
  return x < 0 ? -y : y;
}

/** `arccos x = π/2 − arcsin x`, and `2 arcsin √(½(1 − x))` from ½ on. */
export function acos(x: number): number {
  const a = Math.abs(x);
  if (!(a <= 1)) return Number.NaN;
  if (a < 0.5) {
    const sum = quarter - x;
    return sum + (quarter - sum - x + (quarterLow - x * (x * x) * afterLinear(x * x)));
  }
  const [high, low] = ofRoot(0.5 * (1 - a));
  if (x > 0) return 2 * (high + low);
  const sum = quarter - high;
  return 2 * (sum + (quarter - sum - high + (quarterLow - low)));
}

/** `arctan a`, for `a ≥ 0`, by that of the nearest of 0, ½, 1, 1½ and ∞. */
function arc(a: number): number {
  if (a < 0.4375) return nearest(a, 0, 0);
  if (a < 0.6875) return nearest((2 * a - 1) / (2 + a), 0.4636476090008061, 2.2698777452961687e-17);
  if (a < 1.1875) return nearest((a - 1) / (a + 1), 0.7853981633974483, 3.061616997868383e-17);
  if (a < 2.4375) return nearest((a - 1.5) / (1 + 1.5 * a), 0.982793723247329, 1.3903311031230998e-17);
  return nearest(-1 / a, quarter, quarterLow);
}

/** `arctan t + (from + low)` for `|t| < 0.44`. */
function nearest(t: number, from: number, low: number): number {
  const z = t * t;
  let p = -0.017547235157290005;
  p = p * z + 0.03782521866106712;
  p = p * z - 0.05033942776485848;
  p = p * z + 0.05847724720645106;
  p = p * z - 0.06663239299107136;
  p = p * z + 0.07692087348767168;
  p = p * z - 0.09090900195560148;
  p = p * z + 0.11111110900560475;
  p = p * z - 0.1428571428314864;
  p = p * z + 0.1999999999998777;
  p = p * z - 0.33333333333333326;
  return from + (t + (t * z * p + low));
}

/** `arctan x`. */
export function atan(x: number): number {
  const a = Math.abs(x);
  if (a < 1e-9) return x; // −0 stays
  const y = arc(a);
  return x < 0 ? -y : y;
}

/** The angle of the point `(x, y)`, from −π to π, the signs of zeros counting as C has it. */
export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const [above, beside] = [Math.abs(y), Math.abs(x)];
  const isBehind = x < 0 || Object.is(x, -0);
  const bothInfinite = above === Number.POSITIVE_INFINITY && beside === Number.POSITIVE_INFINITY;
  const ratio = bothInfinite ? 1 : above === 0 ? 0 : above / beside;
  const acute = arc(ratio);
  const angle = isBehind ? half - (acute - halfLow) : acute;
  return y < 0 || Object.is(y, -0) ? -angle : angle;
}
