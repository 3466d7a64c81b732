import {
  at,
  type Dtype,
  Generator,
  grad,
  indexAdd,
  indexPut,
  indexSelect,
  type Part,
  randint,
  roll,
  scatter,
  scatterAdd,
  setAt,
  type Tensor,
  tensor,
  useKernels,
} from "evenkeel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { narrow } from "../../src/kernels/reference/walk.ts";

// What is read and written by index, against loops over coordinates that know nothing of runs, lines or strides. Sizes lie on both
// sides of where rows are copied as a whole, and drawn indices meet at one place.

const generator = new Generator();
const draw = (from: number, to: number): number => randint(from, to, [], { generator }).item<number>();
const pick = <T>(choices: readonly T[]): T => choices[draw(0, choices.length)];
const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);
const drawn = (shape: readonly number[], dtype: Dtype = "float32"): Tensor =>
  randint(0, dtype === "bool" ? 2 : 50, shape, { generator }).to(dtype);
const sizes = [1, 2, 3, 4, narrow - 1, narrow, narrow + 1];
const shapeOf = (ndim: number): number[] => {
  const shape = Array.from({ length: ndim }, () => draw(1, 5));
  shape[draw(0, ndim)] = pick(sizes);
  return shape;
};

/** All coordinates in a shape, in order. */
function* coordinates(shape: readonly number[]): IterableIterator<number[]> {
  if (shape.length === 0) yield [];
  else for (let i = 0; i < shape[0]; i++) for (const rest of coordinates(shape.slice(1))) yield [i, ...rest];
}

const flatOf = (shape: readonly number[], place: readonly number[]) =>
  place.reduce((flat, i, d) => flat * shape[d] + i, 0);

/** An element of what broadcasts to a shape. */
const broadcastAt = (x: Tensor, place: readonly number[]): number => {
  const own = place.slice(place.length - x.ndim).map((i, d) => (x.shape[d] === 1 ? 0 : i));
  return Number(x.data[flatOf(x.shape, own)]);
};

/** A part of so many dimensions, and where each of its elements stands in the whole. */
function drawPart(shape: readonly number[]) {
  const parts: Part[] = [];
  const axes: { size: number; of: (i: number) => number; dim: number }[] = [];
  const fixed = new Map<number, number>();
  const named: { dim: number; index: Tensor; at: number }[] = [];
  const kinds = pick([
    [0, 1, 2, 3, 4, 5],
    [0, 1, 1, 4],
  ]);
  for (const [dim, size] of shape.entries()) {
    const kind = pick(kinds);
    if (kind === 0) {
      const i = draw(-size, size);
      parts.push(i);
      fixed.set(dim, i < 0 ? i + size : i);
    } else if (kind === 1) {
      const [start, end, step] = [draw(-size, size + 1), draw(-size - 1, size + 2), draw(1, 4)];
      parts.push(`${start}:${end}:${step}`);
      const places = [...Array(size).keys()].slice(start, end).filter((_, i) => i % step === 0);
      axes.push({ size: places.length, of: (i) => places[i], dim });
    } else if (kind <= 3) {
      const index = randint(-size, size, pick([[2], [3, 1], [1, 2], []]), { generator });
      parts.push(index);
      named.push({ dim, index, at: axes.length });
    } else {
      parts.push(":");
      axes.push({ size, of: (i) => i, dim });
      if (kind === 5) {
        parts.push(null);
        axes.push({ size: 1, of: () => 0, dim: -1 });
      }
    }
  }
  const all = named.reduce<Tensor>((sum, { index }) => sum.add(index.mul(0)), tensor(0, { dtype: "int32" })).shape;
  const place = named.every(({ at: other }) => other === named[0].at) ? (named[0]?.at ?? 0) : 0;
  const lengths = axes.map(({ size }) => size);
  const partShape = [...lengths.slice(0, place), ...all, ...lengths.slice(place)];
  const places: number[] = [];
  for (const coordinate of coordinates(partShape)) {
    const own = coordinate.slice(place, place + all.length);
    const others = [...coordinate.slice(0, place), ...coordinate.slice(place + all.length)];
    const source = shape.map((_, dim) => fixed.get(dim) ?? 0);
    for (const [a, axis] of axes.entries()) if (axis.dim >= 0) source[axis.dim] = axis.of(others[a]);
    for (const { dim, index } of named) {
      const i = broadcastAt(index, own);
      source[dim] = i < 0 ? i + shape[dim] : i;
    }
    places.push(flatOf(shape, source));
  }
  return { parts, partShape, places };
}

