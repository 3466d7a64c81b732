// Arithmetic of two arrays; rows.ts tells how they are gone through.

import { ADD, DIV, MAXIMUM, MUL, rows } from "./rows";

/** `y = a + b`, or with `flag` 1 `a − b`. */
export function add<T>(
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
  rows<T>(ADD, a, b, y, count, bytes, stepA, stepB, rowA, rowB, flag);
}

/** `y = a·b`. */
export function mul<T>(
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
  rows<T>(MUL, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a/b`. */
export function div<T>(
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
  rows<T>(DIV, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = max(a, b)`, or with `flag` 1 the minimum. */
export function maximum<T>(
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
  rows<T>(MAXIMUM, a, b, y, count, bytes, stepA, stepB, rowA, rowB, flag);
}
