// Arithmetic of two arrays; rows.ts tells how they are gone through.

import { ADD, DIV, MAXIMUM, MUL, rows } from "./rows";

/** `y = a + b`, or with `flag` 1 `a − b`. */
export function addF32(
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
  rows<f32>(ADD, a, b, y, count, bytes, stepA, stepB, rowA, rowB, flag);
}

/** `y = a + b`, or with `flag` 1 `a − b`. */
export function addF64(
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
  rows<f64>(ADD, a, b, y, count, bytes, stepA, stepB, rowA, rowB, flag);
}

/** `y = a·b`. */
export function mulF32(
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
  rows<f32>(MUL, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a·b`. */
export function mulF64(
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
  rows<f64>(MUL, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a/b`. */
export function divF32(
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
  rows<f32>(DIV, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = a/b`. */
export function divF64(
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
  rows<f64>(DIV, a, b, y, count, bytes, stepA, stepB, rowA, rowB, 0);
}

/** `y = max(a, b)`, or with `flag` 1 the minimum. */
export function maximumF32(
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
  rows<f32>(MAXIMUM, a, b, y, count, bytes, stepA, stepB, rowA, rowB, flag);
}

/** `y = max(a, b)`, or with `flag` 1 the minimum. */
export function maximumF64(
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
  rows<f64>(MAXIMUM, a, b, y, count, bytes, stepA, stepB, rowA, rowB, flag);
}
