import { type Shape, sizeOf } from "../../base/dtype.ts";
import { empty, type NDArray } from "../array.ts";
import { narrow } from "./walk.ts";
import { placesAlong } from "./ways.ts";

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

/** `y[i][j][k] = x[i][index[i][j][k]][k]` for `dim` 1, and so for the others. */
export function gather(x: NDArray, index: NDArray, dim: number): NDArray {
  const places = placesAlong(index, x.shape, dim);
  const y = empty(x.dtype, index.shape);
  const [from, to] = [x.data, y.data];
  for (let at = 0; at < places.length; at++) to[at] = from[places[at]];
  return y;
}

/** The reverse of {@link gather}: each `g` added where it came from, in zeros of `shape`. */
export function scatterAdd(g: NDArray, index: NDArray, dim: number, shape: Shape): NDArray {
  const places = placesAlong(index, shape, dim);
  const y = empty(g.dtype, shape);
  const [from, to] = [g.data, y.data];
  to.fill(0);
  for (let at = 0; at < places.length; at++) to[places[at]] += from[at];
  return y;
}

/** The flat positions of all elements that are not zero. */
export function nonzero({ data }: NDArray): NDArray {
  let count = 0;
  // By numbers, and not by branches: of a random mask a processor foretells every other wrongly, which takes five times as long.
  for (let i = 0; i < data.length; i++) count += Number(data[i] !== 0);
  const y = empty("int32", [count]);
  const to = y.data;
  for (let i = 0, at = 0; at < count; i++) {
    to[at] = i;
    at += Number(data[i] !== 0);
  }
  return y;
}
