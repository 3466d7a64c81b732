import { isFloat } from "../../base/dtype.ts";
import { empty, type NDArray, zeros } from "../array.ts";
import { chunk, type Machine, mostBytes } from "../wasm/machine.ts";
import type { Beside, BesideRun } from "./beside.ts";
import { few } from "./columns.ts";
import { moduleOn } from "./module.ts";
import { flatWindows, type Windows } from "./windows.ts";

/**
 * Calls `fn` with the place of the largest element of each window of pictures `[n, c, rows, columns]`: of equals the first,
 * and of NaN the last one. The padding is of −∞, and is never chosen; of a window that steps over the whole picture there is
 * nothing else, and the place is −1.
 */
function forLargest(x: NDArray, windows: Windows, fn: (window: number, place: number) => void): void {
  const { kernel, stride, padding, dilation, places } = windows;
  const [height, width] = windows.size;
  const { data } = x;
  const pictures = x.shape[0] * x.shape[1];
  let window = 0;
  for (let picture = 0, start = 0; picture < pictures; picture++, start += height * width) {
    for (let p = 0, top = -padding[0]; p < places[0]; p++, top += stride[0]) {
      const firstRow = firstWithin(top, dilation[0]);
      const rowEnd = Math.min(top + kernel[0] * dilation[0], height);
      for (let q = 0, left = -padding[1]; q < places[1]; q++, left += stride[1]) {
        const firstColumn = firstWithin(left, dilation[1]);
        const columnEnd = Math.min(left + kernel[1] * dilation[1], width);
        let best = firstRow < rowEnd && firstColumn < columnEnd ? start + firstRow * width + firstColumn : -1;
        let most = Number.NEGATIVE_INFINITY;
        for (let row = firstRow; row < rowEnd; row += dilation[0]) {
          const line = start + row * width;
          for (let at = line + firstColumn; at < line + columnEnd; at += dilation[1]) {
            const value = data[at];
            if (value > most || Number.isNaN(value)) {
              most = value;
              best = at;
            }
          }
        }
        fn(window++, best);
      }
    }
  }
}

/** The first of `from`, `from + step`, … that is not below 0. */
function firstWithin(from: number, step: number): number {
  return from >= 0 ? from : from + Math.ceil(-from / step) * step;
}

/** Of each window of `x`, what lies in `u`, of the same shape, where `x` is largest; `padding` where there is nothing else. */
function pick(u: NDArray, x: NDArray, windows: Windows, padding: number): NDArray {
  const y = empty(u.dtype, [x.shape[0], x.shape[1], ...windows.places]);
  const [from, to] = [u.data, y.data];
  forLargest(x, windows, (window, place) => {
    to[window] = place < 0 ? padding : from[place];
  });
  return y;
}

/** The reverse of {@link pick}: what there is for each window added up where `x` is largest. */
function putBack([g, x]: readonly NDArray[], windows: Windows): NDArray {
  const y = zeros(g.dtype, x.shape);
  const [from, to] = [g.data, y.data];
  forLargest(x, windows, (window, place) => {
    if (place >= 0) to[place] += from[window];
  });
  return y;
}

/** What the kernel in SIMD does, by its number. */
const ways = { here: 0, picked: 1, back: 2 } as const;

/** The kernel in SIMD, some pictures at a time: of `x` alone, or with `u`; `plain` where it is small, or of whole numbers. */
const inSimd =
  (how: keyof typeof ways, plain: BesideRun<Windows>) =>
  (machine: Machine): BesideRun<Windows> => {
    const { maxPoolF32, maxPoolF64 } = moduleOn(machine);
    const none = how === "here" ? Number.NEGATIVE_INFINITY : 0;
    return (inputs, windows) => {
      const [u, x = u] = inputs;
      const [n, c] = x.shape;
      const [picture, count] = [windows.size, windows.places].map(([rows, columns]) => rows * columns);
      if (x.data.length < few || !isFloat(x.dtype) || 8 * (2 * picture + 3 * count) > mostBytes)
        return plain(inputs, windows);
      const [given, made] = how === "back" ? [count, picture] : [picture, count];
      const y = empty(x.dtype, how === "back" ? x.shape : [n, c, ...windows.places]);
      const kernel = x.dtype === "float32" ? maxPoolF32 : maxPoolF64;
      const some = Math.max(1, Math.floor(chunk / Math.max(picture, count)));
      for (let at = 0; at < n * c; at += some) {
        const many = Math.min(some, n * c - at);
        const result = y.data.subarray(at * made, (at + many) * made);
        machine.begin();
        const from = machine.at(x.data.subarray(at * picture, (at + many) * picture));
        const beside = how === "here" ? from : machine.at(u.data.subarray(at * given, (at + many) * given));
        const to = machine.roomFor(result);
        const scratch = machine.room(12 * windows.places[1] + 16);
        kernel(from, beside, to, scratch, ways[how], none, many, ...flatWindows(windows));
        machine.get(to, result);
      }
      return y;
    };
  };

const largest: BesideRun<Windows> = ([x], windows) => pick(x, x, windows, Number.NEGATIVE_INFINITY);
const picked: BesideRun<Windows> = ([u, x], windows) => pick(u, x, windows, 0);

/** The largest element of each window of pictures. */
export const largestOf: Beside<Windows> = {
  name: "maxPool",
  plain: largest,
  simd: /* @__PURE__ */ inSimd("here", largest),
};

/** What lies in the first input where the second is largest, window by window. */
export const pickLargest: Beside<Windows> = {
  name: "maxPoolPick",
  plain: picked,
  simd: /* @__PURE__ */ inSimd("picked", picked),
};

/** The gradient of {@link largestOf}: of the first input what belongs to each window, added up where the second is largest. */
export const putBackLargest: Beside<Windows> = {
  name: "maxPoolBack",
  plain: putBack,
  simd: /* @__PURE__ */ inSimd("back", putBack),
};
