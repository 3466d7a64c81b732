import { finiteList } from "../../base/optionKinds.ts";
import type { OptionRule } from "../../base/optionRules.ts";
import type { Numbers } from "./floats.ts";
import { type Extremes, type Histogram, type Percentile, spread } from "./spread.ts";

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

/** How far {@link statistics} goes. */
interface Detail {
  readonly percentiles: readonly number[];
  readonly bins: number;
}

export const statistics = (values: Numbers, detail: Detail): Statistics => statisticsOf(values, detail).found;

/** The same, with those of the numbers that are finite. */
export function statisticsOf(
  values: Numbers,
  { percentiles, bins }: Detail,
): { readonly found: Statistics; readonly finite: Numbers } {
  let finite = values;
  let first = overview(values);
  if (first.sum - first.sum !== 0) {
    finite = finiteOf(values);
    if (finite !== values) first = overview(finite);
  }
  const n = finite.length;
  const { mean, std } = momentsFrom(first.sum, finite);
  const counts = { count: values.length, nonFinite: values.length - n, mean, std };
  const none = { min: null, max: null, percentiles: [], histogram: null };
  return { found: { ...counts, ...(n === 0 ? none : spread(finite, percentiles, bins, first)) }, finite };
}

/** The sum, the least and the greatest of some numbers, in one walk; the sum is not finite where one of them is not. */
function overview(values: Numbers): Extremes & { readonly sum: number } {
  let sum = 0;
  let min = values[0];
  let max = values[0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { sum, min, max };
}

/** Those of some numbers that are neither NaN nor infinite: the same list, where all are. */
export function finiteOf(values: Numbers): Numbers {
  let n = 0;
  while (n < values.length && values[n] - values[n] === 0) n++;
  if (n === values.length) return values;
  const finite = values.slice();
  for (let i = n; i < finite.length; i++) {
    const value = finite[i];
    if (value - value === 0) finite[n++] = value;
  }
  return finite.subarray(0, n);
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

/** Mean and unbiased standard deviation of some numbers. */
interface MeanAndStd {
  /** Of none null. */
  readonly mean: number | null;
  /** Of fewer than two null. */
  readonly std: number | null;
}

/** Mean and unbiased standard deviation of finite numbers, in two passes. */
export function moments(values: ArrayLike<number>): MeanAndStd {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return momentsFrom(sum, values);
}

function momentsFrom(sum: number, values: ArrayLike<number>): MeanAndStd {
  const n = values.length;
  if (n === 0) return { mean: null, std: null };
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const off = values[i] - mean;
    squares += off * off;
  }
  return { mean: mean + 0, std: n === 1 ? null : Math.sqrt(squares / (n - 1)) };
}

/** What `percentiles` of such statistics may be. */
export const percentilesRule = {
  is: {
    expected: "a list of numbers from 0 to 100",
    accepts: (value) => finiteList.accepts(value) && (value as number[]).every((p) => p >= 0 && p <= 100),
  },
  default: [1, 5, 25, 50, 75, 95, 99],
} satisfies OptionRule<readonly number[]>;
