/** At most so many points are drawn of one line: more are averaged in groups, and said. */
const mostPoints = 300;

/** At most so many layers, units or series are drawn of one kind: more are left out evenly, and said. */
export const mostSeries = 12;

/** Some of many: the first, the last, and evenly between them. */
export function thinned<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  if (most === 1) return [list[0]];
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]);
}

/** What is said where not all of something is drawn; nothing if it is. */
export function thinnedNote(shown: number, all: number, what: string): string[] {
  return shown === all ? [] : [`${shown} of ${all} ${what} are shown.`];
}

/** What is said of numbers that are no numbers; nothing without any. */
export function gapNote(count: number): string[] {
  if (count === 0) return [];
  return [count === 1 ? "1 value is not finite: a gap." : `${count} values are not finite: gaps.`];
}

/** What is said of numbers that a log scale cannot show; nothing without any. */
export function belowNote(count: number): string[] {
  if (count === 0) return [];
  return [count === 1 ? "1 value is 0 or below: a gap." : `${count} values are 0 or below: gaps.`];
}

/** A number as JSON can say it: null for NaN and infinities, which become gaps. */
export const orGap = (value: number | null | undefined): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** A point of a line; null is a gap. */
export interface SeriesPoint {
  readonly step: number;
  readonly value: number | null;
}

/**
 * A line of at most {@link mostPoints} points: each the mean of `every` that follow one another, at the middle of their
 * steps, and a gap where none of them is finite.
 */
export function averaged(points: readonly SeriesPoint[], every: number): SeriesPoint[] {
  if (every <= 1) return [...points];
  const means: SeriesPoint[] = [];
  for (let start = 0; start < points.length; start += every) {
    const group = points.slice(start, start + every);
    const known = group.map(({ value }) => value).filter((value) => value !== null);
    const value = known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
    means.push({ step: (group[0].step + group[group.length - 1].step) / 2, value });
  }
  return means;
}

/** How many points are averaged into one, so that no more are drawn than can be seen. */
export const groupSize = (points: number): number => Math.max(1, Math.ceil(points / mostPoints));

/** At most so many rows, of layers or parameters, are listed one below the other. */
export const mostRows = 24;
