import { emptyLike, type NDArray } from "../array.ts";
import type { Beside } from "./beside.ts";

// Functions of each element, made of IEEE operations: one loop, and the same bits, for every set.

/** A kernel that is the same loop for every set, and is told nothing. */
export type Alike = Beside<object>;

/** What such a kernel is told. */
export const nothing = {};

/** `y = f(x)`, element by element. */
export function each(x: NDArray, f: (x: number) => number): NDArray {
  const y = emptyLike(x);
  const [from, to] = [x.data, y.data];
  for (let i = 0; i < to.length; i++) to[i] = f(from[i]);
  return y;
}

/** `y = f(a, b)`, of two arrays of one shape. */
export function pairs(a: NDArray, b: NDArray, f: (a: number, b: number) => number): NDArray {
  const y = emptyLike(a);
  const [left, right, to] = [a.data, b.data, y.data];
  for (let i = 0; i < to.length; i++) to[i] = f(left[i], right[i]);
  return y;
}
