import type { Data } from "../../base/dtype.ts";
import { completed, roundedOff } from "../numbers/twoSum.ts";

// Of `length` numbers, `stride` apart. Sums accumulate in double precision, whatever the dtype, and carry along what
// rounding took from them.

/** The sum of `length` numbers, `stride` apart. */
export function sumAlong(x: Data | Float64Array, at: number, length: number, stride: number): number {
  let total = 0;
  let lost = 0;
  for (let l = 0; l < length; l++) {
    const value = x[at + l * stride];
    const sum = total + value;
    lost += roundedOff(total, value, sum);
    total = sum;
  }
  return completed(total, lost);
}

/** The sum of the squares of their distances from `mean`. */
export function squaresAlong(x: Data, at: number, length: number, stride: number, mean: number): number {
  let total = 0;
  let lost = 0;
  for (let l = 0; l < length; l++) {
    const off = x[at + l * stride] - mean;
    const value = off * off;
    const sum = total + value;
    lost += roundedOff(total, value, sum);
    total = sum;
  }
  return completed(total, lost);
}

/** The root of {@link squaresAlong} over a divisor, scaled where the squares leave double precision. */
export function rootAlong(x: Data, at: number, length: number, stride: number, mean: number, divisor: number): number {
  const squares = squaresAlong(x, at, length, stride, mean);
  if (squares > 1e-290 && squares < Number.POSITIVE_INFINITY) return Math.sqrt(squares / divisor);
  let most = 0;
  for (let l = 0; l < length; l++) most = Math.max(most, Math.abs(x[at + l * stride] - mean));
  if (!(most > 0 && most < Number.POSITIVE_INFINITY)) return Math.sqrt(squares / divisor);
  let total = 0;
  for (let l = 0; l < length; l++) {
    const part = (x[at + l * stride] - mean) / most;
    total += part * part;
  }
  return most * Math.sqrt(total / divisor);
}

/** The sum of `length` whole numbers, `stride` apart, to its lowest 32 bits. */
export function wrappedSumAlong(x: Data, at: number, length: number, stride: number): number {
  let total = 0;
  for (let l = 0; l < length; l++) total = (total + x[at + l * stride]) | 0;
  return total;
}

/** The largest of `length` numbers, `stride` apart; NaN where there is one. */
export function largestAlong(x: Data, at: number, length: number, stride: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let l = 0; l < length; l++) most = Math.max(most, x[at + l * stride]);
  return most;
}
