// Of one float64, from IEEE operations alone: the same bits in every engine.

import { log2 } from "./logarithms.ts";
import { expm1 } from "./powers.ts";

const halfRootPi = Math.sqrt(Math.PI) / 2;
/** Up to here the series has few terms, and from here on the continued fraction converges. */
const middle = 1.2;
const erfMiddle = 0.91;

/** `eˢ`, for `s ≥ 0`. */
const exp = (s: number): number => 1 + expm1(s);

/** `½√π · e^(x²) · erf x = x(1 + 2x²/3 · (1 + 2x²/5 · (1 + …)))`, from the inside out (Abramowitz & Stegun 7.1.6). */
function series(x: number): number {
  const twice = 2 * x * x;
  let sum = 1;
  for (let n = x < 0.25 ? 19 : 45; n > 1; n -= 2) sum = 1 + (sum * twice) / n;
  return x * sum;
}

/** `½√π · e^(x²) · erfc x = ½/(x + ½/(x + 1/(x + 3⁄2/(x + …))))`, from the inside out (Abramowitz & Stegun 7.1.14). */
function fractions(x: number): number {
  let tail = x;
  for (let n = x > 2 ? 50 : 120; n > 0; n--) tail = x + n / 2 / tail;
  return 0.5 / tail;
}

/** `erf x`, within six units in the last place. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a === 0 || Number.isNaN(a)) return x; // −0 stays
  if (a > 6) return Math.sign(x);
  const power = halfRootPi * exp(a * a);
  return Math.sign(x) * (a < middle ? series(a) / power : 1 - fractions(a) / power);
}

/**
 * The `x` whose `erf` is `p`, within ten units in the last place: ±∞ at ±1, and NaN beyond. A guess that is right to 0.3 %,
 * and Halley's steps, `x − d/(1 + x·d)` with `d = (erf x − p)/erf′ x`. Each makes an error `e` one of `⅓(x² + 1)e³`, so
 * that the far ends want a third.
 */
export function inverseErf(p: number): number {
  const q = Math.abs(p);
  if (q < 1e-9) return halfRootPi * p; // −0 stays
  if (!(q < 1)) return q === 1 ? p * Number.POSITIVE_INFINITY : Number.NaN;
  let x = q < 0.5 ? nearZero(q) : awayFromZero(q);
  const steps = q < erfMiddle ? 2 : 3;
  for (let step = 0; step < steps; step++) {
    const power = halfRootPi * exp(x * x);
    const d = q < erfMiddle ? series(x) - q * power : (1 - q) * power - fractions(x);
    x -= d / (1 + x * d);
  }
  return p < 0 ? -x : x;
}

/** Three terms of the series of the inverse. */
function nearZero(q: number): number {
  const z = q * q;
  return halfRootPi * q * (1 + z * (Math.PI / 12 + z * ((7 * Math.PI * Math.PI) / 480)));
}

/** Winitzki 2008, "A handy approximation for the error function and its inverse", equation 7. */
function awayFromZero(q: number): number {
  const a = 0.147;
  const log = log2((1 - q) * (1 + q)) * Math.LN2;
  const half = 2 / (Math.PI * a) + log / 2;
  return Math.sqrt(Math.sqrt(half * half - log / a) - half);
}
