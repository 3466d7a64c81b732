import { checkKind, type OptionKind } from "../../base/optionRules.ts";

/** A number for both dimensions of a picture, or one for the rows and one for the columns. */
export type NumberOrPair = number | readonly [rows: number, columns: number];

/** What sizes of `least` or more are, all along a row of places or a picture. */
type From = (least: 0 | 1) => OptionKind;

/** A whole number for a row of places. */
export const singleFrom: From = (least) => ({
  expected: `a whole number of ${least} or more`,
  accepts: (size) => Number.isInteger(size) && (size as number) >= least && (size as number) < 2 ** 31,
});

/** A whole number for both dimensions of a picture, or two. */
export const pairFrom: From = (least) => {
  const { expected, accepts } = singleFrom(least);
  const isPair = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(accepts);
  return { expected: `${expected}, or two,`, accepts: (value) => accepts(value) || isPair(value) };
};

/** What is made of the one and the other, such as rules: for a row of places, and for pictures. */
export const byDims = <T>(make: (from: From, dims: 1 | 2) => T) => ({ 1: make(singleFrom, 1), 2: make(pairFrom, 2) });

/** Rows and columns of what is for both, or for each; of what is for a row of places, which has `rows`. */
export function pairOf(dims: 1 | 2, value: NumberOrPair, rows: number): readonly [number, number] {
  return typeof value === "number" ? [dims === 1 ? rows : value, value] : [value[0], value[1]];
}

/** A size of 1 or more that is an argument, such as that of a kernel, checked. */
export function pairFor(where: string, dims: 1 | 2, name: string, value: NumberOrPair): readonly [number, number] {
  checkKind(where, (dims === 1 ? singleFrom : pairFrom)(1), name, value);
  return pairOf(dims, value, 1);
}
