/**
 * The orthonormal factor `Q` `[m, n]` of a tall matrix `A = Q·R`, `m ≥ n`, with the signs that make the diagonal of the
 * triangle `R` positive, which makes it unique. By Householder's reflections, in double precision.
 * @see Golub & Van Loan 2013, "Matrix Computations", algorithm 5.2.1.
 */
export function orthonormal(matrix: readonly (readonly number[])[]): number[][] {
  const a = matrix.map((row) => [...row]);
  const [m, n] = [a.length, a[0].length];
  const reflections: number[][] = [];
  const signs: number[] = [];
  for (let k = 0; k < n; k++) {
    const v = a.map((row, i) => (i < k ? 0 : row[k]));
    const length = Math.sqrt(dot(v, v));
    const isNegative = v[k] < 0;
    v[k] += isNegative ? -length : length; // away from zero: no cancellation
    signs.push(isNegative ? 1 : -1); // R[k][k] is ∓length
    reflections.push(v);
    reflect(a, v);
  }
  const q = Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? signs[j] : 0)));
  for (const v of reflections.reverse()) reflect(q, v);
  return q;
}

/** `a ← a − 2·v·(vᵀa)/(vᵀv)`, the mirror image in the plane orthogonal to `v`. */
function reflect(a: number[][], v: readonly number[]): void {
  const square = dot(v, v);
  if (square === 0) return;
  for (let j = 0; j < a[0].length; j++) {
    let product = 0;
    for (let i = 0; i < a.length; i++) product += v[i] * a[i][j];
    for (let i = 0; i < a.length; i++) a[i][j] -= (2 * product * v[i]) / square;
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
