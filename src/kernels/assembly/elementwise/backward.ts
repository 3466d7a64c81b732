// Gradients at the input of a function, from that at its output, `a`, and the output, `b`; rows.ts tells how they are
// gone through.

import { RELU, rows, SIGMOID, TANH } from "./rows";

/** `y = a·(1 − b)(1 + b)`. */
export function tanhBackwardF32(
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
  rows<f32>(TANH, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a·(1 − b)(1 + b)`. */
export function tanhBackwardF64(
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
  rows<f64>(TANH, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a·b·(1 − b)`. */
export function sigmoidBackwardF32(
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
  rows<f32>(SIGMOID, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a·b·(1 − b)`. */
export function sigmoidBackwardF64(
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
  rows<f64>(SIGMOID, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a`, or 0 where `b ≤ 0`. */
export function reluBackwardF32(
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
  rows<f32>(RELU, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a`, or 0 where `b ≤ 0`. */
export function reluBackwardF64(
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
  rows<f64>(RELU, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}
