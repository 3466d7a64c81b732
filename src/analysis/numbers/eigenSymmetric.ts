/** The eigenvalues of a symmetric matrix, the largest first, and its eigenvectors, a column each. */
export interface SymmetricEigen {
  readonly values: readonly number[];
  /** `vectors[i][k]`: component `i` of the eigenvector of `values[k]`. */
  readonly vectors: readonly (readonly number[])[];
}

/**
 * Jacobi's method: rotations, each of which makes one off-diagonal pair zero, until all are. For matrices of some hundred
 * rows at most.
 * @see Golub & Van Loan, "Matrix Computations", section 8.5.
 */
export function eigenSymmetric(matrix: readonly (readonly number[])[]): SymmetricEigen {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, i) => a.map((_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    let diagonal = 0;
    for (let i = 0; i < n; i++) {
      diagonal += a[i][i] * a[i][i];
      for (let j = i + 1; j < n; j++) off += a[i][j] * a[i][j];
    }
    if (off <= 1e-30 * diagonal) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, p, q);
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
  return { values: order.map((i) => a[i][i]), vectors: v.map((row) => order.map((k) => row[k])) };
}

/** Makes `a[p][q]` zero by a rotation of rows and columns `p` and `q`. */
function rotate(a: number[][], v: number[][], p: number, q: number): void {
  if (a[p][q] === 0) return;
  const tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = t * c;
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k][p], a[k][q]];
    a[k][p] = c * x - s * y;
    a[k][q] = s * x + c * y;
  }
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[p][k], a[q][k]];
    a[p][k] = c * x - s * y;
    a[q][k] = s * x + c * y;
    const [z, w] = [v[k][p], v[k][q]];
    v[k][p] = c * z - s * w;
    v[k][q] = s * z + c * w;
  }
}
