import { type Numbers, sorted } from "./sorted.ts";

/** What a set of numbers is like. Those that are NaN or infinite are counted, and left out of the rest. */
export interface Statistics {
  /** How many numbers there are. */
  readonly count: number;
  /** How many of them are NaN or infinite. */
  readonly nonFinite: number;
  /** Their mean; null of none. */
  readonly mean: number | null;
  /** Their standard deviation, unbiased; null of fewer than two. */
  readonly std: number | null;
  /** The least; null of none. */
  readonly min: number | null;
  /** The greatest; null of none. */
  readonly max: number | null;
  /** Percentiles, interpolated linearly between neighbours; empty of none. */
  readonly percentiles: readonly Percentile[];
  /** How many fall where; null of none. */
  readonly histogram: Histogram | null;
}

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

/** How far {@link statistics} goes. */
interface Detail {
  readonly percentiles: readonly number[];
  readonly bins: number;
}

export function statistics(values: Numbers, { percentiles, bins }: Detail): Statistics {
  const finite = sorted(finiteOf(values));
  const n = finite.length;
  const { mean, std } = moments(finite);
  return {
    count: values.length,
    nonFinite: values.length - n,
    mean,
    std,
    min: n === 0 ? null : finite[0] + 0,
    max: n === 0 ? null : finite[n - 1] + 0,
    percentiles: n === 0 ? [] : percentiles.map((percent) => ({ percent, value: percentile(finite, percent) })),
    histogram: n === 0 ? null : histogram(finite, bins),
  };
}

/** Those of some numbers that are neither NaN nor infinite, in memory of their own. */
export function finiteOf(values: Numbers): Numbers {
  const finite = values.slice();
  let n = 0;
  while (n < finite.length && finite[n] - finite[n] === 0) n++;
  for (let i = n; i < finite.length; i++) {
    const value = finite[i];
    if (value - value === 0) finite[n++] = value;
  }
  return n === finite.length ? finite : finite.subarray(0, n);
}

/** All numbers of several lists, in order. */
export function joinedNumbers(parts: readonly Numbers[]): Numbers {
  if (parts.length === 1) return parts[0];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const isSingle = parts.every((part) => part instanceof Float32Array);
  const all = isSingle ? new Float32Array(length) : new Float64Array(length);
  let from = 0;
  for (const part of parts) {
    all.set(part, from);
    from += part.length;
  }
  return all;
}

/** Mean and unbiased standard deviation of finite numbers, in two passes. */
export function moments(values: ArrayLike<number>): { readonly mean: number | null; readonly std: number | null } {
  const n = values.length;
  if (n === 0) return { mean: null, std: null };
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  return { mean: mean + 0, std: n === 1 ? null : Math.sqrt(squares / (n - 1)) };
}

function percentile(sorted: Numbers, percent: number): number {
  const place = (percent / 100) * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below) + 0;
}

function histogram(sorted: Numbers, bins: number): Histogram {
  const isFlat = sorted[0] === sorted[sorted.length - 1];
  const low = isFlat ? sorted[0] - 0.5 : sorted[0];
  const width = isFlat ? 1 / bins : (sorted[sorted.length - 1] - low) / bins;
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + i * width);
  if (!isFlat) edges[bins] = sorted[sorted.length - 1];
  const counts = new Array<number>(bins).fill(0);
  const binOf = (i: number) => Math.min(bins - 1, Math.max(0, Math.floor((sorted[i] - low) / width)));
  for (let from = 0; from < sorted.length; ) {
    const bin = binOf(from);
    const end = firstFrom(from + 1, sorted.length, (i) => binOf(i) > bin);
    counts[bin] = end - from;
    from = end;
  }
  return { edges, counts };
}

/** The first whole number from `low` on that something holds for, and for all behind; `high` if for none below. */
function firstFrom(low: number, high: number, holds: (i: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
