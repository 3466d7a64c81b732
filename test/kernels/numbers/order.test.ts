import fc from "fast-check";
import { expect, test } from "vitest";
import { orderOf } from "../../../src/kernels/numbers/order.ts";

const special = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e-45,
  -1e-45,
);
const floats = fc.array(fc.oneof(special, fc.float()), { maxLength: 200 });

const kinds = {
  float32: floats.map((values) => Float32Array.from(values)),
  "float32 with NaN of any bits": fc
    .array(fc.oneof(fc.integer(), fc.constantFrom(-1, 0x7fc00000, 0x7f800001)), { maxLength: 200 })
    .map((bits) => new Float32Array(Int32Array.from(bits).buffer)),
  float64: floats.map((values) => Float64Array.from(values)),
  int32: fc
    .array(fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1)), { maxLength: 200 })
    .map((values) => Int32Array.from(values)),
  bool: fc.array(fc.nat(1), { maxLength: 200 }).map((values) => Uint8Array.from(values)),
};

/** By how many elements stand before each. */
function expected(line: ArrayLike<number>, descending: boolean): number[] {
  const values = Array.from(line);
  const rank = (x: number) => (Number.isNaN(x) ? 2 : 1);
  const isBefore = (a: number, b: number) => rank(a) < rank(b) || a < b;
  const order: number[] = [];
  values.forEach((x, at) => {
    const before = values.filter(
      (other, i) =>
        (descending ? isBefore(x, other) : isBefore(other, x)) ||
        (!isBefore(x, other) && !isBefore(other, x) && i < at),
    );
    order[before.length] = at;
  });
  return order;
}

test.each(Object.entries(kinds))("a line of %s is sorted, its first few too", (_, lines) => {
  fc.assert(
    fc.property(lines as fc.Arbitrary<Float32Array<ArrayBuffer>>, fc.boolean(), fc.nat(8), (line, descending, few) => {
      const order = expected(line, descending);
      for (const count of [line.length, Math.min(few, line.length)]) {
        expect([...Array.from(orderOf(line.slice(), descending, count))]).toEqual(order.slice(0, count));
      }
    }),
    { numRuns: 100 },
  );
});

test("a line too long for keys and places in one number is sorted all the same", () => {
  const line = Float32Array.from({ length: 2 ** 20 + 3 }, (_, i) => (i * 7919) % 1000);
  const order = orderOf(line, true, 4);
  expect(Array.from(order, (at) => line[at])).toEqual([999, 999, 999, 999]);
  expect([...Array.from(order)].sort((a, b) => a - b)).toEqual(Array.from(order));
  expect(order[0]).toBe(line.indexOf(999));
});
