// Of one float64, from IEEE operations alone: the same bits in every engine.

import { powerOfTwo } from "./powerOfTwo.ts";

/** `ln 2` to 40 bits, whose product with an exponent is exact, and the rest of it. */
const ln2High = 0.6931471805592082;
const ln2Low = 7.371002565167799e-13;
/** `1.5·2⁵²`: what is added to it is rounded to an integer. */
const rounder = 6755399441055744;

/** `(eʳ − 1 − r)/r²` for `|r| ≤ ½ ln 2`: `Σ rⁿ/(n + 2)!`. */
function afterLinear(r: number): number {
  let q = 1 / 6227020800;
  q = q * r + 1 / 479001600;
  q = q * r + 1 / 39916800;
  q = q * r + 1 / 3628800;
  q = q * r + 1 / 362880;
  q = q * r + 1 / 40320;
  q = q * r + 1 / 5040;
  q = q * r + 1 / 720;
  q = q * r + 1 / 120;
  q = q * r + 1 / 24;
  q = q * r + 1 / 6;
  return q * r + 0.5;
}

/**
 * `eˣ − 1`: with `x = n·ln 2 + r` it is `(2ⁿ − 1) + 2ⁿ(eʳ − 1)`. Only the sum of the two large terms is rounded by any size,
 * and what that loses joins the small ones.
 */
export function expm1(x: number): number {
  if (!(x < 709.8)) return x > 0 ? Number.POSITIVE_INFINITY : x; // NaN stays
  if (x < -40) return -1;
  if (Math.abs(x) < 1e-17) return x; // −0 stays
  const n = x * Math.LOG2E + rounder - rounder;
  const high = x - n * ln2High;
  const rest = n * ln2Low;
  const r = high - rest;
  const low = r * r * afterLinear(r) - rest;
  if (n > 60) return (1 + (high + low)) * powerOfTwo(n - 1) * 2; // 1 is lost, and 2ⁿ may be infinite where the product is not
  const scale = powerOfTwo(n);
  const [a, b] = [scale - 1, scale * high];
  const sum = a + b;
  const lost = n === 0 ? 0 : a - sum + b;
  return sum + (lost + scale * low);
}

/** `eˣ·2ˢ`, for `x` from −40 on. */
function expTimes(x: number, shift: number): number {
  const n = x * Math.LOG2E + rounder - rounder;
  const high = x - n * ln2High;
  const rest = n * ln2Low;
  const r = high - rest;
  const sum = 1 + high;
  const y = sum + (1 - sum + high + (r * r * afterLinear(r) - rest));
  const k = n + shift;
  return k > 1023 ? y * powerOfTwo(1023) * powerOfTwo(k - 1023) : y * powerOfTwo(k);
}

/** `sinh x`: its series below 1, and `½(eˣ − e⁻ˣ)` above. */
export function sinh(x: number): number {
  const a = Math.abs(x);
  if (!(a < 711)) return x < 0 ? Number.NEGATIVE_INFINITY : x > 0 ? Number.POSITIVE_INFINITY : x;
  if (a < 1) {
    const z = x * x;
    let s = 1 / 121645100408832000;
    s = s * z + 1 / 355687428096000;
    s = s * z + 1 / 1307674368000;
    s = s * z + 1 / 6227020800;
    s = s * z + 1 / 39916800;
    s = s * z + 1 / 362880;
    s = s * z + 1 / 5040;
    s = s * z + 1 / 120;
    s = s * z + 1 / 6;
    return x + x * z * s;
  }
  const half = expTimes(a, -1);
  const y = a > 22 ? half : half - 0.25 / half;
  return x < 0 ? -y : y;
}

/** `cosh x = ½(eˣ + e⁻ˣ)`. */
export function cosh(x: number): number {
  const a = Math.abs(x);
  if (!(a < 711)) return a > 0 ? Number.POSITIVE_INFINITY : a; // NaN stays
  const half = expTimes(a, -1);
  return a > 22 ? half : half + 0.25 / half;
}
