import type { Data } from "../array.ts";
import { completed, roundedOff } from "./twoSum.ts";

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
