import { columnOf } from "../../base/shapes.ts";
import type { NDArray } from "../array.ts";

/** Rows of fewer elements are copied one by one: a window onto each would take longer. */
export const narrow = 64;

/** The array whose shape the result has: the longer, or one that is empty. */
function longer(a: NDArray, b: NDArray): NDArray {
  if (a.data.length === b.data.length) return a.shape.length >= b.shape.length ? a : b;
  return b.data.length === 0 || (a.data.length !== 0 && b.data.length > a.data.length) ? b : a;
}

/**
 * How to walk through both operands beside a result, and its shape: in stretches of `width` elements, by a step for each element,
 * and back by `backA` and `backB` after each stretch.
 */
export function walk(a: NDArray, b: NDArray) {
  const [left, right] = [a.data.length, b.data.length];
  const alone = left === 1 || right === 1;
  const [ofA, ofB] = alone || a.shape === b.shape ? [0, 0] : [columnOf(a.shape, b.shape), columnOf(b.shape, a.shape)];
  if (ofA + ofB > 0) {
    const width = ofA + ofB;
    const dims = Math.max(a.shape.length, b.shape.length);
    const sizeAt = ({ shape }: NDArray, d: number): number => shape[d + shape.length - dims] ?? 1;
    const shape = Array.from({ length: dims }, (_, d) => (sizeAt(a, d) === 1 ? sizeAt(b, d) : sizeAt(a, d)));
    // A column stays where it is along a stretch, and goes on by one after it; a row goes back.
    const [stepA, stepB] = [ofA > 0 ? 0 : 1, ofB > 0 ? 0 : 1];
    const back = (step: number, length: number): number => (step === 0 ? -1 : length === width ? width : 0);
    return { shape, width, stepA, stepB, backA: back(stepA, left), backB: back(stepB, right) };
  }
  const { shape } = longer(a, b);
  const width = alone ? Math.max(left, right) : Math.min(left, right);
  const [stepA, stepB] = alone && left !== right ? [left === 1 ? 0 : 1, right === 1 ? 0 : 1] : [1, 1];
  return {
    shape,
    width,
    stepA,
    stepB,
    backA: left < right ? width * stepA : 0,
    backB: right < left ? width * stepB : 0,
  };
}
