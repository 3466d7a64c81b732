import { expect, test } from "vitest";
import { NDArray } from "../../../../src/kernels/array.ts";
import {
  binned,
  coordinatesOf,
  countsOf,
  placesAmong,
  reachOf,
} from "../../../../src/kernels/beside/statistics/counts.ts";

const drawn = (length: number, of: number) => Int32Array.from({ length }, (_, i) => (i * 7919 + (i >> 3)) % of);

test.each([1, 5, 4096, 4097])("every number below %i is counted, at any length", (size) => {
  for (const length of [0, 1, 2, 3, 5, 10_007]) {
    const labels = drawn(length, size);
    const expected = new Int32Array(size);
    for (const label of labels) expected[label]++;
    expect(countsOf(labels, size)).toEqual(expected);
    expect(reachOf(labels)).toBe(labels.reduce((most, label) => Math.max(most, label + 1), 0));
  }
  expect(reachOf(Int32Array.of(3, -1))).toBe(-1);
});

test("coordinates are those of every index that is not 0", () => {
  const data = drawn(3 * 1 * 5 * 2, 3);
  const expected: number[] = [];
  for (let i = 0; i < 3; i++)
    for (let k = 0; k < 5; k++)
      for (let l = 0; l < 2; l++) if (data[(i * 5 + k) * 2 + l] !== 0) expected.push(i, 0, k, l);
  expect([...coordinatesOf(new NDArray(data, [3, 1, 5, 2], "int32"))]).toEqual(expected);
});

test.each([false, true])("values have their places among sorted ones, by blocks and at once, right: %s", (right) => {
  for (const [edges, perRow] of [
    [3, 5000],
    [200, 2],
    [1, 4096],
    [0, 3],
  ]) {
    const sorted = new NDArray(
      Float32Array.from({ length: 2 * edges }, (_, i) => (i % edges) / 2),
      [2, edges],
      "float32",
    );
    const values = Float64Array.from({ length: 2 * perRow }, (_, i) => (i % 11 === 0 ? Number.NaN : (i % 9) / 2 - 1));
    const places = placesAmong(sorted, new NDArray(values, [2, perRow], "float64"), right);
    const expected = Array.from(values, (value, i) => {
      const row = Array.from(sorted.data).slice(Math.floor(i / perRow) * edges, (Math.floor(i / perRow) + 1) * edges);
      return row.filter((edge) => (right ? !(edge > value) : !(edge >= value))).length;
    });
    expect(Array.from(places.data)).toEqual(expected);
  }
});

test("values fall into the same bins whether or not these are guessed", () => {
  const values = Float32Array.from({ length: 9001 }, (_, i) =>
    i % 97 === 0 ? Number.NaN : ((i * 7919) % 2003) / 100 - 6,
  );
  for (const bins of [1, 3, 10, 1000]) {
    const edges = Float32Array.from({ length: bins + 1 }, (_, i) => Math.fround(-5 + (15 * i) / bins));
    const [guessed, sought, weighted] = [0, 0, 0].map(() => new Float32Array(bins));
    binned(values, edges, null, true, guessed);
    binned(values, edges, null, false, sought);
    binned(
      values,
      edges,
      values.map(() => 2),
      true,
      weighted,
    );
    const expected = new Float32Array(bins);
    for (const value of values) {
      const bin = edges.findIndex(
        (edge, i) => value >= edge && (value < edges[i + 1] || (i === bins - 1 && value === edges[bins])),
      );
      if (bin >= 0) expected[bin]++;
    }
    expect(guessed).toEqual(expected);
    expect(sought).toEqual(expected);
    expect(weighted).toEqual(expected.map((count) => 2 * count));
  }
  // Bins whose width, or the number of which in a unit, is beyond any number.
  for (const edges of [Float64Array.of(0, 5e-324, 1e-323), Float64Array.of(-1e308, 0, 1e308)]) {
    const sums = new Float64Array(2);
    binned(edges, edges, null, true, sums);
    expect([...sums]).toEqual([1, 2]);
  }
});
