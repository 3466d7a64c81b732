import type { Data, Shape } from "../../../base/dtype.ts";
import { empty, emptyLike, type NDArray } from "../../array.ts";
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

/** The runs of `x` that an index array, the second input, names, one after the other, of each block. */
const taken: BesideRun<Runs> = ([x, index], { outer, unit, width, shape }) => {
  const y = empty(x.dtype, shape);
  const [from, to, places] = [x.data, y.data, index.data];
  const apart = from.length / outer;
  for (let o = 0, at = 0; o < outer; o++) {
    for (let i = 0; i < places.length; i++, at += width) {
      const start = o * apart + places[i] * unit;
      if (width < narrow) for (let j = 0; j < width; j++) to[at + j] = from[start + j];
      else to.set(from.subarray(start, start + width), at);
    }
  }
  return y;
};

/** The runs of the first input added up where an index array, the second, says, in zeros. */
const summed: BesideRun<Runs> = ([g, index], runs) => {
  const y = empty(g.dtype, runs.shape);
  y.data.fill(0);
  add(y, g.data, index.data, runs);
  return y;
};

/** `x` with the runs of the second input added to those that an index array, the third, names, one after the other. */
const added: BesideRun<Runs> = ([x, values, index], runs) => {
  const y = emptyLike(x);
  y.data.set(x.data);
  add(y, values.data, index.data, runs);
  return y;
};

function add({ data: to, dtype }: NDArray, from: Data, places: Data, { outer, unit, width }: Runs): void {
  const apart = to.length / outer;
  const isBool = dtype === "bool";
  for (let o = 0, at = 0; o < outer; o++) {
    for (let i = 0; i < places.length; i++, at += width) {
      const start = o * apart + places[i] * unit;
      if (isBool) for (let j = 0; j < width; j++) to[start + j] |= from[at + j];
      else for (let j = 0; j < width; j++) to[start + j] += from[at + j];
    }
  }
}

/**
 * `x` with the runs of the second input in place of those that an index array, the third, names; of several for one place the last.
 * Where these are more, the second input is repeated.
 */
const placed: BesideRun<Runs> = ([x, values, index], { outer, unit, width }) => {
  const y = emptyLike(x);
  const [from, to, places] = [values.data, y.data, index.data];
  to.set(x.data);
  const apart = to.length / outer;
  // Both are sizes of last dimensions multiplied, so that the one consists of whole ones of the other.
  const stretch = Math.min(width, from.length);
  for (let o = 0, at = 0; o < outer && stretch > 0; o++) {
    for (let i = 0; i < places.length; i++) {
      const start = o * apart + places[i] * unit;
      if (width >= narrow && stretch === 1) to.fill(from[0], start, start + width);
      else for (let j = 0; j < width; j += stretch) copyRun(from, to, at, start + j, stretch);
      at += stretch;
      if (at === from.length) at = 0;
    }
  }
  return y;
};

function copyRun(from: Data, to: Data, at: number, start: number, size: number): void {
  if (size < narrow) for (let j = 0; j < size; j++) to[start + j] = from[at + j];
  else to.set(from.subarray(at, at + size), start);
}

/** The same loop for every set. */
const alike = (name: string, run: BesideRun<Runs>): Beside<Runs> => ({ name, plain: run, simd: () => run });

export const takeRunsOf: Beside<Runs> = /* @__PURE__ */ alike("takeRuns", taken);
export const sumRunsOf: Beside<Runs> = /* @__PURE__ */ alike("sumRuns", summed);
export const addRunsOf: Beside<Runs> = /* @__PURE__ */ alike("addAt", added);
export const placeRunsOf: Beside<Runs> = /* @__PURE__ */ alike("place", placed);
