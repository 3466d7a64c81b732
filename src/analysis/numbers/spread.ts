import type { Numbers } from "./floats.ts";

/** A value below which a given part of the numbers lies. */
export interface Percentile {
  /** The part, in per cent. */
  readonly percent: number;
  /** The value. */
  readonly value: number;
}

/** Counts in bins of equal width. The last bin has its upper edge too. */
export interface Histogram {
  /** The edges of the bins, ascending, one more than there are bins. */
  readonly edges: readonly number[];
  /** How many numbers fall in each bin. */
  readonly counts: readonly number[];
}

/** The least and the greatest of some numbers. */
export interface Extremes {
  readonly min: number;
  readonly max: number;
}

/** What {@link spread} finds. */
interface Spread extends Extremes {
  readonly percentiles: readonly Percentile[];
  readonly histogram: Histogram;
}

/** Into how many cells numbers are counted, at most, where that is not fewer than there are bins. */
const mostCells = 2048;

/**
 * How finite numbers, of which there is one at least, are spread. Nothing is sorted but what percentiles are taken from: the
 * numbers are counted in cells, some to each bin, those in a cell that holds a wanted place in cells of its own, and so on.
 */
export function spread(
  values: Numbers,
  percents: readonly number[],
  bins: number,
  { min, max }: Extremes = extremes(values),
): Spread {
  const isFlat = min === max;
  const grid = isFlat ? { low: min - 0.5, half: 1, width: 1 / bins } : gridOver(min, max, bins);
  const { low, half, width } = grid;
  const edges: number[] = [];
  for (let i = 0; i <= bins; i++) edges.push(low + i * width + (1 / half - 1) * i * width);
  if (!isFlat) edges[bins] = max;

  // A power of 2, which multiplies a place within the bins exactly. Few numbers need few cells.
  const most = Math.min(mostCells, values.length);
  let perBin = 1;
  while (2 * perBin * bins <= most) perBin *= 2;
  const cells = cellsOf(values, grid, perBin, bins * perBin);
  const places = percents.map((percent) => (percent / 100) * (values.length - 1));
  const ranks = places.flatMap((place) => [Math.floor(place), Math.ceil(place)]).sort((a, b) => a - b);
  const found = new Map<number, number>();
  ofRanks(ranks, values, cells, 0).forEach((value, k) => void found.set(ranks[k], value));
  const percentile = (place: number): number => {
    const [below, above] = [found.get(Math.floor(place)) as number, found.get(Math.ceil(place)) as number];
    const part = place - Math.floor(place);
    return half === 1 ? below + (above - below) * part : below * (1 - part) + above * part;
  };
  return {
    min: min + 0,
    max: max + 0,
    percentiles: percents.map((percent, k) => ({ percent, value: percentile(places[k]) + 0 })),
    histogram: { edges, counts: inBins(cells.counts, bins, perBin) },
  };
}

/** Intervals of one width from a lowest number on; both halved where the range is more than a number can be. */
interface Grid {
  readonly low: number;
  readonly half: number;
  readonly width: number;
}

function gridOver(min: number, max: number, count: number): Grid {
  const half = Number.isFinite(max - min) ? 1 : 0.5;
  return { low: min, half, width: (max * half - min * half) / count };
}

/** Which cell each of some numbers is in, and how many are in each. */
interface Cells {
  readonly of: Uint32Array;
  readonly counts: Uint32Array;
}

/** Counts numbers in so many cells for each interval of a grid, `size` in all. */
function cellsOf(values: Numbers, { low, half, width }: Grid, perInterval: number, size: number): Cells {
  const of = new Uint32Array(values.length);
  const counts = new Uint32Array(size);
  const [first, step] = [low * half, Math.max(width, Number.MIN_VALUE)];
  for (let i = 0; i < values.length; i++) {
    let cell = (((values[i] * half - first) / step) * perInterval) | 0;
    if (cell >= size) cell = size - 1;
    of[i] = cell;
    counts[cell]++;
  }
  return { of, counts };
}

function inBins(counts: Uint32Array, bins: number, perBin: number): number[] {
  const sums = new Array<number>(bins).fill(0);
  for (let bin = 0, cell = 0; bin < bins; bin++) {
    for (const end = cell + perBin; cell < end; cell++) sums[bin] += counts[cell];
  }
  return sums;
}

function extremes(values: Numbers): Extremes {
  let [min, max] = [values[0], values[0]];
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  return { min, max };
}

/** The numbers that would stand in some places, which ascend, were all of them sorted: only cells with such a place are looked into. */
function ofRanks(ranks: readonly number[], values: Numbers, { of, counts }: Cells, depth: number): number[] {
  const next = new Uint32Array(counts.length); // where a number of such a cell goes, counted from 1
  const wanted: { readonly places: readonly number[]; readonly from: number; readonly to: number }[] = [];
  let [found, below, room] = [0, 0, 0];
  for (let cell = 0; found < ranks.length; cell++) {
    const end = below + counts[cell];
    const places: number[] = [];
    for (; found < ranks.length && ranks[found] < end; found++) places.push(ranks[found] - below);
    below = end;
    if (places.length === 0) continue;
    next[cell] = room + 1;
    wanted.push({ places, from: room, to: room + counts[cell] });
    room += counts[cell];
  }
  const gathered = values.slice(0, room);
  for (let i = 0; i < values.length; i++) {
    const cell = of[i];
    const place = next[cell];
    if (place === 0) continue;
    gathered[place - 1] = values[i];
    next[cell] = place + 1;
  }
  return wanted.flatMap(({ places, from, to }) => ofPlaces(places, gathered.subarray(from, to), depth + 1));
}

/** Below how many numbers sorting is faster, and how often others are divided before they are sorted all the same. */
const [few, deepest] = [32, 8];

function ofPlaces(ranks: readonly number[], values: Numbers, depth: number): number[] {
  if (values.length < few || depth > deepest) {
    values.sort();
    return ranks.map((rank) => values[rank]);
  }
  const { min, max } = extremes(values);
  if (min === max) return ranks.map(() => min);
  const size = Math.min(mostCells, values.length);
  return ofRanks(ranks, values, cellsOf(values, gridOver(min, max, size), 1, size), depth);
}
