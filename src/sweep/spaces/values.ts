import { describe, TensorError } from "../../base/errors.ts";

/** Values in an order, each of which can be asked for by its place: an array is such, and so is a {@link range}. */
export interface Values<T = unknown> {
  /** How many there are. */
  readonly length: number;
  /** The one at a place, counted from 0. */
  at(place: number): T | undefined;
}

/** Whether something is a list of values, one or more. */
export const areValues = (values: unknown): values is Values =>
  typeof values === "object" &&
  values !== null &&
  Number.isSafeInteger((values as Values).length) &&
  (values as Values).length > 0 &&
  typeof (values as Values).at === "function" &&
  !ArrayBuffer.isView(values);

/** Refuses what is no object of values by names. */
export function checkNamedValues(where: string, values: unknown): void {
  const isRecord = typeof values === "object" && values !== null && !Array.isArray(values);
  if (!isRecord || Object.keys(values).length === 0) {
    throw new TensorError(where, {
      expected: "lists of values by names, such as { lr: [0.1, 1], seed: range(5) }",
      got: describe(values),
    });
  }
  for (const [name, list] of Object.entries(values)) {
    if (areValues(list)) continue;
    throw new TensorError(where, { expected: `a list of one value or more as ${name}`, got: describe(list) });
  }
}

/**
 * The whole numbers from 0 to before `count`; with two arguments those from the first to before the second, with three in steps.
 * None of them is written down: `range(1e9)` takes no more memory than `range(5)`.
 *
 * @param start - where to begin; alone it is where to end, and 0 where to begin.
 * @param end - where to end; it is not one of them.
 * @param step - how far from one to the next. Default `1`.
 * @throws TensorError for what is not a whole number, and where there is none in between.
 * @see Python `range`.
 *
 * @example
 * ```ts
 * import { range } from "evenkeel/sweep";
 *
 * const seeds = range(3, 9, 2);
 * console.log(seeds.length, seeds.at(0), seeds.at(2)); // => 3 3 7
 * ```
 */
export function range(start: number, end?: number, step = 1): Values<number> {
  const where = "range";
  const [first, last] = end === undefined ? [0, start] : [start, end];
  for (const [name, value] of Object.entries({ start, end, step })) {
    if (Number.isSafeInteger(value) || (name === "end" && value === undefined)) continue;
    throw new TensorError(where, { expected: `a whole number as ${name}`, got: describe(value) });
  }
  const length = step === 0 ? 0 : Math.ceil((last - first) / step);
  if (length < 1) {
    throw new TensorError(where, {
      expected: "one number or more from start to end, by a step that is not 0",
      got: `those from ${first} to before ${last} by ${step}`,
    });
  }
  return {
    length,
    at: (place) => (Number.isInteger(place) && place >= 0 && place < length ? first + place * step : undefined),
  };
}
