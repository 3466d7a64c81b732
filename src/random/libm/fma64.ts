/**
 * `a·b + c` of three doubles, rounded once, as a fused multiply-add does it. Exact for products between 2^-960 and
 * 2^990 in size, and for zero; beyond those the product is rounded too.
 *
 * @see Dekker 1971, "A floating-point technique for extending the available precision": the error of a product.
 * @see Boldo & Melquiond 2008, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd".
 */
export function fma64(a: number, b: number, c: number): number {
  const p = a * b;
  const size = Math.abs(p);
  if (!(size > 2 ** -960 && size < 2 ** 990 && Math.abs(a) < 2 ** 990 && Math.abs(b) < 2 ** 990)) return p + c;

  // p + pError = a·b, from the products of half-length parts.
  const aSplit = 134217729 * a; // 2^27 + 1
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = 134217729 * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  const pError = aLow * bLow - (p - aHigh * bHigh - aLow * bHigh - aHigh * bLow);

  // high + low + rest = a·b + c, each far below the one before.
  const t = c + pError;
  const tError = sumError(c, pError, t);
  const high = p + t;
  const highError = sumError(p, t, high);
  const low = highError + tError;
  const rest = sumError(highError, tError, low);

  const y = high + low;
  const error = sumError(high, low, y);
  // Where y was chosen because it is even, half-way between two doubles, the rest decides.
  const tie = error !== 0 && y + 2 * error - y === 2 * error;
  return tie && rest !== 0 && rest > 0 === error > 0 ? y + 2 * error : y;
}

/** What rounding took from `s = a + b` (Knuth's TwoSum). */
function sumError(a: number, b: number, s: number): number {
  const t = s - a;
  return a - (s - t) + (b - t);
}
