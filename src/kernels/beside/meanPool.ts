import { empty, type NDArray, zeros } from "../array.ts";
import type { Beside } from "./beside.ts";

/** Along one dimension, where each window starts and ends, within the picture, and by how many its sum is divided. */
export interface Spans {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly divisors: readonly number[];
}

/** Windows over a picture, by their rows and columns, as what ONNX calls them. */
export interface MeanWindows {
  readonly size: readonly [rows: number, columns: number];
  readonly rows: Spans;
  readonly columns: Spans;
}

/** Means of windows of pictures `[n, c, rows, columns]`: the sum of each, over the product of its divisors. */
export const meansOf: Beside<MeanWindows> = {
  name: "meanPool",

  plain([x], { size, rows, columns }) {
    const [n, c] = x.shape;
    const [height, width] = size;
    const [down, across] = [rows.starts.length, columns.starts.length];
    const y = empty(x.dtype, [n, c, down, across]);
    const [from, to] = [x.data, y.data];
    for (let picture = 0, at = 0; picture < n * c; picture++) {
      for (let p = 0; p < down; p++) {
        for (let q = 0; q < across; q++) {
          let sum = 0;
          for (let row = rows.starts[p]; row < rows.ends[p]; row++) {
            const line = (picture * height + row) * width;
            for (let column = columns.starts[q]; column < columns.ends[q]; column++) sum += from[line + column];
          }
          to[at++] = sum / (rows.divisors[p] * columns.divisors[q]);
        }
      }
    }
    return y;
  },

  simd: () => meansOf.plain,
};

/** The reverse of {@link meansOf}: each mean's share added to what it is of. */
export const spreadMeans: Beside<MeanWindows> = {
  name: "meanPoolBack",

  plain([g]: readonly NDArray[], { size, rows, columns }) {
    const [n, c] = g.shape;
    const [height, width] = size;
    const y = zeros(g.dtype, [n, c, ...size]);
    const [from, to] = [g.data, y.data];
    for (let picture = 0, at = 0; picture < n * c; picture++) {
      for (let p = 0; p < rows.starts.length; p++) {
        for (let q = 0; q < columns.starts.length; q++) {
          const share = from[at++] / (rows.divisors[p] * columns.divisors[q]);
          for (let row = rows.starts[p]; row < rows.ends[p]; row++) {
            const line = (picture * height + row) * width;
            for (let column = columns.starts[q]; column < columns.ends[q]; column++) to[line + column] += share;
          }
        }
      }
    }
    return y;
  },

  simd: () => spreadMeans.plain,
};
