import { addScaled, dotOf, type LongVector, orthogonalise } from "./longVector.ts";

/** Below this share of the largest number met, what is left of a vector is taken for rounding. */
const negligible = 1e-12;

/**
 * Lanczos' tridiagonal form `T` of a symmetric matrix on the space of `q, A·q, A²·q, …`, each new vector made orthogonal
 * to all before: without that, rounding brings back copies of eigenvalues that are already there.
 * @see Golub & Van Loan, "Matrix Computations", section 10.3.
 */
export class Lanczos {
  /** Orthonormal vectors, in the precision of the start; `A` on them is `T`. */
  readonly basis: LongVector[];
  /** The diagonal of `T`. */
  readonly diagonal: number[] = [];
  /** Beside the diagonal of `T`; the last is the length of what leads out of the space, 0 if nothing does. */
  readonly offDiagonal: number[] = [];
  private readonly outside: readonly LongVector[];
  private scale = 0;

  /**
   * @param start - any vector but 0; what lies along `outside` is taken out of it, in place.
   * @param outside - orthonormal vectors that the space is kept orthogonal to.
   * @param single - whether the basis is kept in single precision, which takes half the memory.
   */
  constructor(start: Float64Array, outside: readonly LongVector[] = [], single = false) {
    this.outside = outside;
    this.basis = [unit(start, orthogonalise(start, outside), single)];
  }

  /** The vector whose product with the matrix is wanted next. */
  get newest(): LongVector {
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

  /** Takes in the product of the matrix with {@link Lanczos.newest}, whose memory it works on. */
  take(product: Float64Array): void {
    const { basis, outside, newest, iterations } = this;
    const alpha = dotOf(newest, product);
    addScaled(product, newest, -alpha);
    if (iterations > 0) addScaled(product, basis[iterations - 1], -this.offDiagonal[iterations - 1]);
    const beta = orthogonalise(product, [...outside, ...basis]);
    this.scale = Math.max(this.scale, Math.abs(alpha), beta);
    const isWhole = outside.length + basis.length === product.length;
    const isRounding = beta <= negligible * this.scale || isWhole;
    this.diagonal.push(alpha);
    this.offDiagonal.push(isRounding ? 0 : beta);
    if (!isRounding) basis.push(unit(product, beta, newest instanceof Float32Array));
  }
}

/** `x/length`. */
function unit(x: Float64Array, length: number, single: boolean): LongVector {
  const y = single ? new Float32Array(x.length) : new Float64Array(x.length);
  for (let i = 0; i < y.length; i++) y[i] = x[i] / length;
  return y;
}
