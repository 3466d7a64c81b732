import type { Data, Shape } from "../../../base/dtype.ts";
import { empty, type NDArray } from "../../array.ts";
import { narrow } from "../../reference/walk.ts";
import type { Beside, BesideRun } from "../beside.ts";

// Runs of neighbours, read and written where an index array says. So rows are, as wide as they are; the parts of each block along a
// dimension; and any part of an array at all, as the runs that it consists of.

/** Which runs an index array names. */
export interface Runs {
  /** How many blocks an array has, with the same runs in each. */
  readonly outer: number;
  /** How many elements of a block lie from one number that the index may have to the next. */
  readonly unit: number;
  /** How many elements a run has. */
  readonly width: number;
  /** The shape of what is made of them. */
  readonly shape: Shape;
}

/** What is written, and whether it is added to what is there, and not put in its place. */
export interface Writing extends Runs {
  readonly adds: boolean;
}

const taken: BesideRun<Runs> = ([x, index], { outer, unit, width, shape }) => {
  const y = empty(x.dtype, shape);
  const [from, to, places] = [x.data, y.data, index.data];
  const apart = from.length / outer;
  for (let o = 0, at = 0; o < outer; o++) {
    for (let i = 0; i < places.length; i++, at += width) copyRun(from, to, o * apart + places[i] * unit, at, width);
  }
  return y;
};

/** Copies neighbours: few of them one by one, for a window onto each would take longer. */
export function copyRun(from: Data, to: Data, start: number, at: number, size: number): void {
  if (size < narrow) for (let j = 0; j < size; j++) to[at + j] = from[start + j];
  else to.set(from.subarray(start, start + size), at);
}

const written: BesideRun<Writing> = (inputs, { outer, unit, width, shape, adds }) => {
  const [values, index, x] = inputs;
  const y = empty(values.dtype, x?.shape ?? shape);
  const [from, to, places] = [values.data, y.data, index.data];
  if (x === undefined) to.fill(0);
  else to.set(x.data);
  const apart = to.length / outer;
  // Both are sizes of last dimensions multiplied, so that the one consists of whole ones of the other.
  const size = Math.min(width, from.length);
  for (let o = 0, at = 0; o < outer && size > 0; o++) {
    for (let i = 0; i < places.length; i++) {
      const start = o * apart + places[i] * unit;
      if (adds) add(from, to, at, start, size, y);
      else if (size === 1 && width >= narrow) to.fill(from[0], start, start + width);
      else for (let j = start; j < start + width; j += size) copyRun(from, to, at, j, size);
      at += size;
      if (at === from.length) at = 0;
    }
  }
  return y;
};

function add(from: Data, to: Data, at: number, start: number, size: number, { dtype }: NDArray): void {
  if (dtype === "bool") for (let j = 0; j < size; j++) to[start + j] |= from[at + j];
  else for (let j = 0; j < size; j++) to[start + j] += from[at + j];
}

/** The runs of the first input that an index array, the second, names, one after the other, of each block. */
export const takeRunsOf: Beside<Runs> = { name: "takeRuns", plain: taken, simd: () => taken };

/**
 * The third input, or zeros, with the runs of the first in place of those that an index array, the second, names, or added to them,
 * one after the other. Where the first has fewer that are put, it is repeated.
 */
export const writeRunsOf: Beside<Writing> = { name: "indexPut", plain: written, simd: () => written };
