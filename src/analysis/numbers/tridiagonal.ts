import { TensorError } from "../../base/errors.ts";

/** Eigenvalues of a symmetric matrix, and parts of its eigenvectors. */
export interface TridiagonalEigen {
  /** The eigenvalues, smallest first. */
  readonly values: number[];
  /** For each row asked for, that component of every eigenvector (of length 1), in the order of `values`. */
  readonly rows: number[][];
}

/**
 * The eigenvalues of the symmetric tridiagonal matrix with `diagonal` and, on either side, `offDiagonal`, by the QL
 * algorithm with implicit shifts; of the eigenvectors only the components in `rows`, for which it takes O(n²) each.
 *
 * @param offDiagonal - one number fewer than `diagonal`.
 * @see Press et al., "Numerical Recipes", `tqli`; Bowdler et al. 1968, "The QR and QL Algorithms for Symmetric
 * Matrices".
 */
export function tridiagonal(
  diagonal: readonly number[],
  offDiagonal: readonly number[],
  rows: readonly number[] = [],
): TridiagonalEigen {
  const n = diagonal.length;
  const [d, e] = [Float64Array.from(diagonal), new Float64Array(n)];
  e.set(offDiagonal.slice(0, Math.max(0, n - 1)));
  const z = rows.map((row) => Float64Array.from({ length: n }, (_, i) => (i === row ? 1 : 0)));
  for (let l = 0; l < n; l++) {
    for (let turn = 0; ; turn++) {
      const m = firstSplit(d, e, l);
      if (m === l) break;
      if (turn === 60) throw new TensorError("tridiagonal", { expected: "finite numbers", got: "no convergence" });
      turnOnce(d, e, z, l, m);
    }
  }
  const order = Array.from(d.keys()).sort((i, j) => d[i] - d[j]);
  return { values: order.map((i) => d[i]), rows: z.map((row) => order.map((i) => row[i])) };
}

/** The first place from `l` on where the matrix falls apart, to rounding. */
function firstSplit(d: Float64Array, e: Float64Array, l: number): number {
  let m = l;
  for (; m < d.length - 1; m++) {
    const size = Math.abs(d[m]) + Math.abs(d[m + 1]);
    if (size + Math.abs(e[m]) === size) break;
  }
  return m;
}

/** One QL sweep with Wilkinson's shift over rows `l` to `m`, and the same rotations of the columns of `z`. */
function turnOnce(d: Float64Array, e: Float64Array, z: readonly Float64Array[], l: number, m: number): void {
  let g = (d[l + 1] - d[l]) / (2 * e[l]);
  const r = length(g, 1);
  g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    const radius = length(f, g);
    e[i + 1] = radius;
    if (radius === 0) {
      d[i + 1] -= p;
      e[m] = 0;
      return;
    }
    s = f / radius;
    c = g / radius;
    g = d[i + 1] - p;
    const turn = (d[i] - g) * s + 2 * c * b;
    p = s * turn;
    d[i + 1] = g + p;
    g = c * turn - b;
    for (const row of z) {
      const [left, right] = [row[i], row[i + 1]];
      row[i + 1] = s * left + c * right;
      row[i] = c * left - s * right;
    }
  }
  d[l] -= p;
  e[l] = g;
  e[m] = 0;
}

/** `√(a² + b²)`, without overflow; `Math.hypot` differs between engines. */
function length(a: number, b: number): number {
  const [large, small] = Math.abs(a) > Math.abs(b) ? [Math.abs(a), Math.abs(b)] : [Math.abs(b), Math.abs(a)];
  if (large === 0) return 0;
  const ratio = small / large;
  return large * Math.sqrt(1 + ratio * ratio);
}
