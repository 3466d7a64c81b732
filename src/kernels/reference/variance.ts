import { around, type NDArray, without, zeros, zerosLike } from "../array.ts";
import { rootAlong, squaresAlong, sumAlong } from "./along.ts";

/** The mean square distance from the mean, over dimensions `[start, end)`, divided by the count less `correction`. */
export function variance(x: NDArray, start: number, end: number, correction: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros(x.dtype, without(x.shape, start, end));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * length * inner + i;
      const mean = sumAlong(x.data, at, length, inner) / length;
      y.data[o * inner + i] = squaresAlong(x.data, at, length, inner, mean) / Math.max(0, length - correction);
    }
  }
  return y;
}

/** The gradient of {@link variance}: `2·g·(x − mean)/(count − correction)`. */
export function varianceBackward(g: NDArray, x: NDArray, start: number, end: number, correction: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const dx = zerosLike(x);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * length * inner + i;
      const mean = sumAlong(x.data, at, length, inner) / length;
      const scale = (2 * g.data[o * inner + i]) / Math.max(0, length - correction);
      for (let l = 0; l < length; l++) dx.data[at + l * inner] = scale * (x.data[at + l * inner] - mean);
    }
  }
  return dx;
}

/** The root of {@link variance}, rounded once. */
export function std(x: NDArray, start: number, end: number, correction: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros(x.dtype, without(x.shape, start, end));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * length * inner + i;
      const mean = sumAlong(x.data, at, length, inner) / length;
      y.data[o * inner + i] = rootAlong(x.data, at, length, inner, mean, Math.max(0, length - correction));
    }
  }
  return y;
}

/** The gradient of {@link std}: `g·(x − mean)/(y·(count − correction))`, and 0 where `y` is. */
export function stdBackward(g: NDArray, x: NDArray, start: number, end: number, correction: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const dx = zerosLike(x);
  const divisor = Math.max(0, length - correction);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * length * inner + i;
      const mean = sumAlong(x.data, at, length, inner) / length;
      const root = rootAlong(x.data, at, length, inner, mean, divisor);
      if (root === 0) continue;
      const slope = g.data[o * inner + i] / divisor;
      for (let l = 0; l < length; l++) dx.data[at + l * inner] = ((x.data[at + l * inner] - mean) / root) * slope;
    }
  }
  return dx;
}

/** `√Σ x²` over dimensions `[start, end)`, rounded once. */
export function norm2(x: NDArray, start: number, end: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros(x.dtype, without(x.shape, start, end));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++)
      y.data[o * inner + i] = rootAlong(x.data, o * length * inner + i, length, inner, 0, 1);
  }
  return y;
}

/** The gradient of {@link norm2}: `g·x/y`, and 0 where `y` is. */
export function norm2Backward(g: NDArray, x: NDArray, start: number, end: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const dx = zerosLike(x);
  const [from, to] = [x.data, dx.data];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * length * inner + i;
      const root = rootAlong(from, at, length, inner, 0, 1);
      if (root === 0) continue;
      const slope = g.data[o * inner + i];
      for (let l = 0; l < length; l++) to[at + l * inner] = (from[at + l * inner] / root) * slope;
    }
  }
  return dx;
}
