import { Generator, rand } from "evenkeel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { contours } from "../../src/plot/landscape/contours.ts";

const grid = (n: number, f: (x: number, y: number) => number | null) => {
  const at = Array.from({ length: n }, (_, i) => (2 * i) / (n - 1) - 1);
  return { at, values: at.map((y) => at.map((x) => f(x, y))) };
};

test("contours of a cone are closed circles of the right radius", () => {
  const { at, values } = grid(81, Math.hypot);
  for (const level of [0.25, 0.5, 0.75]) {
    const lines = contours(at, at, values, [level]);
    expect(lines.length).toBe(1);
    const [{ points }] = lines;
    expect(points[0]).toEqual(points[points.length - 1]);
    for (const [x, y] of points) expect(Math.hypot(x, y)).toBeCloseTo(level, 2);
  }
});

test("a plane's contours are straight lines from side to side", () => {
  const { at, values } = grid(9, (x, y) => 2 * x + y);
  const [{ points }, ...others] = contours(at, at, values, [0.3]);
  expect(others).toEqual([]);
  for (const [x, y] of points) expect(2 * x + y).toBeCloseTo(0.3, 12);
  expect([points[0][1], points[points.length - 1][1]].sort()).toEqual([-1, 1]);
});

test("a saddle is cut by the mean of its corners", () => {
  const at = [0, 1];
  const cut = (middle: number) =>
    contours(
      at,
      at,
      [
        [1, middle],
        [middle, 1],
      ],
      [0.5],
    ).map(({ points }) => points);
  const sides = (lines: ReturnType<typeof cut>) =>
    lines.map((points) =>
      points
        .map(([x, y]) => (y === 0 ? "bottom" : y === 1 ? "top" : x === 0 ? "left" : "right"))
        .sort()
        .join("-"),
    );
  expect(sides(cut(0.1)).sort()).toEqual(["bottom-right", "left-top"]); // the mean is 0.55, above
  expect(sides(cut(-0.1)).sort()).toEqual(["bottom-left", "right-top"]); // the mean is 0.45, below
});

test("on any grid each line is closed or ends at the border or at a hole, and lies between its neighbours", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const n = 7;
      const values = Array.from(rand([n * n], { generator: new Generator().manualSeed(seed) }).data, Number);
      const at = Array.from({ length: n }, (_, i) => i);
      const rows = at.map((j) =>
        values.slice(j * n, (j + 1) * n).map((v, i) => ((seed + i * j) % 11 === 3 ? null : v)),
      );
      const hole = (x: number, y: number) => rows[y]?.[x] === null;
      for (const { points } of contours(at, at, rows, [0.5])) {
        const [first, last] = [points[0], points[points.length - 1]];
        if (first[0] === last[0] && first[1] === last[1]) continue;
        for (const [x, y] of [first, last]) {
          const near = [-1, 0, 1, 2].flatMap((dx) =>
            [-1, 0, 1, 2].map((dy) => [Math.floor(x) + dx, Math.floor(y) + dy]),
          );
          const isAtBorder = x === 0 || y === 0 || x === n - 1 || y === n - 1;
          if (!isAtBorder) expect(near.some(([i, j]) => hole(i, j))).toBe(true);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("cells with an unknown corner have no contour, and a constant has none", () => {
  const { at, values } = grid(3, (x) => (x === 0 ? null : x));
  expect(contours(at, at, values, [0.5])).toEqual([]);
  const flat = grid(4, () => 1);
  expect(contours(flat.at, flat.at, flat.values, [1])).toEqual([]);
});
