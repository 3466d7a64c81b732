import { empty, type NDArray } from "../array.ts";
import { narrow } from "../reference/walk.ts";
import type { Beside, BesideRun } from "./beside.ts";

/** How much is put before and behind along each dimension; below 0 it is cut off. */
export interface Padding {
  readonly before: readonly number[];
  readonly behind: readonly number[];
  /** What is put there. */
  readonly value: number;
}

/** `x` with a number around it. */
const padded: BesideRun<Padding> = ([x], { before, behind, value }) => {
  const shape = x.shape.map((size, d) => before[d] + size + behind[d]);
  const y = empty(x.dtype, shape);
  y.data.fill(value);
  // What is left alone goes along with the dimension before it.
  let last = shape.length - 1;
  let inner = 1;
  while (last > 0 && before[last] === 0 && behind[last] === 0) inner *= shape[last--];
  const firsts = before.map((count) => Math.max(0, -count));
  const ends = x.shape.map((size, d) => size - Math.max(0, -behind[d]));
  const copy = (d: number, from: number, to: number): void => {
    const [start, target] = [from * x.shape[d] + firsts[d], to * shape[d] + Math.max(0, before[d])];
    const count = ends[d] - firsts[d];
    if (d === last) copyRow(x, y, start * inner, target * inner, count * inner);
    else for (let i = 0; i < count; i++) copy(d + 1, start + i, target + i);
  };
  if (shape.length === 0) y.data.set(x.data);
  else if (x.data.length > 0) copy(0, 0, 0);
  return y;
};

function copyRow({ data: x }: NDArray, { data: y }: NDArray, from: number, to: number, size: number): void {
  if (size >= narrow) y.set(x.subarray(from, from + size), to);
  else for (let i = 0; i < size; i++) y[to + i] = x[from + i];
}

/** The same loop for every set. */
export const padOf: Beside<Padding> = { name: "pad", plain: padded, simd: () => padded };
