import fc from "fast-check";
import { expect, test } from "vitest";
import { NDArray } from "../../../src/kernels/array.ts";
import {
  addPart,
  cat,
  diagonal,
  expand,
  flip,
  permute,
  slice,
  triangle,
  undiagonal,
  unslice,
} from "../../../src/kernels/reference/shape.ts";

/** Sizes on both sides of those at which elements are moved in strips, or whole rows at once. */
const shapes = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 14, max: 18 }), fc.constant(70)), {
  maxLength: 4,
});
const fits = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1) < 40_000;
const numbered = (shape: readonly number[]) => {
  const size = shape.reduce((product, length) => product * length, 1);
  // Of each kind of array in turn, for some have loops of their own.
  const [dtype, kind] = kinds[size % kinds.length];
  return new NDArray(new kind(Array.from({ length: size }, (_, i) => i)), shape, dtype);
};
const kinds = [
  ["float32", Float32Array],
  ["float64", Float64Array],
  ["int32", Int32Array],
] as const;

/** Every index into a shape, in order. */
function* indices(shape: readonly number[]): Generator<number[]> {
  const size = shape.reduce((product, length) => product * length, 1);
  for (let at = 0; at < size; at++) {
    const index: number[] = [];
    for (let d = shape.length - 1, rest = at; d >= 0; rest = Math.floor(rest / shape[d]), d--)
      index.unshift(rest % shape[d]);
    yield index;
  }
}

const place = (shape: readonly number[], index: readonly number[]) =>
  shape.reduce((at, size, d) => at * size + index[d], 0);

test("dimensions in another order have each element where its index says", () => {
  const order = fc.array(fc.nat(), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(shapes.filter(fits), order, (shape, keys) => {
      const dims = shape.map((_, d) => d).sort((a, b) => keys[a] - keys[b] || a - b);
      const x = numbered(shape);
      const y = permute(x, dims);
      expect(y.shape).toEqual(dims.map((d) => shape[d]));
      const expected = [...indices(y.shape)].map((index) =>
        place(
          shape,
          shape.map((_, d) => index[dims.indexOf(d)]),
        ),
      );
      expect([...y.data]).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test("triangles and diagonals of matrices are where their indices say", () => {
  const side = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constant(70));
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 }),
      side,
      side,
      fc.integer({ min: -75, max: 75 }),
      (n, rows, columns, at) => {
        const shape = [n, rows, columns];
        const x = numbered(shape);
        for (const upper of [true, false]) {
          const isIn = ([, row, column]: number[]) => (upper ? column - row >= at : column - row <= at);
          const expected = [...indices(shape)].map((index) => (isIn(index) ? place(shape, index) : 0));
          expect([...triangle(x, at, upper).data]).toEqual(expected);
        }
        const matrix = numbered([rows, columns]);
        const on = [...indices([rows, columns])].filter(([row, column]) => column - row === at);
        const line = diagonal(matrix, at);
        expect([...line.data]).toEqual(on.map((index) => place([rows, columns], index)));
        const back = undiagonal(line, at, rows, columns);
        expect([...back.data]).toEqual(
          [...indices([rows, columns])].map((index) =>
            index[1] - index[0] === at ? place([rows, columns], index) : 0,
          ),
        );
      },
    ),
    { numRuns: 100 },
  );
});

test("several dimensions are turned round at once", () => {
  fc.assert(
    fc.property(shapes.filter(fits), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (shape, isTurned) => {
      const dims = shape.flatMap((_, d) => (isTurned[d] ? [d] : []));
      const turned = (index: readonly number[]) => index.map((i, d) => (isTurned[d] ? shape[d] - 1 - i : i));
      expect([...flip(numbered(shape), dims).data]).toEqual(
        [...indices(shape)].map((index) => place(shape, turned(index))),
      );
    }),
    { numRuns: 100 },
  );
});

test("what is expanded repeats along dimensions of one element, and new ones in front", () => {
  const ones = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(shapes.filter(fits), ones, fc.nat(3), (shape, isOne, leading) => {
      const own = shape.map((size, d) => (isOne[d] ? 1 : size)).slice(Math.min(leading, shape.length));
      const y = expand(numbered(own), shape);
      const inOwn = (index: readonly number[]) => index.slice(shape.length - own.length).map((i, d) => i % own[d]);
      expect([...y.data]).toEqual([...indices(shape)].map((index) => place(own, inOwn(index))));
    }),
    { numRuns: 200 },
  );
});

test("parts along a dimension are what their indices say, put back too, and backwards", () => {
  const part = fc.record({ start: fc.nat(5), step: fc.integer({ min: 1, max: 4 }), dim: fc.nat(3) });
  fc.assert(
    fc.property(
      shapes.filter((shape) => shape.length > 0 && fits(shape)),
      part,
      (shape, { start, step, dim: drawn }) => {
        const dim = drawn % shape.length;
        const x = numbered(shape);
        const count = Math.max(0, Math.ceil((shape[dim] - start) / step));
        const moved = (index: readonly number[], to: number) => index.map((i, d) => (d === dim ? to : i));
        const y = slice(x, dim, start, step, count);
        const expected = [...indices(y.shape)].map((i) => place(shape, moved(i, start + i[dim] * step)));
        expect([...y.data]).toEqual(expected);
        const back = unslice(y, dim, start, step, shape[dim]);
        const isIn = (at: number) => at >= start && (at - start) % step === 0;
        expect([...back.data]).toEqual([...indices(shape)].map((i) => (isIn(i[dim]) ? place(shape, i) : 0)));
        addPart(back, y, dim, start, step);
        expect([...back.data]).toEqual([...indices(shape)].map((i) => (isIn(i[dim]) ? 2 * place(shape, i) : 0)));
        const turned = [...indices(shape)].map((i) => place(shape, moved(i, shape[dim] - 1 - i[dim])));
        expect([...flip(x, [dim]).data]).toEqual(turned);
        const [left, right] = [
          slice(x, dim, 0, 1, shape[dim] >> 1),
          slice(x, dim, shape[dim] >> 1, 1, (shape[dim] + 1) >> 1),
        ];
        expect([...cat([left, right], dim).data]).toEqual([...x.data]);
      },
    ),
    { numRuns: 200 },
  );
});
