import type { Data } from "../../base/dtype.ts";
import { type NDArray, zeros } from "../array.ts";

/** The sizes of a product `[batch, m, k]·[batch, k, n]`, or `[m, k]·[k, n]`, after transposing. */
export function productSizes(a: NDArray, b: NDArray, transposeA: boolean, transposeB: boolean) {
  const d = a.shape.length - 2;
  const batch = d === 1 ? a.shape[0] : 1;
  const [m, k] = transposeA ? [a.shape[d + 1], a.shape[d]] : [a.shape[d], a.shape[d + 1]];
  const n = transposeB ? b.shape[d] : b.shape[d + 1];
  return { batch, m, k, n, shape: d === 1 ? [batch, m, n] : [m, n] };
}

/**
 * `op(a)·op(b)`, of two matrices or of each pair in two batches `[batch, rows, columns]`, where `op` transposes the last
 * two dimensions or leaves them. Each product is summed in double precision, four terms at a time, for speed; that of whole
 * numbers wraps at each step.
 */
export function matmul(a: NDArray, b: NDArray, transposeA: boolean, transposeB: boolean): NDArray {
  const { batch, m, k: inner, n, shape } = productSizes(a, b, transposeA, transposeB);
  const y = zeros(a.dtype, shape);
  const [stepRow, step] = transposeA ? [1, m] : [inner, 1];
  const multiply = a.dtype === "int32" ? wholeRow(transposeB) : transposeB ? rowTimesTransposed : rowTimes;
  const left = new Float64Array(inner);
  const row = new Float64Array(n);
  for (let z = 0; z < batch; z++) {
    for (let i = 0; i < m; i++) {
      const from = z * m * inner + i * stepRow;
      for (let k = 0; k < inner; k++) left[k] = a.data[from + k * step];
      multiply(left, b.data, z * inner * n, row);
      y.data.set(row, (z * m + i) * n);
    }
  }
  return y;
}

/** `row = left·b` for a matrix `b` `[inner, n]` that starts at `from`. */
function rowTimes(left: Float64Array, b: Data, from: number, row: Float64Array): void {
  const [inner, n] = [left.length, row.length];
  row.fill(0);
  let k = 0;
  for (; k + 3 < inner; k += 4) {
    const [s0, s1, s2, s3] = [left[k], left[k + 1], left[k + 2], left[k + 3]];
    const b0 = from + k * n;
    const [b1, b2, b3] = [b0 + n, b0 + 2 * n, b0 + 3 * n];
    for (let j = 0; j < n; j++) row[j] += s0 * b[b0 + j] + s1 * b[b1 + j] + s2 * b[b2 + j] + s3 * b[b3 + j];
  }
  for (; k < inner; k++) {
    for (let j = 0; j < n; j++) row[j] += left[k] * b[from + k * n + j];
  }
}

/** `row = left·op(b)` for whole numbers, to their lowest 32 bits. */
const wholeRow =
  (transposeB: boolean) =>
  (left: Float64Array, b: Data, from: number, row: Float64Array): void => {
    const [inner, n] = [left.length, row.length];
    const [step, stepColumn] = transposeB ? [1, inner] : [n, 1];
    for (let j = 0; j < n; j++) {
      let total = 0;
      for (let k = 0, at = from + j * stepColumn; k < inner; k++, at += step)
        total = (total + Math.imul(left[k], b[at])) | 0;
      row[j] = total;
    }
  };

/** `row = left·bᵀ` for a matrix `b` `[n, inner]` that starts at `from`. */
function rowTimesTransposed(left: Float64Array, b: Data, from: number, row: Float64Array): void {
  const [inner, n] = [left.length, row.length];
  let j = 0;
  for (; j + 3 < n; j += 4) {
    const b0 = from + j * inner;
    const [b1, b2, b3] = [b0 + inner, b0 + 2 * inner, b0 + 3 * inner];
    let [t0, t1, t2, t3] = [0, 0, 0, 0];
    for (let k = 0; k < inner; k++) {
      const x = left[k];
      t0 += x * b[b0 + k];
      t1 += x * b[b1 + k];
      t2 += x * b[b2 + k];
      t3 += x * b[b3 + k];
    }
    row[j] = t0;
    row[j + 1] = t1;
    row[j + 2] = t2;
    row[j + 3] = t3;
  }
  for (; j < n; j++) {
    let total = 0;
    for (let k = 0; k < inner; k++) total += left[k] * b[from + j * inner + k];
    row[j] = total;
  }
}
