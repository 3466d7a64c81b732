import { expect } from "vitest";

/** Numbers as they stand in a golden file, where JSON lacks NaN and infinities. */
export function fromGolden(values: readonly (number | string)[]): Float64Array {
  return Float64Array.from(values, Number);
}

/** Every element within `tolerance`, in proportion to the largest expected one, or within `atol`; NaN with NaN. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  atol = 1e-30,
): void {
  expect(actual.length).toBe(expected.length);
  let scale = 0;
  for (let i = 0; i < expected.length; i++)
    if (Number.isFinite(expected[i])) scale = Math.max(scale, Math.abs(expected[i]));
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i], expected[i]];
    if (Object.is(a, e) || a === e || Math.abs(a - e) <= Math.max(tolerance * scale, atol)) continue;
    expect.fail(`element ${i}: expected ${e}, got ${a} (off by ${Math.abs(a - e)}, scale ${scale})`);
  }
}
