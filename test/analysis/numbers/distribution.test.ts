import { describe, expect, test } from "vitest";
import { histogramOf, momentsOf, quantile, sketch, wasserstein } from "../../../src/analysis/numbers/distribution.ts";

/** Sorted numbers, at uneven distances. */
const sorted = (size: number) => Float64Array.from({ length: size }, (_, i) => i + ((i * 7) % 5) / 8);

/** Each number so many times. */
const repeated = (values: ArrayLike<number>, times: number) =>
  Array.from(values).flatMap((value) => new Array<number>(times).fill(value));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("a sketch", () => {
  test.each([
    [5, 2],
    [7, 3],
    [8, 4],
    [9, 8],
    [100, 7],
  ])("of %i numbers has %i means of equal shares", (size, most) => {
    const values = sorted(size);
    const parts = repeated(values, most);
    const expected = Array.from({ length: most }, (_, i) => mean(parts.slice(i * size, (i + 1) * size)));
    const made = sketch(values, most);
    expect(made.length).toBe(most);
    for (const [i, value] of expected.entries()) expect(made[i]).toBeCloseTo(value, 10);
  });

  test("of as many numbers as it may have is these, and of more has 1,024", () => {
    const [few, many] = [sorted(1024), sorted(1025)];
    expect(sketch(few)).toBe(few);
    expect(sketch(many).length).toBe(1024);
  });
});

test.each([
  [3, 3],
  [2, 5],
  [6, 4],
  [1, 7],
])("the distance of %i and %i numbers is that of as many, each repeated", (n, m) => {
  const [a, b] = [sorted(n), sorted(m).map((x) => 1.5 * x - 2)];
  const [all, others] = [repeated(a, m), repeated(b, n)];
  expect(wasserstein(a, b)).toBeCloseTo(mean(all.map((x, i) => Math.abs(x - others[i]))), 12);
});

test("a share lies between two numbers in proportion", () => {
  const values = [1, 3, 7];
  expect([0, 0.25, 0.5, 0.75, 1].map((share) => quantile(values, share))).toEqual([1, 2, 3, 5, 7]);
  expect(quantile([4], 0.3)).toBe(4);
});

test("numbers fall into bins that have their lower edge, those beyond into the outermost", () => {
  expect(histogramOf(Float64Array.of(-1, 0, 0.5, 1, 1.5, 2, 9), [0, 1, 2])).toEqual([3, 4]);
  expect(histogramOf(Float64Array.of(5, 6), [0, 1, 2, 3])).toEqual([0, 0, 2]);
});

test("moments are those of what is finite, and there are none of nothing", () => {
  expect(momentsOf(Float64Array.of(1, Number.NaN, 3, Number.POSITIVE_INFINITY, 8))).toEqual({
    mean: 4,
    variance: 26 / 3,
  });
  expect(momentsOf(Float64Array.of(Number.NaN))).toBeNull();
});
