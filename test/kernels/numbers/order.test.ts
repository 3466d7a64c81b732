import fc from "fast-check";
import { expect, test } from "vitest";
import type { Data, Dtype } from "../../../src/base/dtype.ts";
import { NDArray } from "../../../src/kernels/array.ts";
import { atOnce } from "../../../src/kernels/numbers/order.ts";
import { argsort } from "../../../src/kernels/reference/reduce.ts";

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

const dtypes = new Map<unknown, Dtype>([
  [Float32Array, "float32"],
  [Float64Array, "float64"],
  [Int32Array, "int32"],
  [Uint8Array, "bool"],
]);

/** Where the first `count` of one line stand. */
function orderOf(line: Data, descending: boolean, count: number): number[] {
  const x = new NDArray(line, [line.length], dtypes.get(line.constructor) as Dtype);
  return Array.from(argsort(x, 0, descending, count).data);
}

test.each(Object.entries(kinds))("a line of %s is sorted, its first few too", (_, lines) => {
  fc.assert(
    fc.property(lines as fc.Arbitrary<Float32Array<ArrayBuffer>>, fc.boolean(), fc.nat(8), (line, descending, few) => {
      const order = expected(line, descending);
      for (const count of [line.length, Math.min(few, line.length)]) {
        expect(orderOf(line.slice(), descending, count)).toEqual(order.slice(0, count));
      }
    }),
    { numRuns: 100 },
  );
});

test("many lines are sorted as each of them, whatever they lie between", () => {
  for (const shape of [
    [700, 120, 1],
    [3, 17, 5],
    [2, atOnce / 2 + 1, 1],
    [5, 40, atOnce / 128],
    [2, 3, 0],
    [2, 0, 3],
  ]) {
    const size = shape.reduce((product, length) => product * length, 1);
    const x = new NDArray(
      Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 1009) - 500),
      shape,
      "float32",
    );
    const [outer, length, inner] = shape;
    for (const count of [length, length >> 1]) {
      const y = argsort(x, 1, true, count);
      expect(y.shape).toEqual([outer, count, inner]);
      for (let line = 0; line < outer * inner; line += 1 + (outer * inner) / 7) {
        const [o, i] = [Math.floor(Math.floor(line) / inner), Math.floor(line) % inner];
        const own = Float32Array.from({ length }, (_, l) => x.data[(o * length + l) * inner + i]);
        const places = Array.from({ length: count }, (_, l) => y.data[(o * count + l) * inner + i]);
        expect(places).toEqual(orderOf(own, true, count));
      }
    }
  }
});

test("a line too long for keys and places in one number is sorted all the same", () => {
  const line = Float32Array.from({ length: 2 ** 21 + 3 }, (_, i) => (i * 7919) % 1000);
  const order = orderOf(line, true, 4);
  expect(Array.from(order, (at) => line[at])).toEqual([999, 999, 999, 999]);
  expect([...order].sort((a, b) => a - b)).toEqual(order);
  expect(order[0]).toBe(line.indexOf(999));
});
