import type { Data } from "../../../base/dtype.ts";
import { emptyLike, type NDArray } from "../../array.ts";
import { forLines, type Way } from "../../reference/ways.ts";
import type { Beside, BesideRun } from "../beside.ts";

/** Along which dimension an index array counts. */
export interface Along {
  readonly dim: number;
}

/** Writes a line of values to where places say. */
type Write = (from: Data, to: Data, places: Data, place: number, at: number, line: Way, apart: number) => void;

const put: Write = (from, to, places, place, at, { size, step }, apart) => {
  for (let i = 0, p = place; i < size; i++, p += step) to[p + apart * places[at + i]] = from[at + i];
};

const add: Write = (from, to, places, place, at, { size, step }, apart) => {
  for (let i = 0, p = place; i < size; i++, p += step) to[p + apart * places[at + i]] += from[at + i];
};

const raise: Write = (from, to, places, place, at, { size, step }, apart) => {
  for (let i = 0, p = place; i < size; i++, p += step) to[p + apart * places[at + i]] |= from[at + i];
};

const scattered =
  (writeFor: (x: NDArray) => Write): BesideRun<Along> =>
  ([x, values, index], { dim }) => {
    const y = emptyLike(x);
    y.data.set(x.data);
    const [from, to, places, write] = [values.data, y.data, index.data, writeFor(x)];
    forLines(index, x.shape, dim, (place, at, lines, line, apart) => {
      for (let l = 0; l < lines.size; l++) {
        write(from, to, places, place + l * lines.step, at + l * lines.to, line, apart);
      }
    });
    return y;
  };

const alike = (name: string, run: BesideRun<Along>): Beside<Along> => ({ name, plain: run, simd: () => run });

/** `x` with the elements of the second input where an index array, the third, says; of several for one place the last. */
export const scatterOf: Beside<Along> = /* @__PURE__ */ alike(
  "scatter",
  /* @__PURE__ */ scattered(() => put),
);

/** `x` with the elements of the second input added where an index array, the third, says; of bools whether one is true. */
export const scatterSumOf: Beside<Along> = /* @__PURE__ */ alike(
  "scatterAdd",
  /* @__PURE__ */ scattered(({ dtype }) => (dtype === "bool" ? raise : add)),
);
