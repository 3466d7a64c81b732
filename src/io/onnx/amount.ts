import { show, TensorError } from "../../base/errors.ts";

/** A number of the program, such as a size, as it was at each of three numbers of examples. */
export type Amount = readonly [number, number, number];

/** Whether a number is the same for any number of examples. */
export function isFixed([a, b, c]: Amount): boolean {
  return Object.is(a, b) && Object.is(b, c);
}

/** Whether two numbers are the same, whatever the number of examples. */
export function isSame(a: Amount, b: Amount): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}

/** A number made of others, at each number of examples. */
export function derived(fn: (...values: number[]) => number, ...amounts: readonly Amount[]): Amount {
  const at = (i: number) => fn(...amounts.map((amount) => amount[i]));
  return [at(0), at(1), at(2)];
}

/** A number that is the same for any number of examples. */
export function fixed(value: number): Amount {
  return [value, value, value];
}

/** The value of a number that has to be the same for any number of examples. */
export function settledValue(amount: Amount, what: string): number {
  if (isFixed(amount)) return amount[0];
  throw new TensorError("exportOnnx", {
    expected: `${what} that is the same for any number of examples`,
    got: show(amount),
  });
}

/** How many elements a shape has. */
export function sizeOf(shape: readonly Amount[]): Amount {
  return derived((...sizes) => sizes.reduce((product, size) => product * size, 1), fixed(1), ...shape);
}

/** `slope·n + offset`, where that is what a number is for any number `n` of examples; else null. */
export function lineThrough(
  amount: Amount,
  counts: Amount,
): { readonly slope: number; readonly offset: number } | null {
  const [[a, b, c], [p, q, r]] = [amount, counts];
  const isWhole = amount.every(Number.isInteger);
  const slope = isWhole ? Math.round((b - a) / (q - p)) : (b - a) / (q - p);
  const offset = a - slope * p;
  const gap = Math.max(Math.abs(slope * q + offset - b), Math.abs(slope * r + offset - c));
  return gap <= (isWhole ? 0 : 1e-6 * Math.abs(c)) ? { slope, offset } : null; // a float32 has been rounded
}
