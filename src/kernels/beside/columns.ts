import { empty, type NDArray, zeros } from "../array.ts";
import { type Machine, mostBytes } from "../wasm/machine.ts";
import type { Beside } from "./beside.ts";
import { moduleOn } from "./module.ts";
import { flatWindows, fold, unfold, type Windows } from "./windows.ts";

/** Below so many elements the plain loops are as fast. */
export const few = 256;

function isFit({ data, dtype }: NDArray, made: number): boolean {
  return made >= few && 8 * (data.length + made) < mostBytes && (dtype === "float32" || dtype === "float64");
}

const countOf = ({ kernel, places }: Windows) => [kernel[0] * kernel[1], places[0] * places[1]] as const;

/** Each window of pictures `[n, c, rows, columns]` as a column of `[n, c·kernel, places]`. */
export const columnsOf: Beside<Windows> = {
  name: "unfold",

  plain([x], windows) {
    const [n, c] = x.shape;
    const [terms, places] = countOf(windows);
    const y = zeros(x.dtype, [n, c * terms, places]);
    unfold(x.data, 0, n * c, windows, y.data); // examples are more channels
    return y;
  },

  simd(machine: Machine) {
    const layers = moduleOn(machine);
    return ([x], windows) => {
      const [n, c] = x.shape;
      const [terms, places] = countOf(windows);
      if (!isFit(x, n * c * terms * places)) return columnsOf.plain([x], windows);
      const y = empty(x.dtype, [n, c * terms, places]);
      const bytes = x.dtype === "float32" ? 4 : 8;
      machine.begin();
      const from = machine.at(x.data);
      const to = machine.roomFor(y.data);
      layers.unfold(from, to, bytes, n * c, ...flatWindows(windows));
      machine.get(to, y.data);
      return y;
    };
  },
};

/** The reverse of {@link columnsOf}: columns added up where they have come from, in pictures `[n, c, rows, columns]`. */
export const picturesOf: Beside<Windows> = {
  name: "fold",

  plain([columns], windows) {
    const [n, height] = columns.shape;
    const [terms] = countOf(windows);
    const c = height / terms;
    const y = zeros(columns.dtype, [n, c, ...windows.size]);
    fold(columns.data, y.data, 0, n * c, windows);
    return y;
  },

  simd(machine: Machine) {
    const layers = moduleOn(machine);
    return ([columns], windows) => {
      const [n, height] = columns.shape;
      const [terms] = countOf(windows);
      const c = height / terms;
      if (!isFit(columns, columns.data.length)) return picturesOf.plain([columns], windows);
      const y = empty(columns.dtype, [n, c, ...windows.size]);
      machine.begin();
      const from = machine.at(columns.data);
      const to = machine.roomFor(y.data);
      layers.clear(to, y.data.byteLength);
      const back = columns.dtype === "float32" ? layers.foldF32 : layers.foldF64;
      back(from, to, n * c, ...flatWindows(windows));
      machine.get(to, y.data);
      return y;
    };
  },
};
