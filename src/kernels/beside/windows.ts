import type { Data } from "../../base/dtype.ts";

/** A number for the rows, and one for the columns, of a picture. */
export type Pair = readonly [rows: number, columns: number];

/** How windows lie over a picture. */
export interface Windows {
  /** The rows and columns of the picture. */
  readonly size: Pair;
  /** Those of a window. */
  readonly kernel: Pair;
  /** How far one window lies from the next. */
  readonly stride: Pair;
  /** How far the first window begins before the picture, where zeros are; how far the last ends behind it follows. */
  readonly padding: Pair;
  /** How far apart within a window neighbours are. */
  readonly dilation: Pair;
  /** How many windows there are below each other, and beside each other. */
  readonly places: Pair;
}

/** The settings as the kernels in SIMD are given them, one after the other. */
export function flatWindows({ size, kernel, stride, padding, dilation, places }: Windows): number[] {
  return [...size, ...kernel, ...stride, ...padding, ...dilation, ...places];
}

/**
 * Each window of some pictures, one for each channel, that start at `from` in `x`, as a column: `columns`
 * `[channels·kernel, places]`.
 */
export function unfold(x: Data, from: number, channels: number, windows: Windows, columns: Data): void {
  const { kernel, stride, padding, dilation, places } = windows;
  const [height, width] = windows.size;
  let at = 0;
  for (let c = 0, picture = from; c < channels; c++, picture += height * width) {
    for (let i = 0; i < kernel[0]; i++) {
      for (let j = 0; j < kernel[1]; j++) {
        for (let p = 0, row = i * dilation[0] - padding[0]; p < places[0]; p++, row += stride[0]) {
          const isRow = row >= 0 && row < height;
          for (let q = 0, column = j * dilation[1] - padding[1]; q < places[1]; q++, column += stride[1]) {
            columns[at++] = isRow && column >= 0 && column < width ? x[picture + row * width + column] : 0;
          }
        }
      }
    }
  }
}

/** The reverse of {@link unfold}: each element of `columns` added to that of `x` which it has come from. */
export function fold(columns: Data, x: Data, from: number, channels: number, windows: Windows): void {
  const { kernel, stride, padding, dilation, places } = windows;
  const [height, width] = windows.size;
  let at = 0;
  for (let c = 0, picture = from; c < channels; c++, picture += height * width) {
    for (let i = 0; i < kernel[0]; i++) {
      for (let j = 0; j < kernel[1]; j++) {
        for (let p = 0, row = i * dilation[0] - padding[0]; p < places[0]; p++, row += stride[0]) {
          const isRow = row >= 0 && row < height;
          for (let q = 0, column = j * dilation[1] - padding[1]; q < places[1]; q++, column += stride[1], at++) {
            if (isRow && column >= 0 && column < width) x[picture + row * width + column] += columns[at];
          }
        }
      }
    }
  }
}
