import { TensorError } from "evenkeel";
import { grid, list, logUniform, product, random, range, type Space, uniform, zip } from "evenkeel/sweep";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const all = (space: Space) => Array.from({ length: space.size }, (_, place) => space.at(place));

describe("a space", () => {
  test("of a grid is what nested loops visit", () => {
    const lists = fc.array(fc.array(fc.integer(), { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(lists, ([a, b, c]) => {
        const visited = a.flatMap((x) => b.flatMap((y) => c.map((z) => ({ x, y, z }))));
        expect(all(grid({ x: a, y: b, z: c }))).toEqual(visited);
        expect(all(product(grid({ x: a }), grid({ y: b, z: c })))).toEqual(visited);
        expect(all(product(list(a.map((x) => ({ x }))), grid({ y: b }), grid({ z: c })))).toEqual(visited);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test("of lists side by side has the n-th of each", () => {
    expect(all(zip({ x: [1, 2, 3], y: range(3) }))).toEqual([
      { x: 1, y: 0 },
      { x: 2, y: 1 },
      { x: 3, y: 2 },
    ]);
    expect(() => zip({ x: [1, 2], y: [1] })).toThrow(/as many values as x and y, got 2 and 1 of them/);
  });

  test("of 10^15 cells is made at once, and has its last one", () => {
    const space = product(grid({ a: range(1e6), b: range(1e6) }), grid({ c: range(1000) }));
    expect(space.size).toBe(1e18 / 1000);
    expect(space.at(space.size - 1)).toEqual({ a: 999_999, b: 999_999, c: 999 });
    expect(() => grid({ a: range(1e9), b: range(1e9) })).toThrow(/at most 2\^53 configurations, got about 1\.00e\+18/);
  });

  test("refuses places that it has not, names twice, and lists without values", () => {
    expect(() => grid({ x: [1, 2] }).at(2)).toThrow(/grid\.at: expected a place from 0 to 1, got 2/);
    expect(() => grid({ x: [] })).toThrow(/one value or more as x/);
    expect(() => grid({})).toThrow(TensorError);
    expect(() => product(grid({ x: [1] }), grid({ x: [2] }))).toThrow(/each name in one space, got "x" in two/);
    expect(() => product()).toThrow(TensorError);
    expect(() => list([{ x: 1 }, { x: new Float32Array(2) as never }])).toThrow(/configuration 1\.x.*Array\.from/);
    expect(() => range(0)).toThrow(/one number or more/);
    expect(() => range(0, 5, 0)).toThrow(/by a step that is not 0/);
    expect(() => range(0.5)).toThrow(/a whole number as start/);
  });

  test("that is drawn depends on the seed and the place alone", () => {
    const values = { lr: logUniform(1e-3, 1), momentum: uniform(0, 0.9), norm: ["none", "batch"] };
    const [few, many] = [random(values, { count: 5, seed: 3 }), random(values, { count: 500, seed: 3 })];
    expect(all(few)).toEqual(all(many).slice(0, 5));
    expect(few.at(3)).toEqual(few.at(3));
    expect(all(random(values, { count: 5, seed: 4 }))).not.toEqual(all(few));
    expect(new Set(all(many).map(({ lr }) => lr)).size).toBe(500);
  });

  test("that is drawn is spread as it says: each tenth has a tenth, of shares and of powers", () => {
    const drawn = all(random({ a: uniform(-2, 3), b: logUniform(1e-4, 1), c: range(10) }, { count: 4000, seed: 9 }));
    const shares = [
      drawn.map(({ a }) => (Number(a) + 2) / 5),
      drawn.map(({ b }) => Math.log10(Number(b)) / 4 + 1),
      drawn.map(({ c }) => (Number(c) + 0.5) / 10),
    ];
    for (const share of shares) {
      const counts = new Array(10).fill(0);
      for (const x of share) counts[Math.floor(x * 10)]++;
      // Five standard deviations of a count of 4000 draws.
      for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(5 * Math.sqrt(4000 * 0.1 * 0.9));
    }
    const correlation = shares[0].reduce((sum, x, i) => sum + (x - 0.5) * (shares[1][i] - 0.5), 0) / 4000 / (1 / 12);
    expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(4000));
  });
});
