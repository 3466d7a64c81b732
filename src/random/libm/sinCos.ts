import { fma64 } from "./fma64.ts";

// The constants are those of IBM's Accurate Mathematical Library, as glibc uses them.
const halfPi = 1.5707963267948966;
const halfPiRest = 6.123233995736766e-17;
const [halfPi1, halfPi2, halfPi3, halfPi4] = [
  1.5707963407039642, -1.3909067564377153e-8, -4.97899623147991e-17, -1.9034889620193266e-25,
]; // π/2 in four parts, multiples of the first of which are exact
const twoOverPi = 0.6366197723675814;

// sin and cos of |x| < 2^-8, to be combined with the table.
const [sin3, sin5] = [-0.16666666666666488, 0.008333332142857223];
const [cos2, cos4, cos6] = [0.5, -0.04166666666666644, 0.001388888740079376];
// sin of |x| < 0.126.
const [s1, s2, s3, s4, s5] = [
  -0.16666666666666666, 0.008333333333332329, -0.00019841269834414642, 2.755729806860771e-6, -2.5022014848318398e-8,
];

/** sin and cos of k/128 for k up to 128, four doubles each: sin, the rest of sin, cos, the rest of cos. */
let table: Float64Array | undefined;

/** Makes the table in integers, in units of 2^-160, by adding angles. */
function makeTable(): Float64Array {
  const unit = 1n << 160n;
  const angle = unit >> 7n;
  let [sinStep, cosStep] = [0n, 0n];
  for (let term = unit, i = 0n; term !== 0n; i++, term = (term * angle) / (unit * i)) {
    const sign = i % 4n < 2n ? 1n : -1n;
    if (i % 2n === 0n) cosStep += sign * term;
    else sinStep += sign * term;
  }

  const made = new Float64Array(4 * 129);
  let [sin, cos] = [0n, unit];
  for (let k = 0; k <= 128; k++) {
    for (const [j, x] of [sin, cos].entries()) {
      const head = Number(x);
      made[4 * k + 2 * j] = head * 2 ** -160;
      made[4 * k + 2 * j + 1] = Number(x - BigInt(head)) * 2 ** -160;
    }
    [sin, cos] = [(sin * cosStep + cos * sinStep) / unit, (cos * cosStep - sin * sinStep) / unit];
  }
  return made;
}

/**
 * The sine of an angle in `[0, 10^8]`, with the bits of glibc (2.28 and later) on x86-64 with FMA. Within 0.55 units in
 * the last place.
 */
export function sin(x: number): number {
  if (x < 2 ** -26) return x;
  if (x < 0.85546875) return sinOf(x, 0);
  if (x < 2.4262638092041016) return cosOf(halfPi - x, halfPiRest);
  return reduced(x, 0);
}

/** The cosine of an angle in `[0, 10^8]`, as {@link sin}. */
export function cos(x: number): number {
  if (x < 2 ** -27) return 1;
  if (x < 0.85546875) return cosOf(x, 0);
  if (x < 2.4262638092041016) {
    const y = halfPi - x;
    const head = y + halfPiRest;
    return sinOf(head, y - head + halfPiRest);
  }
  return reduced(x, 1);
}

/** The sine of `x + quarters·π/2`. */
function reduced(x: number, quarters: number): number {
  // As glibc rounds to an integer: the shift is 1.5·2^52.
  const n = fma64(x, twoOverPi, 6755399441055744) - 6755399441055744;
  const y = fma64(-n, halfPi2, fma64(-n, halfPi1, x));
  const y3 = fma64(-n, halfPi3, y);
  const y4 = fma64(-n, halfPi4, y3);
  const rest = fma64(-n, halfPi4, y3 - y4) + fma64(-n, halfPi3, y - y3);
  const quadrant = (n + quarters) & 3;
  const value = quadrant & 1 ? cosOf(y4, rest) : sinOf(y4, rest);
  return quadrant & 2 ? -value : value;
}

/** The sine of `x + rest`, `|x| < 0.86`, `rest` far below `x`. */
function sinOf(x: number, rest: number): number {
  const size = Math.abs(x);
  if (size < 0.126) {
    const xx = x * x;
    const series = fma64(fma64(fma64(fma64(s5, xx, s4), xx, s3), xx, s2), xx, s1);
    return x + fma64(fma64(series, x, -(0.5 * rest)), xx, rest);
  }
  table ??= makeTable();
  const k = nearest128th(size);
  const t = size - k / 128;
  const tRest = x <= 0 ? -rest : rest;
  const tt = t * t;
  const s = fma64(t * tt, fma64(tt, sin5, sin3), tRest) + t;
  const c = fma64(tRest, t, fma64(fma64(tt, cos6, cos4), tt, cos2) * tt);
  const [sinK, sinRest, cosK, cosRest] = [table[4 * k], table[4 * k + 1], table[4 * k + 2], table[4 * k + 3]];
  const value = sinK + fma64(s, cosK, fma64(-c, sinK, fma64(s, cosRest, sinRest)));
  return x < 0 ? -value : value;
}

/** The cosine of `x + rest`, `|x| < 0.86`, `rest` far below `x`. */
function cosOf(x: number, rest: number): number {
  table ??= makeTable();
  const size = Math.abs(x);
  const k = nearest128th(size);
  const t = size - k / 128 + (x < 0 ? -rest : rest);
  const tt = t * t;
  const s = fma64(t * tt, fma64(tt, sin5, sin3), t);
  const c = fma64(fma64(tt, cos6, cos4), tt, cos2) * tt;
  const [sinK, sinRest, cosK, cosRest] = [table[4 * k], table[4 * k + 1], table[4 * k + 2], table[4 * k + 3]];
  return cosK + fma64(-s, sinK, fma64(-c, cosK, fma64(-s, sinRest, cosRest)));
}

/** 128·x rounded to an integer, ties to even as in floating-point addition. */
function nearest128th(x: number): number {
  return 128 * (x + 52776558133248 - 52776558133248); // 1.5·2^45, whose last bit is worth 1/128
}
