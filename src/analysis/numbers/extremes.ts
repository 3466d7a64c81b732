// Math.max(...values) is a call of as many arguments as there are values: a stack has room for some hundred thousand.

/** The greatest of any number of values: −∞ of none, NaN where one is NaN. */
export function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

/** The least of any number of values: ∞ of none, NaN where one is NaN. */
export function least(values: readonly number[]): number {
  return values.reduce((fewest, value) => Math.min(fewest, value), Number.POSITIVE_INFINITY);
}
