import { type NDArray, zeros } from "../array.ts";

/**
 * `op(a)·op(b)` for each matrix of a batch `[batch, rows, columns]`, where `op` transposes the last two dimensions or
 * leaves them. Each product is summed in double precision.
 */
export function matmul(a: NDArray, b: NDArray, transposeA: boolean, transposeB: boolean): NDArray {
  const [batch, rowsA, columnsA] = a.shape;
  const [m, inner] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const n = transposeB ? b.shape[1] : b.shape[2];
  const y = zeros(a.dtype, [batch, m, n]);
  const [stepRow, stepInner] = transposeA ? [1, m] : [inner, 1];
  const row = new Float64Array(n);
  for (let z = 0; z < batch; z++) {
    for (let i = 0; i < m; i++) {
      const fromA = z * m * inner + i * stepRow;
      if (transposeB) rowTimesTransposed(a, b, fromA, stepInner, z * inner * n, inner, row);
      else rowTimes(a, b, fromA, stepInner, z * inner * n, inner, row);
      y.data.set(row, (z * m + i) * n);
    }
  }
  return y;
}

/** One row of `a`, its elements `step` apart, times a matrix `b` `[inner, n]`. */
function rowTimes(a: NDArray, b: NDArray, from: number, step: number, fromB: number, inner: number, row: Float64Array) {
  const n = row.length;
  const [x, w] = [a.data, b.data];
  row.fill(0);
  for (let k = 0; k < inner; k++) {
    const scale = x[from + k * step];
    const at = fromB + k * n;
    for (let j = 0; j < n; j++) row[j] += scale * w[at + j];
  }
}

/** One row of `a`, its elements `step` apart, times the transpose of a matrix `b` `[n, inner]`. */
function rowTimesTransposed(
  a: NDArray,
  b: NDArray,
  from: number,
  step: number,
  fromB: number,
  inner: number,
  row: Float64Array,
) {
  const [x, w] = [a.data, b.data];
  for (let j = 0; j < row.length; j++) {
    const at = fromB + j * inner;
    let total = 0;
    for (let k = 0; k < inner; k++) total += x[from + k * step] * w[at + k];
    row[j] = total;
  }
}
