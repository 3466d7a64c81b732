/** Below this share of the largest number met, what is left of a vector is taken for rounding. */
const negligible = 1e-12;

/**
 * Lanczos' tridiagonal form `T` of a symmetric matrix on the space of `q, A·q, A²·q, …`, each new vector made orthogonal
 * to all before, twice: without that, rounding brings back copies of eigenvalues that are already there.
 * @see Golub & Van Loan, "Matrix Computations", section 10.3.
 */
export class Lanczos {
  /** Orthonormal vectors; `A` on them is `T`. */
  readonly basis: Float64Array[] = [];
  /** The diagonal of `T`. */
  readonly diagonal: number[] = [];
  /** Beside the diagonal of `T`; the last is the length of what leads out of the space, 0 if nothing does. */
  readonly offDiagonal: number[] = [];
  /** Where the current start is in `basis`: not 0 once the space was exhausted and another was begun. */
  blockStart = 0;
  private scale = 0;

  /** @param start - any vector but 0. */
  constructor(start: Float64Array) {
    this.basis.push(scaled(start, 1 / lengthOf(start)));
  }

  /** The vector whose product with the matrix is wanted next. */
  get newest(): Float64Array {
    return this.basis[this.basis.length - 1];
  }

  /** How many products have been taken in. */
  get iterations(): number {
    return this.diagonal.length;
  }

  /** Whether nothing leads out of the space. */
  get isExhausted(): boolean {
    return this.offDiagonal[this.iterations - 1] === 0;
  }

  /** Takes in the product of the matrix with {@link Lanczos.newest}. */
  take(product: Float64Array): void {
    const rest = product.slice();
    const alpha = dotOf(this.newest, rest);
    this.orthogonalise(rest);
    const beta = lengthOf(rest);
    this.scale = Math.max(this.scale, Math.abs(alpha), beta);
    const isRounding = beta <= negligible * this.scale || this.basis.length === rest.length;
    this.diagonal.push(alpha);
    this.offDiagonal.push(isRounding ? 0 : beta);
    if (!isRounding) this.basis.push(scaled(rest, 1 / beta));
  }

  /** Goes on in a new direction, where the space is exhausted but is not the whole. */
  restart(start: Float64Array): void {
    const rest = start.slice();
    this.orthogonalise(rest);
    this.blockStart = this.basis.length;
    this.basis.push(scaled(rest, 1 / lengthOf(rest)));
  }

  private orthogonalise(vector: Float64Array): void {
    orthogonalise(vector, this.basis);
  }
}

/** Takes from `vector` what lies along each of `basis`, orthonormal, twice over. */
export function orthogonalise(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const q of basis) {
      const along = dotOf(q, vector);
      for (let i = 0; i < vector.length; i++) vector[i] -= along * q[i];
    }
  }
}

/** `Σ aᵢ·bᵢ`. */
export function dotOf(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** `√Σ xᵢ²`. */
export const lengthOf = (x: Float64Array): number => Math.sqrt(dotOf(x, x));

/** `scale·x`. */
export const scaled = (x: Float64Array, scale: number): Float64Array => x.map((value) => value * scale);
