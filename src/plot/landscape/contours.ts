/** A line of constant value across a grid, in the grid's own coordinates. */
export interface Contour {
  /** The value. */
  readonly level: number;
  /** The points in order; the first is also the last where the line is closed. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

type Point = readonly [x: number, y: number];

/**
 * Contours of a grid by marching squares: within a cell the lines run between the places on its sides at which linear
 * interpolation reaches the level, and a saddle is decided by the mean of its corners. Cells with an unknown corner have
 * none.
 *
 * @param values - `values[j][i]` at `x[i]`, `y[j]`; null where it is not known.
 */
export function contours(
  x: readonly number[],
  y: readonly number[],
  values: readonly (readonly (number | null)[])[],
  levels: readonly number[],
): Contour[] {
  return levels.flatMap((level) => joined(segments(x, y, values, level)).map((points) => ({ level, points })));
}

/** A piece of a contour within one cell, between two sides of cells, which are named. */
interface Segment {
  readonly ends: readonly [string, string];
  readonly points: readonly [Point, Point];
}

/** Which sides of a cell are joined, by which corners are above the level: bit 0 lower left, then counterclockwise. */
const bottom = 0;
const right = 1;
const top = 2;
const left = 3;
const joins: readonly (readonly (readonly [number, number])[])[] = [
  [],
  [[left, bottom]],
  [[bottom, right]],
  [[left, right]],
  [[right, top]],
  [], // a saddle
  [[bottom, top]],
  [[left, top]],
  [[top, left]],
  [[top, bottom]],
  [], // a saddle
  [[top, right]],
  [[right, left]],
  [[right, bottom]],
  [[bottom, left]],
  [],
];

function segments(
  x: readonly number[],
  y: readonly number[],
  values: readonly (readonly (number | null)[])[],
  level: number,
): Segment[] {
  const found: Segment[] = [];
  for (let j = 0; j + 1 < y.length; j++) {
    for (let i = 0; i + 1 < x.length; i++) {
      const corners = [values[j][i], values[j][i + 1], values[j + 1][i + 1], values[j + 1][i]];
      if (corners.some((corner) => corner === null || !Number.isFinite(corner))) continue;
      const [a, b, c, d] = corners as number[];
      const code = Number(a > level) + 2 * Number(b > level) + 4 * Number(c > level) + 8 * Number(d > level);
      const along = (from: number, to: number) => (level - from) / (to - from);
      const place = (side: number): Point => {
        if (side === bottom) return [x[i] + along(a, b) * (x[i + 1] - x[i]), y[j]];
        if (side === right) return [x[i + 1], y[j] + along(b, c) * (y[j + 1] - y[j])];
        if (side === top) return [x[i] + along(d, c) * (x[i + 1] - x[i]), y[j + 1]];
        return [x[i], y[j] + along(a, d) * (y[j + 1] - y[j])];
      };
      const names = [`h${i},${j}`, `v${i + 1},${j}`, `h${i},${j + 1}`, `v${i},${j}`];
      for (const [from, to] of code === 5 || code === 10 ? saddle(code, (a + b + c + d) / 4 > level) : joins[code]) {
        found.push({ ends: [names[from], names[to]], points: [place(from), place(to)] });
      }
    }
  }
  return found;
}

/** Opposite corners are above: the two others are cut off if the middle is above as well, else those two are. */
function saddle(code: 5 | 10, isMiddleAbove: boolean): readonly (readonly [number, number])[] {
  const cutsLowerRight: readonly (readonly [number, number])[] = [
    [bottom, right],
    [top, left],
  ];
  const cutsLowerLeft: readonly (readonly [number, number])[] = [
    [left, bottom],
    [right, top],
  ];
  return (code === 5) === isMiddleAbove ? cutsLowerRight : cutsLowerLeft;
}

/** Segments that meet on the side of a cell, as lines. */
function joined(all: readonly Segment[]): Point[][] {
  const meeting = new Map<string, number[]>();
  for (const [i, { ends }] of all.entries()) {
    for (const end of ends) meeting.set(end, [...(meeting.get(end) ?? []), i]);
  }
  const used = new Set<number>();
  const follow = (from: string): Point[] => {
    const points: Point[] = [];
    let end = from;
    for (;;) {
      const next = meeting.get(end)?.find((i) => !used.has(i));
      if (next === undefined) return points;
      used.add(next);
      const { ends, points: pair } = all[next];
      const forwards = ends[0] === end;
      points.push(pair[forwards ? 1 : 0]);
      end = ends[forwards ? 1 : 0];
    }
  };
  const lines: Point[][] = [];
  for (const [i, { ends, points }] of all.entries()) {
    if (used.has(i)) continue;
    used.add(i);
    const onwards = follow(ends[1]);
    const backwards = follow(ends[0]).reverse();
    lines.push([...backwards, points[0], points[1], ...onwards]);
  }
  return lines;
}
