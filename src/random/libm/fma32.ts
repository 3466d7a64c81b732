/**
 * `a·b + c` of three float32 numbers, rounded once to float32, as a fused multiply-add does it.
 *
 * In double arithmetic the product is exact (48 bits of 53), so only the sum is rounded before `Math.fround` rounds it
 * again. That second rounding goes wrong only where the first landed exactly half-way between two float32 numbers.
 *
 * @see Boldo & Melquiond 2008, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd".
 */
export function fma32(a: number, b: number, c: number): number {
  const s = a * b + c;
  const y = Math.fround(s);
  const mirrored = s - y + s; // a float32 other than y only if s is half-way between the two
  return Math.fround(mirrored) === mirrored && mirrored !== y ? breakTie(a * b, c, s) : y;
}

/** Rounds `p + c` to float32, where `s` is that sum in double, half-way between two float32 numbers. */
function breakTie(p: number, c: number, s: number): number {
  const t = s - p;
  const error = p - (s - t) + (c - t); // TwoSum: p + c = s + error, exactly
  const nudge = error === 0 ? 0 : Math.sign(error) * Math.abs(s) * 2 ** -52;
  return Math.fround(s + nudge);
}
