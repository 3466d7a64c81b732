import { around, type NDArray, without, zeros, zerosLike } from "../array.ts";
import { squaresAlong, sumAlong } from "./along.ts";

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
