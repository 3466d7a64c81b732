/**
 * What rounding took from `sum = a + b`, exactly (Knuth's two-sum): long sums of float64 carry it along, and add it at
 * the end.
 */
export function roundedOff(a: number, b: number, sum: number): number {
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

/** `sum + lost`, and the sum alone where it is not finite, when what was lost is NaN. */
export function completed(sum: number, lost: number): number {
  const whole = sum + lost;
  return Number.isNaN(whole) ? sum : whole;
}
