import { sizeOf } from "../../base/dtype.ts";
import { around, empty, type NDArray, zeros } from "../array.ts";
import { narrow } from "./walk.ts";

/** Row `index[i]` of `x` for each `i`: shape `[...index.shape, ...x.shape.slice(1)]`. */
export function rows(x: NDArray, index: NDArray): NDArray {
  const width = sizeOf(x.shape.slice(1));
  const y = empty(x.dtype, [...index.shape, ...x.shape.slice(1)]);
  // Read once: within the loops V8 would ask each time which kind of array they are.
  const [from, to, places] = [x.data, y.data, index.data];
  for (let i = 0, at = 0; i < places.length; i++) {
    const start = places[i] * width;
    if (width < narrow) for (let j = 0; j < width; j++) to[at++] = from[start + j];
    else {
      to.set(from.subarray(start, start + width), at);
      at += width;
    }
  }
  return y;
}

/** The reverse of {@link rows}: the rows of `g` added up where they came from, in zeros of `count` rows. */
export function addRows(g: NDArray, index: NDArray, count: number): NDArray {
  const tail = g.shape.slice(index.shape.length);
  const width = sizeOf(tail);
  const y = empty(g.dtype, [count, ...tail]);
  const [from, to, places] = [g.data, y.data, index.data];
  to.fill(0);
  for (let i = 0, at = 0; i < places.length; i++) {
    const start = places[i] * width;
    for (let j = 0; j < width; j++) to[start + j] += from[at++];
  }
  return y;
}

/** Where element `at` of an index array of that shape stands in a larger array: dimension by dimension. */
function offsets(index: NDArray, shape: readonly number[], dim: number): Int32Array {
  const places = new Int32Array(index.data.length);
  const [, length, inner] = around(index.shape, dim, dim + 1);
  for (let at = 0; at < places.length; at++) {
    let rest = at;
    let place = 0;
    let stride = 1;
    for (let d = shape.length - 1; d >= 0; d--) {
      const coordinate = rest % index.shape[d];
      rest = Math.floor(rest / index.shape[d]);
      place += stride * (d === dim ? index.data[at] : coordinate);
      stride *= shape[d];
    }
    places[at] = place;
  }
  return length * inner === 0 ? new Int32Array(0) : places;
}

/** `y[i][j][k] = x[i][index[i][j][k]][k]` for `dim` 1, and so for the others. */
export function gather(x: NDArray, index: NDArray, dim: number): NDArray {
  const places = offsets(index, x.shape, dim);
  const y = zeros(x.dtype, index.shape);
  for (let at = 0; at < places.length; at++) y.data[at] = x.data[places[at]];
  return y;
}

/** The reverse of {@link gather}: each `g` added where it came from, in zeros of `shape`. */
export function scatterAdd(g: NDArray, index: NDArray, dim: number, shape: readonly number[]): NDArray {
  const places = offsets(index, shape, dim);
  const y = zeros(g.dtype, shape);
  for (let at = 0; at < places.length; at++) y.data[places[at]] += g.data[at];
  return y;
}

/** The flat positions of all elements that are not zero. */
export function nonzero(mask: NDArray): NDArray {
  let count = 0;
  for (let i = 0; i < mask.data.length; i++) if (mask.data[i] !== 0) count++;
  const y = zeros("int32", [count]);
  for (let i = 0, at = 0; i < mask.data.length; i++) if (mask.data[i] !== 0) y.data[at++] = i;
  return y;
}