/** Values that broadcast to a shape: of all its sizes, of the last, or with sizes of 1, or one number. */
function valuesFor(shape: readonly number[], dtype: Dtype): Tensor {
  const kind = draw(0, 4);
  if (kind === 0) return drawn([], dtype);
  if (kind === 1) return drawn(shape.slice(draw(0, shape.length + 1)), dtype);
  return drawn(kind === 2 ? shape : shape.map((size) => (draw(0, 2) === 0 ? 1 : size)), dtype);
}

const dtypes = ["float32", "float64", "int32", "bool"] as const;

/** What a place of a shape gets of what is written there, in order. */
function written(
  x: Tensor,
  places: readonly number[],
  values: readonly number[],
  adds: boolean,
): { y: number[]; last: number[] } {
  const y = Array.from(x.data, Number);
  for (const [i, p] of places.entries()) {
    if (!adds) y[p] = values[i];
    else y[p] = x.dtype === "bool" ? y[p] | values[i] : y[p] + values[i];
  }
  return { y, last: y.map((_, p) => places.lastIndexOf(p)) };
}

describe.each(["wasm", "reference"] as const)("by the kernels %s", (kernels) => {
  beforeAll(() => useKernels(kernels));
  afterAll(() => useKernels("wasm"));

  test("a part is what its parts say, read and written, and its gradients go there", () => {
    generator.manualSeed(1);
    for (let i = 0; i < 400; i++) {
      const shape = shapeOf(draw(1, 5));
      const dtype = pick(dtypes);
      const x = drawn(shape, dtype);
      const { parts, partShape, places } = drawPart(shape);
      const y = at(x, ...parts);
      expect(y.shape, `${shape}: ${parts}`).toEqual(partShape);
      expect(Array.from(y.data, Number)).toEqual(places.map((p) => Number(x.data[p])));

      const values = valuesFor(partShape, dtype);
      const each = [...coordinates(partShape)].map((place) => broadcastAt(values, place));
      const expected = written(x, places, each, false);
      expect(Array.from(setAt(x, parts, values).data, Number), `${shape}: ${parts}`).toEqual(expected.y);
      if (dtype !== "float32") continue;

      const [a, v] = [x.detach(), values.detach()];
      for (const leaf of [a, v]) leaf.requiresGrad = true;
      const g = drawn(partShape);
      const [read] = grad(at(a, ...parts), [a], { gradOutput: g });
      const sums = written(x.mul(0), places, [...g.data].map(Number), true);
      expect([...read.data]).toEqual(sums.y);

      const weights = drawn(shape);
      const [kept, given] = grad(setAt(a, parts, v), [a, v], { gradOutput: weights });
      expect([...kept.data]).toEqual([...weights.data].map((w, p) => (expected.last[p] < 0 ? w : 0)));
      const got = new Array<number>(v.numel()).fill(0);
      for (const [n, place] of [...coordinates(partShape)].entries()) {
        const own = place.slice(place.length - v.ndim).map((c, d) => (v.shape[d] === 1 ? 0 : c));
        got[flatOf(v.shape, own)] += Number(weights.data[places[n]]);
      }
      expect([...given.data]).toEqual(got);
    }
  });

  test("elements are scattered and gathered along a dimension as an index array says, smaller in others", () => {
    generator.manualSeed(2);
    for (let i = 0; i < 400; i++) {
      const shape = shapeOf(draw(1, 5));
      const dim = draw(0, shape.length);
      const dtype = pick(dtypes);
      const x = drawn(shape, dtype);
      const indexShape = shape.map((size, d) => (d === dim ? draw(1, 7) : pick([size, size, draw(1, size + 1)])));
      const index = randint(0, shape[dim], indexShape, { generator });
      const source = drawn(
        indexShape.map((size) => size + draw(0, 2)),
        dtype,
      );
      const all = [...coordinates(indexShape)];
      const places = all.map((place, n) =>
        flatOf(
          shape,
          place.map((c, d) => (d === dim ? Number(index.data[n]) : c)),
        ),
      );
      expect(Array.from(x.gather(dim, index).data, Number)).toEqual(places.map((p) => Number(x.data[p])));
      const values = all.map((place) => Number(source.data[flatOf(source.shape, place)]));
      for (const adds of [false, true]) {
        const y = (adds ? scatterAdd : scatter)(x, dim, index, source);
        expect(Array.from(y.data, Number), `${shape}, ${indexShape}, ${dim}`).toEqual(
          written(x, places, values, adds).y,
        );
      }
      if (dtype !== "float32") continue;
      const a = x.detach();
      a.requiresGrad = true;
      const g = drawn(indexShape);
      const [back] = grad(a.gather(dim, index), [a], { gradOutput: g });
      expect([...back.data]).toEqual(written(x.mul(0), places, [...g.data].map(Number), true).y);
    }
  });

  test("parts are added along a dimension, and put by indices and masks, where they are named", () => {
    generator.manualSeed(3);
    for (let i = 0; i < 300; i++) {
      const shape = shapeOf(draw(1, 5));
      const dim = draw(0, shape.length);
      const dtype = pick(dtypes);
      const x = drawn(shape, dtype);
      const index = randint(0, shape[dim], [draw(1, 5)], { generator });
      const partShape = shape.map((size, d) => (d === dim ? index.numel() : size));
      const source = drawn(partShape, dtype);
      const places = [...coordinates(partShape)].map((place) =>
        flatOf(
          shape,
          place.map((c, d) => (d === dim ? Number(index.data[c]) : c)),
        ),
      );
      const values = Array.from(source.data, Number);
      expect(Array.from(indexAdd(x, dim, index, source).data, Number)).toEqual(written(x, places, values, true).y);
      expect(Array.from(indexSelect(x, dim, index).data, Number)).toEqual(places.map((p) => Number(x.data[p])));
      if (dtype === "float32") {
        const [a, b] = [x.detach(), source.detach()];
        for (const leaf of [a, b]) leaf.requiresGrad = true;
        const [back] = grad(indexSelect(a, dim, index), [a], { gradOutput: source });
        expect([...back.data]).toEqual(written(x.mul(0), places, values, true).y);
        const [kept, given] = grad(indexAdd(a, dim, index, b, { alpha: 2 }), [a, b], { gradOutput: x });
        expect([...kept.data]).toEqual([...x.data]);
        expect([...given.data]).toEqual(places.map((p) => 2 * Number(x.data[p])));
      }

      const mask = drawn(shape.slice(0, draw(1, shape.length + 1)), "bool");
      const rest = shape.slice(mask.ndim);
      const rows = [...mask.data].flatMap((holds, row) => (holds ? [row] : []));
      const put = valuesFor([rows.length, ...rest], dtype);
      const inMask = [...coordinates([rows.length, ...rest])];
      const masked = inMask.map(([row, ...place]) => rows[row] * sizeOf(rest) + flatOf(rest, place));
      const each = inMask.map((place) => broadcastAt(put, place));
      for (const accumulate of [false, true]) {
        const y = indexPut(x, [mask], put, { accumulate });
        expect(Array.from(y.data, Number)).toEqual(written(x, masked, each, accumulate).y);
      }
    }
  });

  test("what is rolled comes in at the other end, and its gradient goes back", () => {
    generator.manualSeed(4);
    for (let i = 0; i < 200; i++) {
      const shape = shapeOf(draw(1, 4));
      const dim = draw(0, shape.length);
      const [x, by] = [drawn(shape, pick(dtypes)), draw(-70, 70)];
      const places = [...coordinates(shape)].map((place) =>
        flatOf(
          shape,
          place.map((c, d) => (d === dim ? (((c - by) % shape[d]) + shape[d]) % shape[d] : c)),
        ),
      );
      expect(Array.from(roll(x, by, dim).data, Number)).toEqual(places.map((p) => Number(x.data[p])));
      const [a, g] = [drawn(shape).detach(), drawn(shape)];
      a.requiresGrad = true;
      const [back] = grad(roll(a, by, dim), [a], { gradOutput: g });
      expect([...back.data]).toEqual(written(a.mul(0), places, [...g.data].map(Number), true).y);
    }
  });
});
