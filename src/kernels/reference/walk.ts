import type { NDArray } from "../array.ts";

/** Rows of fewer elements are copied one by one: a window onto each would take longer. */
export const narrow = 64;

/** The array whose shape the result has: the longer, or one that is empty. */
export function longer(a: NDArray, b: NDArray): NDArray {
  if (a.data.length === b.data.length) return a.shape.length >= b.shape.length ? a : b;
  return b.data.length === 0 || (a.data.length !== 0 && b.data.length > a.data.length) ? b : a;
}

/**
 * How to walk through both operands beside a result: in stretches of `width` elements, by a step for each element, and
 * back by `backA` and `backB` after each stretch.
 */
export function walk(a: NDArray, b: NDArray) {
  const [left, right] = [a.data.length, b.data.length];
  const alone = left === 1 || right === 1;
  const width = alone ? Math.max(left, right) : Math.min(left, right);
  const [stepA, stepB] = alone && left !== right ? [left === 1 ? 0 : 1, right === 1 ? 0 : 1] : [1, 1];
  return { width, stepA, stepB, backA: left < right ? width * stepA : 0, backB: right < left ? width * stepB : 0 };
}
