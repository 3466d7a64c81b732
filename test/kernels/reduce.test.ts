import { randn } from "evenkeel";
import { describe, expect, test } from "vitest";
import { NDArray } from "../../src/kernels/array.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";
import * as reference from "../../src/kernels/reference/index.ts";
import { wasmKernels } from "../../src/kernels/wasm/index.ts";
import { drawn, expectAlike, filled, floats, layouts, sprinkled } from "./alike.ts";
import { freePlace } from "./memory/freePlace.ts";

type Names = "sum" | "variance" | "varianceBackward" | "std" | "stdBackward" | "norm2";
const wasm = wasmKernels() as Pick<Kernels, Names>;
const sets = [
  ["SIMD", wasm],
  ["plain", reference as Pick<Kernels, Names>],
] as const;

describe.each(floats)("over the middle, in %s,", (dtype) => {
  test.each(layouts)("the sum of [%i, %i, %i] is the reference's", (...shape) => {
    const x = drawn(shape, dtype);
    expectAlike(wasm.sum(x, 1, 2), reference.sum(x, 1, 2), 1);
  });

  test.each(layouts)("the variance of [%i, %i, %i] and its gradient are the reference's", (...shape) => {
    const x = drawn(shape, dtype);
    const g = drawn([shape[0], shape[2]], dtype, 2);
    for (const correction of [0, 1, 5.5]) {
      const settings = [1, 2, correction] as const;
      expectAlike(wasm.variance(x, ...settings), reference.variance(x, ...settings), 1);
      expectAlike(wasm.varianceBackward(g, x, ...settings), reference.varianceBackward(g, x, ...settings), 10);
      expectAlike(wasm.std(x, ...settings), reference.std(x, ...settings), 1);
      expectAlike(wasm.stdBackward(g, x, ...settings), reference.stdBackward(g, x, ...settings), 1);
    }
    expectAlike(wasm.norm2(x, 1, 2), reference.norm2(x, 1, 2), 1);
  });

  test("NaN and infinities are what they are to the reference", () => {
    for (const shape of [
      [3, 131, 1],
      [2, 19, 11],
    ]) {
      const g = drawn([shape[0], shape[2]], dtype, 2);
      for (const [values, every] of [
        [[Number.NaN], 37],
        [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], 113],
        [[Number.POSITIVE_INFINITY], 17],
        [[-0, 1e-42, -1e-42], 1],
      ] as const) {
        const x = sprinkled(drawn(shape, dtype), values, every);
        expectAlike(wasm.sum(x, 1, 2), reference.sum(x, 1, 2), 1);
        expectAlike(wasm.variance(x, 1, 2, 1), reference.variance(x, 1, 2, 1), 1);
        expectAlike(wasm.std(x, 1, 2, 1), reference.std(x, 1, 2, 1), 1);
        expectAlike(wasm.norm2(x, 1, 2), reference.norm2(x, 1, 2), 1);
        expectAlike(wasm.stdBackward(g, x, 1, 2, 1), reference.stdBackward(g, x, 1, 2, 1), 1);
        expectAlike(wasm.varianceBackward(g, x, 1, 2, 1), reference.varianceBackward(g, x, 1, 2, 1), 10);
      }
    }
  });

  test("several dimensions, and all, are one run", () => {
    const x = drawn([3, 4, 5, 6], dtype);
    for (const [start, end] of [
      [0, 1],
      [0, 4],
      [1, 3],
      [2, 4],
      [2, 2],
    ]) {
      expectAlike(wasm.sum(x, start, end), reference.sum(x, start, end), 1);
      expectAlike(wasm.variance(x, start, end, 0), reference.variance(x, start, end, 0), 1);
    }
  });

  test("the variance is that of the deviations where the mean is a million of them", () => {
    const noise = drawn([64, 6], dtype);
    const x = new NDArray(noise.data.map((value) => value + 1e6) as typeof noise.data, [64, 6], dtype);
    expectAlike(wasm.variance(x, 0, 1, 1), reference.variance(x, 0, 1, 1));
    const g = filled([6], dtype, [1]);
    expectAlike(wasm.varianceBackward(g, x, 0, 1, 1), reference.varianceBackward(g, x, 0, 1, 1));
  });
});

describe.each(sets)("roots of squares that leave float64, by the %s loops,", (_, kernels) => {
  test.each([1e-300, 1e-200, 1e-140, 1e150, 1e200, 1e300])("are as large as numbers about %d", (magnitude) => {
    const x = filled([300, 1], "float64", [3 * magnitude, 5 * magnitude]);
    expect(kernels.std(x, 0, 1, 0).data[0] / magnitude).toBeCloseTo(1, 12);
    expect(kernels.norm2(x, 0, 1).data[0] / magnitude).toBeCloseTo(Math.sqrt(150 * 34), 12);
  });
});

// One number in front of many that are half its last place: added one after the other each is rounded away.
describe.each(sets)("a long sum of float64, by the %s loops,", (_, kernels) => {
  const length = 4097;
  const small = 2 ** -53;

  test.each([1, 3, 4, 9])("loses nothing, of %i columns", (inner) => {
    const x = filled([length, inner], "float64", [small]);
    x.data.fill(1, 0, inner);
    const sequential = Array.from({ length }, (_, i) => x.data[i * inner]).reduce((a, b) => a + b);
    expect(sequential).toBe(1);
    expect([...kernels.sum(x, 0, 1).data]).toEqual(Array.from({ length: inner }, () => 1 + 4096 * small));
  });

  test.each([1, 5])("keeps what large numbers leave when they cancel, of %i columns", (inner) => {
    const x = filled([length, inner], "float64", [1]);
    x.data.fill(1e16, 0, inner);
    x.data.fill(-1e16, (length - 1) * inner);
    // Two units in the last place of the largest are what halves of halves would lose at most; all, one after the other.
    for (const y of kernels.sum(x, 0, 1).data) expect(Math.abs(y - (length - 2))).toBeLessThanOrEqual(4);
  });

  test("of squares loses nothing", () => {
    for (const inner of [1, 3]) {
      // The mean is 0: a large pair, and many small ones.
      const x = filled([length - 1, inner], "float64", [0]);
      for (let i = 0; i < x.data.length; i++) x.data[i] = (Math.floor(i / inner) % 2 ? -1 : 1) * 2 ** -27;
      x.data.fill(1, 0, inner);
      x.data.fill(-1, inner, 2 * inner);
      const exact = 2 + 4094 * 2 ** -54;
      for (const y of kernels.variance(x, 0, 1, length - 2).data) expect(Math.abs(y - exact)).toBeLessThan(5e-16);
    }
  });
});

test("a running sum of float64 loses nothing", () => {
  const x = filled([4097], "float64", [2 ** -53]);
  x.data[0] = 1;
  expect(reference.cumsum(x, 0).data[4096]).toBe(1 + 4096 * 2 ** -53);
});

test("sums of whole numbers are exact, and wrap", () => {
  const x = filled([40, 3], "int32", [2 ** 30, 7, -5]);
  expect(wasm.sum(x, 0, 1)).toEqual(reference.sum(x, 0, 1));
  expect([...wasm.sum(x, 0, 1).data]).toEqual([0, 280, -200]);
});

test("a mean gives the memory of its sum back", () => {
  const x = randn([3, 1200]);
  const before = freePlace(1200);
  x.mean(0);
  expect(freePlace(1200)).toBe(before);
});
