import { describe, TensorError } from "../../base/errors.ts";

/** A number for both dimensions of a picture, or one for the rows and one for the columns. */
export type NumberOrPair = number | readonly [rows: number, columns: number];

/** A pair of whole numbers of `least` or more, of one for both or of two. */
export function pairOf(where: string, name: string, value: unknown, least: number): readonly [number, number] {
  const pair = Array.isArray(value) ? value : [value, value];
  if (pair.length === 2 && pair.every((size) => Number.isInteger(size) && size >= least && size < 2 ** 31)) {
    return [pair[0], pair[1]];
  }
  throw new TensorError(where, {
    expected: `a whole number of ${least} or more, or two, as ${name}`,
    got: describe(value),
  });
}

/** A whole number of `least` or more, for a row of places. */
export function singleOf(where: string, name: string, value: unknown, least: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) < 2 ** 31) return value as number;
  throw new TensorError(where, { expected: `a whole number of ${least} or more as ${name}`, got: describe(value) });
}
