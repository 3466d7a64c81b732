import { fma64 } from "./fma64.ts";

// The constants are those of FDLIBM: log 2 in two parts, and the series of log((1 + s)/(1 − s))/s − 2 in s².
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;
const [p1, p2, p3, p4, p5, p6, p7] = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
  0.15313837699209373, 0.14798198605116586,
];

const bits = new DataView(new ArrayBuffer(8));

/**
 * `log(1 + x)` for `x` in `(−1, 0]`, with the bits of glibc on x86-64 with FMA: Sun's algorithm, the terms of its polynomial taken
 * two by two. Within 1 unit in the last place: correct rounding would give other bits every fourteenth time.
 *
 * @see FDLIBM's `s_log1p.c` (Sun Microsystems, 1993).
 */
export function log1p(x: number): number {
  if (x > -(2 ** -54)) return x;
  if (x > -(2 ** -29)) return x - x * x * 0.5;

  // 1 + x = 2^k·(1 + f), the factor between √½ and √2, and correction/u what rounding took from log u.
  let k = 0;
  let f = x;
  let correction = 0;
  if (x <= -0.2928934097290039) {
    const u = 1 + x;
    bits.setFloat64(0, u);
    const high = bits.getInt32(0);
    const fraction = high & 0xfffff;
    const upper = fraction >= 0x6a09e ? 1 : 0;
    k = (high >> 20) - 1023 + upper;
    correction = (x - (u - 1)) / u;
    bits.setInt32(0, fraction | (upper === 1 ? 0x3fe00000 : 0x3ff00000));
    f = bits.getFloat64(0) - 1;
    if (fraction === 0 || fraction > 0xffffc) return nearPowerOfTwo(k, f, correction);
  }

  const halfSquare = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const z2 = z * z;
  const z4 = z2 * z2;
  const low = fma64(p1, z, z2 * fma64(p3, z, p2));
  const series = fma64(z4 * z2, fma64(p7, z, p6), fma64(z4, fma64(p5, z, p4), low));
  if (k === 0) return f - (halfSquare - s * (halfSquare + series));
  return k * ln2High - (halfSquare - (fma64(k, ln2Low, correction) + s * (halfSquare + series)) - f);
}

/** The same where `|f| < 2^-20`. */
function nearPowerOfTwo(k: number, f: number, correction: number): number {
  if (f === 0) return k * ln2High + fma64(k, ln2Low, correction);
  const rest = 0.5 * f * f * fma64(-0.6666666666666666, f, 1);
  return k * ln2High - (rest - fma64(k, ln2Low, correction) - f);
}
