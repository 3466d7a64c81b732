/**
 * `xⁿ` for a whole `n` of 0 or more, in pairs of doubles until the end: correctly rounded but for cases too rare to be
 * met, which is what the C library nearly always returns too. Engines differ in the last bits of `**`.
 *
 * @see Dekker 1971, "A floating-point technique for extending the available precision".
 */
export function wholePower(x: number, n: number): number {
  let [power, powerRest] = [1, 0];
  let [square, squareRest] = [x, 0];
  for (let left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      const p = power * square;
      const rest = roundingError(power, square, p) + (power * squareRest + powerRest * square);
      power = isFar(p) ? p : p + rest;
      powerRest = isFar(p) ? 0 : p - power + rest;
    }
    const p = square * square;
    const rest = roundingError(square, square, p) + 2 * square * squareRest;
    square = isFar(p) ? p : p + rest;
    squareRest = isFar(p) ? 0 : p - square + rest;
  }
  return power;
}

/** Whether a product is so large or so small that there is no room for its parts; doubles have to do then. */
function isFar(p: number): boolean {
  const size = Math.abs(p);
  return !(size > 2 ** -960 && size < 2 ** 990);
}

/** `a·b − p`, where `p` is that product rounded. */
function roundingError(a: number, b: number, p: number): number {
  const [a1, b1] = [upperHalf(a), upperHalf(b)];
  const [a2, b2] = [a - a1, b - b1];
  return a2 * b2 - (p - a1 * b1 - a2 * b1 - a1 * b2);
}

/** The upper 26 bits. */
function upperHalf(x: number): number {
  const spread = 134217729 * x; // 2^27 + 1
  return spread - (spread - x);
}
