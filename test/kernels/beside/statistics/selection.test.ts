import fc from "fast-check";
import { expect, test } from "vitest";
import type { Dtype } from "../../../../src/base/dtype.ts";
import { NDArray } from "../../../../src/kernels/array.ts";
import { selectionOf } from "../../../../src/kernels/beside/statistics/selection.ts";
import { argsort } from "../../../../src/kernels/reference/index.ts";
import { filled } from "../../alike.ts";

const number = fc.oneof(
  fc.constantFrom(0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.integer({ min: -3, max: 3 }),
  fc.float({ noNaN: true }),
);

/** Those of the ranks once all are sorted. */
function sorted(x: NDArray, ranks: readonly number[]): number[] {
  const [outer, length, inner] = x.shape;
  const order = argsort(x, 1, false, length);
  return Array.from({ length: outer * ranks.length * inner }, (_, n) => {
    const [row, i] = [Math.floor(n / inner), n % inner];
    return order.data[(Math.floor(row / ranks.length) * length + ranks[row % ranks.length]) * inner + i];
  });
}

test("what is selected stands where sorting says", () => {
  const shape = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 3 }),
  );
  const dtype = fc.constantFrom<Dtype>("float32", "float64", "int32");
  fc.assert(
    fc.property(
      shape,
      dtype,
      fc.array(number, { minLength: 1 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      (shape, dtype, values, any) => {
        const x = filled(shape, dtype, values);
        const ranks = any.map((rank) => rank % shape[1]);
        const y = selectionOf.plain([x], { dim: 1, ranks, missing: false });
        expect(y.shape).toEqual([shape[0], ranks.length, shape[2]]);
        expect([...y.data]).toEqual(sorted(x, ranks));
      },
    ),
    { numRuns: 200 },
  );
});

test("of a line with NaN the first is taken, where that is asked for", () => {
  const x = filled([2, 5], "float32", [3, Number.NaN, 1, Number.NaN, 0, 5, 4, 3, 2, 1]);
  expect([...selectionOf.plain([x], { dim: 1, ranks: [0, 4], missing: true }).data]).toEqual([1, 1, 4, 0]);
  expect([...selectionOf.plain([x], { dim: 1, ranks: [0, 3, 4], missing: false }).data]).toEqual([4, 1, 3, 4, 1, 0]);
});

// From 600 on a sample is taken: lines that rise, fall, have a peak or few values, and others.
test.each([
  ["rises", (i: number) => i],
  ["falls", (i: number) => -i],
  ["has a peak", (i: number) => -Math.abs(i - 30_000)],
  ["has few values", (i: number) => (i * 7919) % 5],
  ["is one value", () => 3],
  ["is in no order", (i: number) => (i * 7919) % 65_537],
])("a long line that %s", (_, at) => {
  for (const length of [601, 602, 60_001]) {
    const x = new NDArray(
      Float32Array.from({ length }, (_, i) => at(i)),
      [1, length, 1],
      "float32",
    );
    const ranks = [0, 1, 300, length >> 1, Math.floor(length * 0.9), length - 1];
    expect([...selectionOf.plain([x], { dim: 1, ranks, missing: false }).data]).toEqual(sorted(x, ranks));
  }
});
