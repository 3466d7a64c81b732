/** A number as an unevaluated sum: 106 bits. */
type Double = readonly [high: number, low: number];

/**
 * `xⁿ` for a whole `n` of 0 or more, in pairs of doubles until the end: correctly rounded but for cases too rare to be
 * met, which is what the C library nearly always returns too. Engines differ in the last bits of `**`.
 *
 * @see Dekker 1971, "A floating-point technique for extending the available precision".
 */
export function wholePower(x: number, n: number): number {
  let power: Double = [1, 0];
  let square: Double = [x, 0];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = product(power, square);
    if (rest > 1) square = product(square, square);
  }
  return power[0];
}

function product([a, aLow]: Double, [b, bLow]: Double): Double {
  const p = a * b;
  // Where there is no room for the parts below, or they would overflow, doubles have to do.
  const size = Math.abs(p);
  if (!(size > 2 ** -960 && size < 2 ** 990 && Math.abs(a) < 2 ** 990 && Math.abs(b) < 2 ** 990)) return [p, 0];
  const [a1, b1] = [upperHalf(a), upperHalf(b)];
  const [a2, b2] = [a - a1, b - b1];
  const error = a2 * b2 - (p - a1 * b1 - a2 * b1 - a1 * b2) + (a * bLow + aLow * b);
  const high = p + error;
  return [high, p - high + error];
}

/** The upper 26 bits. */
function upperHalf(x: number): number {
  const spread = 134217729 * x; // 2^27 + 1
  return spread - (spread - x);
}
