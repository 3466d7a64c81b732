import type { Plot } from "evenkeel/plot";
import { valuesIn } from "../../plot/valid.ts";

/** What is said of a picture, and whether its data say so too. */
export type Sentences<Seen = Plot> = Readonly<Record<string, (picture: Seen) => boolean>>;

/** A row of a picture's data. */
type Row = Readonly<Record<string, unknown>>;

/** The rows of a picture that have these values. */
export const rowsOf = (plot: Plot, where: Row = {}): readonly Row[] =>
  valuesIn(plot).filter((row) => Object.entries(where).every(([field, value]) => row[field] === value));

/** The finite numbers of a field, in the rows that have these values. */
export const numbers = (plot: Plot, field: string, where: Row = {}): readonly number[] =>
  rowsOf(plot, where).flatMap((row) => {
    const value = row[field];
    return typeof value === "number" && Number.isFinite(value) ? [value] : [];
  });

/** The last of some. */
export const last = <T>(values: readonly T[]): T => values[values.length - 1];

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** How far some numbers spread about their mean. */
export const spread = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

/** The changes from each number to the next. */
export const changes = (values: readonly number[]): readonly number[] =>
  values.slice(1).map((value, i) => value - values[i]);

/** Whether a number is one that is written, to its last digit. */
export const isAbout = (value: number, written: string): boolean => {
  const digits = written.split(".")[1]?.length ?? 0;
  return Math.abs(value - Number(written.replace("−", "-"))) <= 0.5 * 10 ** -digits + 1e-9;
};

/** Whether the least and the largest of some numbers are those that are written. */
export const reach = (values: readonly number[], least: string, largest: string): boolean =>
  isAbout(Math.min(...values), least) && isAbout(Math.max(...values), largest);

/** Numbers in per cent. */
export const percent = (parts: readonly number[]): readonly number[] => parts.map((part) => 100 * part);

/** The rows of ridges, panel by panel and in each from the first layer on: the places along the axis, and how high they are. */
export function ridges(plot: Plot): readonly (readonly { readonly x: number; readonly height: number }[])[][] {
  const panels = (plot as { concat?: readonly unknown[] }).concat ?? [plot];
  return panels.map((panel) => {
    const values = valuesIn(panel);
    const count = Math.max(...values.map(({ row }) => Number(row))) + 1;
    return Array.from({ length: count }, (_, i) =>
      values
        .filter(({ row }) => row === i)
        .map(({ x, top, base }) => ({ x: Number(x), height: Number(top) - Number(base) })),
    );
  });
}

/** The standard deviation of what a ridge is the histogram of. */
export function widthOf(ridge: readonly { readonly x: number; readonly height: number }[]): number {
  const whole = ridge.reduce((sum, { height }) => sum + height, 0);
  const middle = ridge.reduce((sum, { x, height }) => sum + x * height, 0) / whole;
  return Math.sqrt(ridge.reduce((sum, { x, height }) => sum + (x - middle) ** 2 * height, 0) / whole);
}

/** Which part of a ridge's values lies beyond ±`from`. */
export function partBeyond(ridge: readonly { readonly x: number; readonly height: number }[], from: number): number {
  const whole = ridge.reduce((sum, { height }) => sum + height, 0);
  return ridge.reduce((sum, { x, height }) => sum + (Math.abs(x) > from ? height : 0), 0) / whole;
}
