// Of one float64, from IEEE operations alone: the same bits in every engine.

import { exponent, fraction, highHalf } from "./powerOfTwo.ts";

/** The upper 26 bits of `1/ln 2` and of `1/ln 10`, and the rest of each. */
const perLn2High = 1.4426950216293335;
const perLn2Low = 1.9259629911266175e-8;
const perLn10High = 0.4342944771051407;
const perLn10Low = 4.798111141615973e-9;
/** `log₁₀ 2` to 40 bits, whose product with an exponent is exact, and the rest of it. */
const log2High = 0.30102999566361177;
const log2Low = 3.694239077158931e-13;

/** The logarithm of `x` where it is not a positive finite number. */
function special(x: number): number {
  return x === 0 ? Number.NEGATIVE_INFINITY : x < 0 ? Number.NaN : x;
}

/**
 * `k·unit + ln(1 + f)/ln base` for `x = 2ᵏ(1 + f)`: with `s = f/(2 + f)`, `ln(1 + f) = f − f²/2 + s(f²/2 + R(s²))` as the sum of
 * 26 bits and the rest, so that the large terms of the products are exact.
 */
function inBase(x: number, high: number, low: number, unitHigh: number, unitLow: number): number {
  if (!(x > 0 && x < Number.POSITIVE_INFINITY)) return special(x);
  const isSubnormal = x < 2.2250738585072014e-308;
  const normal = isSubnormal ? x * 4503599627370496 : x; // 2⁵²
  const from = exponent(normal);
  const f = fraction(normal, from);
  const k = isSubnormal ? from - 52 : from;
  const s = f / (2 + f);
  const z = s * s;
  let p = 0.13254126593591636;
  p = p * z + 0.13249814975403362;
  p = p * z + 0.1538710398387828;
  p = p * z + 0.18181775368557695;
  p = p * z + 0.22222222650429949;
  p = p * z + 0.2857142856906235;
  p = p * z + 0.4000000000000632;
  p = p * z + 0.6666666666666666;
  const h = 0.5 * f * f;
  const whole = f - h;
  const head = highHalf(whole);
  const tail = f - whole - h + s * (h + z * p) + (whole - head);
  const [a, b] = [k * unitHigh, head * high];
  const sum = a + b;
  const lost = k === 0 ? 0 : a - sum + b;
  return sum + (lost + (k * unitLow + tail * high + (head + tail) * low));
}

/** `log₂ x`; of powers of 2 exact. */
export const log2 = (x: number): number => inBase(x, perLn2High, perLn2Low, 1, 0);

/** `log₁₀ x`. */
export const log10 = (x: number): number => inBase(x, perLn10High, perLn10Low, log2High, log2Low);
