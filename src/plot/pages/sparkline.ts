import { greatest, least as leastOf } from "../../analysis/numbers/extremes.ts";
import { describe, TensorError } from "../../base/errors.ts";

const bars = "▁▂▃▄▅▆▇█";

/**
 * Numbers as a line of bars, the smallest the lowest and the largest the highest; a dot for what is not finite.
 *
 * @param width - at most so many characters: of more numbers, each character is the mean of some that follow one another.
 * @throws TensorError for values that are no such list, or a width below 1.
 *
 * @example
 * ```ts
 * import { sparkline } from "evenkeel/plot";
 *
 * console.log(sparkline([5, 4, 2, null, 1])); // => █▆▃·▁
 * ```
 */
export function sparkline(values: readonly (number | null)[], width = 24): string {
  if (!Array.isArray(values) || !values.every((value) => value === null || typeof value === "number")) {
    throw new TensorError("sparkline", { expected: "a list of numbers, or nulls, as values", got: describe(values) });
  }
  if (!(Number.isInteger(width) && width > 0)) {
    throw new TensorError("sparkline", { expected: "a whole number of 1 or more as width", got: describe(width) });
  }
  const size = Math.max(1, Math.ceil(values.length / width));
  const means = Array.from({ length: Math.ceil(values.length / size) }, (_, i) => {
    const known = values.slice(i * size, (i + 1) * size).filter((value) => value !== null && Number.isFinite(value));
    return known.length === 0 ? null : known.reduce<number>((sum, value) => sum + Number(value), 0) / known.length;
  });
  const known = means.filter((value) => value !== null);
  const [least, most] = [leastOf(known), greatest(known)];
  const heightOf = (value: number) => (most > least ? Math.round(((value - least) / (most - least)) * 7) : 0);
  return means.map((value) => (value === null ? "·" : bars[heightOf(value)])).join("");
}
