import { Generator, randn } from "evenkeel";
import { expect } from "vitest";
import { type Dtype, type Shape, sizeOf } from "../../src/base/dtype.ts";
import { NDArray } from "../../src/kernels/array.ts";
import { expectClose } from "../close.ts";

/** The dtypes that have SIMD kernels. */
export const floats = ["float32", "float64"] as const;

/** Those dtypes. */
export type FloatType = (typeof floats)[number];

/** What the sets of kernels may differ by, in proportion to the largest number. */
const tolerance = { float32: 1e-6, float64: 1e-14 };

/** Shapes to reduce along the middle: every rest of a vector of columns or rows, one, and none. */
export const layouts: readonly Shape[] = [
  ...Array.from({ length: 19 }, (_, i) => [2 + (i % 3), 129, i + 1]),
  ...Array.from({ length: 19 }, (_, i) => [257, i + 1, 1]),
  [100, 1, 3],
  [1, 1000, 1],
  [2, 33, 200],
  [5, 27, 8],
  [0, 3, 2],
  [3, 2, 0],
];

/** Numbers from a normal distribution, the same every time. */
export function drawn(shape: Shape, dtype: FloatType, seed = 1): NDArray {
  return randn(shape, { dtype, generator: new Generator().manualSeed(seed) }).array;
}

/** An array of given numbers, repeated. */
export function filled(shape: Shape, dtype: Dtype, values: readonly number[]): NDArray {
  const numbers = Array.from({ length: sizeOf(shape) }, (_, i) => values[i % values.length]);
  const data = dtype === "float32" ? Float32Array : dtype === "float64" ? Float64Array : Int32Array;
  return new NDArray(data.from(numbers), shape, dtype);
}

/** `x` with some of its numbers replaced. */
export function sprinkled(x: NDArray, values: readonly number[], every: number): NDArray {
  const data = x.data.slice();
  for (let i = 0; i < data.length; i += every) data[i] = values[(i / every) % values.length];
  return new NDArray(data, x.shape, x.dtype);
}

/** The same shape, dtype, NaN and infinities, and numbers alike. */
export function expectAlike(actual: NDArray, expected: NDArray, atLeast = 0): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.dtype).toBe(expected.dtype);
  const kind = (x: number) => (Number.isFinite(x) ? "number" : String(x));
  expect(Array.from(actual.data, kind)).toEqual(Array.from(expected.data, kind));
  const finite = (data: ArrayLike<number>) => Array.from(data).filter((_, i) => Number.isFinite(expected.data[i]));
  const allowed = tolerance[expected.dtype as FloatType];
  expectClose(finite(actual.data), finite(expected.data), allowed, allowed * atLeast + 1e-40);
}
