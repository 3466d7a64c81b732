// Gradients at the input of a function, from that at its output, `a`, and the output, `b`; rows.ts tells how they are
// gone through.

import { RELU, rows, SIGMOID, TANH } from "./rows";

/** `y = a·(1 − b)(1 + b)`. */
export function tanhBackward<T>(
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
  rows<T>(TANH, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a·b·(1 − b)`. */
export function sigmoidBackward<T>(
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
  rows<T>(SIGMOID, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a`, or 0 where `b ≤ 0`. */
export function reluBackward<T>(
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
  rows<T>(RELU, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}
