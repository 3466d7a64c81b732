import { describe, expect, test } from "vitest";
import { checkRoom, dimOf, newShape, newSize, oneRepeats, shapeOf } from "../../src/base/shapes.ts";

/** All shapes of up to three sizes from 0 to 3. */
const shapes: number[][] = [[]];
for (const shape of shapes) if (shape.length < 3) for (const size of [0, 1, 2, 3]) shapes.push([...shape, size]);

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Which element of `shape` each element of a larger one stands over, in order; null where it does not stretch to it. */
function places(shape: readonly number[], large: readonly number[]): number[] | null {
  const skipped = large.length - shape.length;
  if (skipped < 0 || shape.some((size, d) => size !== 1 && size !== large[d + skipped])) return null;
  return Array.from({ length: count(large) }, (_, i) => {
    let [rest, at, step] = [i, 0, 1];
    for (let d = large.length - 1; d >= 0; d--) {
      const size = shape[d - skipped] ?? 1;
      at += size === 1 ? 0 : (rest % large[d]) * step;
      step *= size;
      rest = Math.floor(rest / large[d]);
    }
    return at;
  });
}

test("an array repeats over another where it is read from its start to its end, again and again", () => {
  for (const a of shapes) {
    for (const b of shapes) {
      const [large, small] = count(a) > count(b) ? [a, b] : [b, a];
      const isShorter = count(small) < count(large) && count(small) > 0;
      const repeats = isShorter && places(small, large)?.every((at, i) => at === i % count(small)) === true;
      expect([a, b, oneRepeats(a, b)]).toEqual([
        a,
        b,
        String(a) === String(b) && a.length === b.length ? true : repeats,
      ]);
    }
  }
});

describe("the largest tensor has 2,147,483,647 elements:", () => {
  const most = 2 ** 31 - 1;

  test("so many are there", () => {
    expect(newSize("f", most)).toBe(most);
    expect(newShape("f", [most, 1])).toEqual([most, 1]);
    expect(() => checkRoom("f", [most])).not.toThrow();
    expect(newSize("f", 0)).toBe(0);
  });

  test.each([
    ["a size", () => newSize("f", most + 1)],
    ["a shape", () => newShape("f", [2, 2 ** 30])],
  ])("%s of one more is refused", (_, run) => expect(run).toThrow(/at most 2147483647 elements/));
});

test("a dimension is counted from either end, and a number without any has one", () => {
  expect([-2, -1, 0, 1].map((dim) => dimOf("f", dim, 2))).toEqual([0, 1, 0, 1]);
  expect([-1, 0].map((dim) => dimOf("f", dim, 0))).toEqual([0, 0]);
  for (const dim of [-3, 2, 0.5]) expect(() => dimOf("f", dim, 2)).toThrow(/a dimension from -2 to 1/);
  for (const dim of [-2, 1]) expect(() => dimOf("f", dim, 0)).toThrow(/a dimension from -1 to 0/);
});

test("one size may be left open, but none in what is new", () => {
  expect(shapeOf("f", [2, -1])).toEqual([2, -1]);
  expect(() => shapeOf("f", [2, -2])).toThrow(/a shape of whole numbers, got \[2, -2\]/);
  expect(() => shapeOf("f", [2, [3]])).toThrow(/Give one array, or the numbers themselves\./);
  expect(() => newShape("f", [2, -1])).toThrow(/sizes of 0 or more, got \[2, -1\]/);
  expect(() => newShape("f", 2)).toThrow(/A shape is an array: write \[2\]\./);
});
