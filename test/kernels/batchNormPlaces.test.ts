import { describe, expect, test } from "vitest";
import { type NDArray, zeros } from "../../src/kernels/array.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";
import { drawn, floats, sprinkled } from "./alike.ts";

const fast = wasmKernels() as typeof reference;

/** Every rest of a group of four channels, odd and even numbers of places, one example, one channel. */
const shapes = [
  [3, 5, 33],
  [2, 4, 64],
  [1, 130, 2],
  [7, 3, 16],
  [5, 6, 9],
  [9, 1, 31],
  [2, 2, 784],
];

const bitsOf = (arrays: readonly (NDArray | Float64Array)[]) =>
  arrays.map((x) => Array.from("dtype" in x ? x.data : x));

describe.each(floats)("batch norm over places, in %s", (dtype) => {
  test.each(shapes)("has the bits of the plain loops for [%i, %i, %i]", (n, c, l) => {
    for (const special of [[], [Number.NaN, Number.POSITIVE_INFINITY, 1e30, -0]]) {
      const x = special.length === 0 ? drawn([n, c, l], dtype) : sprinkled(drawn([n, c, l], dtype), special, 97);
      const [g, weight, bias] = [drawn([n, c, l], dtype, 2), drawn([c], dtype, 3), drawn([c], dtype, 4)];
      const [own, plain] = [fast, reference].map((k) => {
        const statistics = k.batchStatistics(x);
        const { mean, variance, count } = statistics;
        expect(count).toBe(n * l);
        return [
          mean,
          variance,
          k.batchNorm(x, statistics, weight, bias, 1e-5),
          ...k.batchNormBackward(g, x, statistics, weight, 1e-5, true),
          ...k.batchNormBackward(g, x, statistics, weight, 0.25, false),
        ];
      });
      expect(bitsOf(own)).toEqual(bitsOf(plain));
    }
  });

  test("leaves what is empty, and rows, to others", () => {
    for (const shape of [
      [0, 3, 4],
      [3, 4, 0],
    ]) {
      const x = zeros(dtype, shape);
      const one = zeros(dtype, [shape[1]]);
      const statistics = reference.batchStatistics(x);
      expect(fast.batchNorm(x, statistics, one, one, 1).data.length).toBe(0);
    }
  });
});
