import type { Data, Shape } from "../../../base/dtype.ts";
import { empty } from "../../array.ts";
import type { Beside, BesideRun } from "../beside.ts";

/** A dimension of a part: how many, and how far apart they lie in the whole. */
export interface Steps {
  readonly size: number;
  readonly step: number;
  /** Whether what an index array names is meant, by steps of so many elements. */
  readonly isNamed?: true;
}

/** Where the runs of a part start. */
export interface Starts {
  /** Where the first one is, without what an index array adds. */
  readonly first: number;
  readonly lines: readonly Steps[];
  readonly shape: Shape;
}

const made: BesideRun<Starts> = ([index], { first, lines, shape }) => {
  const y = empty("int32", shape);
  const { data } = y;
  data.fill(first);
  let done = 1;
  if (data.length > 0) for (const line of lines) done = branch(data, done, line, line.isNamed ? index.data : null);
  return y;
};

/** Makes of each start as many as a line has, in place: of the last first, so that none is written over before it is read. */
function branch(starts: Data, done: number, { size, step }: Steps, places: Data | null): number {
  for (let at = done - 1; at >= 0; at--) {
    const start = starts[at];
    const to = at * size;
    if (places === null) for (let i = 0; i < size; i++) starts[to + i] = start + i * step;
    else for (let i = 0; i < size; i++) starts[to + i] = start + places[i] * step;
  }
  return done * size;
}

/** Where the runs of a part start in the whole, in elements, int32; its input is an index array, if one names some. */
export const startsOf: Beside<Starts> = { name: "starts", plain: made, simd: () => made };
