// Powers, in float64: of float32 too, whose results are rounded from it.

import { high, low, narrow } from "../wide";
import { powOrdinary } from "./lanes";
import { expF64, expSum, logF64, productError, splitError } from "./math64";

/** `y = aᵇ` as C has it, row by row as in rows.ts, in whole vectors too: in lanes where all are ordinary numbers. */
export function powF32(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  bytes: usize,
  stepA: usize,
  stepB: usize,
  rowA: usize,
  rowB: usize,
): void {
  for (; count > 0; count--, a += rowA, b += rowB, y += bytes) {
    for (let i: usize = 0, p = a, q = b; i < bytes; i += 16, p += stepA, q += stepB) {
      const base = v128.load(p);
      const power = v128.load(q);
      v128.store(y + i, narrow(powOrdinary(low(base), low(power)), powOrdinary(high(base), high(power))));
      const most = f32x4.splat(Infinity);
      const isFinite = v128.and(f32x4.lt(base, most), f32x4.lt(f32x4.abs(power), most));
      const isOrdinary = v128.and(isFinite, f32x4.gt(base, f32x4.splat(0)));
      if (i32x4.all_true(isOrdinary)) continue;
      // The others alone: a number has the same bits beside whatever it stands.
      const ordinary = i32x4.bitmask(isOrdinary);
      for (let j = 0; j < 4; j++) {
        if (((ordinary >> j) & 1) == 1) continue;
        const at = <usize>j << 2;
        store<f32>(y + i + at, f32(powWhole(f64(load<f32>(p + at)), f64(load<f32>(q + at)), false)));
      }
    }
  }
}

/** The same of float64, one by one: a number takes half a step. */
export function powF64(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  bytes: usize,
  stepA: usize,
  stepB: usize,
  rowA: usize,
  rowB: usize,
): void {
  for (; count > 0; count--, a += rowA, b += rowB, y += bytes) {
    for (let i: usize = 0, p = a, q = b; i < bytes; i += 8, p += stepA >> 1, q += stepB >> 1) {
      store<f64>(y + i, powWhole(load<f64>(p), load<f64>(q), true));
    }
  }
}

/** `aᵇ`, to half the digits or to all of them. */
function powWhole(a: f64, b: f64, fine: bool): f64 {
  if (b == 0 || a == 1) return 1; // even of NaN
  const x = abs(a);
  const isOrdinary = x > 0 && x < Infinity && abs(b) < Infinity;
  let y: f64 = 1;
  if (x != 1) y = fine && isOrdinary ? powFine(x, b) : expF64(b * logF64(x));
  if (reinterpret<i64>(a) >= 0) return y;
  if (b != trunc(b)) return x > 0 && x < Infinity ? NaN : y;
  const half = b * 0.5;
  return half != trunc(half) ? -y : y; // of an odd power
}

/** `xᵇ` for positive finite `x` and finite `b`: the exponential of `b·ln x`, both of them with what rounding lost. */
function powFine(x: f64, b: f64): f64 {
  // x = 2ᵏ(1 + f), √½ ≤ 1 + f < √2, and s + sLow = f/(2 + f).
  const isSubnormal = x < 2.2250738585072014e-308;
  const rootHalf: i64 = 0x3fe6a09e667f3bcd;
  const shifted = reinterpret<i64>(isSubnormal ? x * 4503599627370496 : x) + (0x3ff0000000000000 - rootHalf);
  const k = <f64>((shifted >> 52) - (isSubnormal ? 1075 : 1023));
  const f = reinterpret<f64>((shifted & 0xfffffffffffff) + rootHalf) - 1;
  const d = 2 + f;
  const s = f / d;
  const product = s * d;
  const sLow = (f - product - splitError(s, d, product) - s * (f - (d - 2))) / d;
  // ln(1 + f) = 2s·(1 + z/3 + z²·(1/5 + z/7 + …)), z + zLow = s².
  const z = s * s;
  const zLow = splitError(s, s, z) + 2 * s * sLow;
  let p: f64 = 1.0 / 25.0;
  p = p * z + 1.0 / 23.0;
  p = p * z + 1.0 / 21.0;
  p = p * z + 1.0 / 19.0;
  p = p * z + 1.0 / 17.0;
  p = p * z + 1.0 / 15.0;
  p = p * z + 1.0 / 13.0;
  p = p * z + 1.0 / 11.0;
  p = p * z + 1.0 / 9.0;
  p = p * z + 1.0 / 7.0;
  p = p * z + 0.2;
  const third = 0.3333333333333333;
  const t = z * third;
  const tLow = splitError(z, third, t) + zLow * third + z * 1.850371707708594e-17 + z * z * p;
  const series = 2 * s * t;
  const seriesLow = splitError(2 * s, t, series) + 2 * (s * tLow + sLow * t) + 2 * sLow;
  // The sum from the greatest to the least: k·ln 2, whose first part is exact, 2s, and the rest of the series.
  const large = k * 0.6931471805592082;
  const first = large + 2 * s;
  const second = first + series;
  const low = large - first + 2 * s + (first - second + series + (seriesLow + k * 7.371002565167799e-13));
  const log = second + low;
  const logLow = second - log + low;
  const whole = b * log;
  if (!(abs(whole) < 800)) return whole > 0 ? Infinity : 0;
  return expSum(whole, productError(b, log, whole) + b * logLow);
}
