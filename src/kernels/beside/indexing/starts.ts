import type { Data } from "../../../base/dtype.ts";
import { empty } from "../../array.ts";
import type { Beside, BesideRun } from "../beside.ts";

/** A dimension of a part: how many, and how far apart they lie in the whole. */
export interface Steps {
  readonly size: number;
  readonly step: number;
}

/** Where the runs of a part start: by steps along dimensions before those of an index array, by what it names, and by steps after. */
export interface Starts {
  /** Where the first one is, without what the index array adds. */
  readonly first: number;
  readonly before: readonly Steps[];
  /** What the numbers of an index array count. */
  readonly unit: number;
  readonly after: readonly Steps[];
}

const made: BesideRun<Starts> = ([index], { first, before, unit, after }) => {
  const sizes = (steps: readonly Steps[]) => steps.map(({ size }) => size);
  const y = empty("int32", [...sizes(before), ...(index?.shape ?? []), ...sizes(after)]);
  const { data } = y;
  if (data.length === 0) return y;
  data[0] = first;
  let done = 1;
  for (const { size, step } of before) done = branch(data, done, size, step);
  if (index !== undefined) done = branchBy(data, done, index.data, unit);
  for (const { size, step } of after) done = branch(data, done, size, step);
  return y;
};

/** Makes of each start so many, a step apart, in place: of the last first, so that none is written over before it is read. */
function branch(starts: Data, done: number, size: number, step: number): number {
  for (let at = done - 1; at >= 0; at--) {
    const start = starts[at];
    for (let i = 0, to = at * size; i < size; i++) starts[to + i] = start + i * step;
  }
  return done * size;
}

/** Makes of each start as many as there are places, in the same way. */
function branchBy(starts: Data, done: number, places: Data, unit: number): number {
  const size = places.length;
  for (let at = done - 1; at >= 0; at--) {
    const start = starts[at];
    for (let i = 0, to = at * size; i < size; i++) starts[to + i] = start + places[i] * unit;
  }
  return done * size;
}

/** Where the runs of a part start in the whole, in elements, int32; its input is an index array, if one names some. */
export const startsOf: Beside<Starts> = { name: "starts", plain: made, simd: () => made };
