/** `aᵇ` as C has it: `1ᵇ` is 1 even for NaN, and `(−1)^±∞` is 1, where JavaScript says NaN. */
export function pow(a: number, b: number): number {
  if (a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY)) return 1;
  return a ** b;
}

/** `aᵇ` of 32-bit integers, wrapping; a negative exponent gives the integer part of the fraction. */
export function powInt(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let y = 1;
  for (let base = a, n = b; n > 0; n = Math.floor(n / 2), base = Math.imul(base, base)) {
    if (n % 2 === 1) y = Math.imul(y, base);
  }
  return y;
}

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

/**
 * The error function, to a few units in the last place: its Taylor series with all terms positive,
 * `erf x = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!`, and for `|x| > 3` one minus the continued fraction of `erfc`
 * (Abramowitz & Stegun 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a > 3) return Math.sign(x) * (1 - erfcFraction(a));
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * square) / (2 * n + 1);
    sum += term;
  }
  return twoOverRootPi * Math.exp(-square) * sum;
}

/** `erfc a` for `a > 3`: `e^(−a²)/√π · 1/(a + ½/(a + 1/(a + 3⁄2/(a + …))))`, from the inside out. */
function erfcFraction(a: number): number {
  let tail = a;
  for (let n = 40; n > 0; n--) tail = a + n / 2 / tail;
  return Math.exp(-a * a) / Math.sqrt(Math.PI) / tail;
}
