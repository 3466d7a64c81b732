/** Numbers one for each entry of all parameters, in order; what is computed on the way is in double precision. */
export type LongVector = Float32Array | Float64Array;

// Sums are four, of every fourth number each, which do not wait for one another: that takes half the time.

/** `Σ aᵢ·bᵢ`. */
export function dotOf(a: LongVector, b: LongVector): number {
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  let i = 0;
  for (const end = a.length - 3; i < end; i += 4) {
    p += a[i] * b[i];
    q += a[i + 1] * b[i + 1];
    r += a[i + 2] * b[i + 2];
    s += a[i + 3] * b[i + 3];
  }
  for (; i < a.length; i++) p += a[i] * b[i];
  return p + q + (r + s);
}

/** `Σ xᵢ`. */
export function sumOf(x: LongVector): number {
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  let i = 0;
  for (const end = x.length - 3; i < end; i += 4) {
    p += x[i];
    q += x[i + 1];
    r += x[i + 2];
    s += x[i + 3];
  }
  for (; i < x.length; i++) p += x[i];
  return p + q + (r + s);
}

/** `Σ (xᵢ − at)²`. */
export function squaresAround(x: LongVector, at: number): number {
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  let i = 0;
  for (const end = x.length - 3; i < end; i += 4) {
    p += (x[i] - at) * (x[i] - at);
    q += (x[i + 1] - at) * (x[i + 1] - at);
    r += (x[i + 2] - at) * (x[i + 2] - at);
    s += (x[i + 3] - at) * (x[i + 3] - at);
  }
  for (; i < x.length; i++) p += (x[i] - at) * (x[i] - at);
  return p + q + (r + s);
}

/** `Σ (aᵢ − bᵢ)²`. */
export function squaresBetween(a: LongVector, b: LongVector): number {
  let p = 0;
  let q = 0;
  let r = 0;
  let s = 0;
  let i = 0;
  for (const end = a.length - 3; i < end; i += 4) {
    p += (a[i] - b[i]) * (a[i] - b[i]);
    q += (a[i + 1] - b[i + 1]) * (a[i + 1] - b[i + 1]);
    r += (a[i + 2] - b[i + 2]) * (a[i + 2] - b[i + 2]);
    s += (a[i + 3] - b[i + 3]) * (a[i + 3] - b[i + 3]);
  }
  for (; i < a.length; i++) p += (a[i] - b[i]) * (a[i] - b[i]);
  return p + q + (r + s);
}

/** `√Σ xᵢ²`. */
export const lengthOf = (x: LongVector): number => Math.sqrt(dotOf(x, x));

/** `scale·x`. */
export function scaled<V extends LongVector>(x: V, scale: number): V {
  const y = x.slice() as V;
  for (let i = 0; i < y.length; i++) y[i] *= scale;
  return y;
}

/** Adds `scale·x` to `y`. */
export function addScaled(y: Float64Array, x: LongVector, scale: number): void {
  for (let i = 0; i < y.length; i++) y[i] += scale * x[i];
}

/** Whether none of the numbers is NaN or infinite. */
export function isAllFinite(x: LongVector): boolean {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += 0 * x[i]; // 0 · ∞ is NaN
  return sum === 0;
}

/**
 * Takes from `vector` what lies along each of `basis`, orthonormal; and once more where it has lost much of its length by
 * that, since what is left is then partly rounding. Twice is enough.
 * @returns the length of what is left.
 * @see Parlett, "The Symmetric Eigenvalue Problem", section 6.9, which credits Kahan with the argument.
 */
export function orthogonalise(vector: Float64Array, basis: readonly LongVector[]): number {
  const before = lengthOf(vector);
  takeOut(vector, basis);
  const after = lengthOf(vector);
  if (after >= Math.SQRT1_2 * before) return after;
  takeOut(vector, basis);
  return lengthOf(vector);
}

/** One pass, four vectors at a time: so many sums at once keep the processor busy, and `vector` is read a quarter as often. */
function takeOut(vector: Float64Array, basis: readonly LongVector[]): void {
  let k = 0;
  for (; k + 4 <= basis.length; k += 4) takeOutFour(vector, basis[k], basis[k + 1], basis[k + 2], basis[k + 3]);
  for (; k < basis.length; k++) addScaled(vector, basis[k], -dotOf(basis[k], vector));
}

function takeOutFour(vector: Float64Array, p: LongVector, q: LongVector, r: LongVector, s: LongVector): void {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < vector.length; i++) {
    const x = vector[i];
    a += p[i] * x;
    b += q[i] * x;
    c += r[i] * x;
    d += s[i] * x;
  }
  for (let i = 0; i < vector.length; i++) vector[i] -= a * p[i] + b * q[i] + (c * r[i] + d * s[i]);
}
