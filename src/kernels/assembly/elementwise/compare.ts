// Comparisons of two arrays; rows.ts tells how they are gone through.

import { COMPARE, rows } from "./rows";

/** `y` is 1 where `a < b` and `flag` has 1, or `a = b` and it has 2; where it has 4, it is 0 there and 1 elsewhere. */
export function compare<T>(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  bytes: usize,
  stepA: usize,
  stepB: usize,
  rowA: usize,
  rowB: usize,
  flag: i32,
): void {
  rows<T>(COMPARE, a, b, y, count, bytes, stepA, stepB, rowA, rowB, flag);
}
