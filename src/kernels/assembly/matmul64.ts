// Products of float64, by tiles of 4 rows and one panel of 4 columns; otherwise as those of float32.

const DEPTH: i32 = 256;
const HEIGHT: i32 = 64;

/** Bytes at the start of the scratch memory for a tile on its way. */
const TILE: usize = 128;

/** `y = op(a)·op(b)`, `[m, n]`, in float64. `scratch` has 128 bytes and room for `min(k, 256)` rows of `n` rounded up to 4. */
export function matmulF64(
  a: usize,
  b: usize,
  y: usize,
  scratch: usize,
  m: i32,
  n: i32,
  k: i32,
  transposeA: bool,
  transposeB: bool,
): void {
  const rowStep: usize = transposeA ? 8 : usize(k) << 3;
  const step: usize = transposeA ? usize(m) << 3 : 8;
  const panels = scratch + TILE;
  if (k === 0) memory.fill(y, 0, (usize(m) * usize(n)) << 3);
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    packF64(b, panels, from, depth, n, k, transposeB);
    for (let top = 0; top < m; top += HEIGHT) {
      const bottom = min(top + HEIGHT, m);
      for (let column = 0; column < n; column += 4) {
        const panel = panels + ((usize(column) * usize(depth)) << 3);
        for (let row = top; row < bottom; row += 4) {
          const left = a + usize(row) * rowStep + usize(from) * step;
          const to = y + ((usize(row) * usize(n) + usize(column)) << 3);
          tileF64(left, rowStep, step, panel, depth, to, n, min(4, m - row), min(4, n - column), from > 0, scratch);
        }
      }
    }
  }
}

/** Rows `from … from + depth` of `op(b)` as panels of 4 columns, the last filled up with zeros. */
function packF64(b: usize, panels: usize, from: i32, depth: i32, n: i32, k: i32, transposed: bool): void {
  let to = panels;
  for (let column = 0; column < n; column += 4) {
    const width = min(4, n - column);
    for (let i = from; i < from + depth; i++, to += 32) {
      for (let j = 0; j < 4; j++) {
        const at = transposed ? usize(column + j) * usize(k) + usize(i) : usize(i) * usize(n) + usize(column + j);
        store<f64>(to + (usize(j) << 3), j < width ? load<f64>(b + (at << 3)) : 0);
      }
    }
  }
}

/** One tile of 4 rows and 4 columns, stored at `y` or added to what is there. */
function tileF64(
  a: usize,
  rowStep: usize,
  step: usize,
  panel: usize,
  depth: i32,
  y: usize,
  n: i32,
  rows: i32,
  columns: i32,
  adds: bool,
  scratch: usize,
): void {
  let a0 = a;
  let a1 = rows > 1 ? a + rowStep : a;
  let a2 = rows > 2 ? a + 2 * rowStep : a;
  let a3 = rows > 3 ? a + 3 * rowStep : a;
  let c00 = f64x2.splat(0);
  let c01 = f64x2.splat(0);
  let c10 = f64x2.splat(0);
  let c11 = f64x2.splat(0);
  let c20 = f64x2.splat(0);
  let c21 = f64x2.splat(0);
  let c30 = f64x2.splat(0);
  let c31 = f64x2.splat(0);
  let b = panel;
  const end = panel + (usize(depth) << 5);
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load64_splat(a0);
    c00 = f64x2.add(c00, f64x2.mul(x0, b0));
    c01 = f64x2.add(c01, f64x2.mul(x0, b1));
    const x1 = v128.load64_splat(a1);
    c10 = f64x2.add(c10, f64x2.mul(x1, b0));
    c11 = f64x2.add(c11, f64x2.mul(x1, b1));
    const x2 = v128.load64_splat(a2);
    c20 = f64x2.add(c20, f64x2.mul(x2, b0));
    c21 = f64x2.add(c21, f64x2.mul(x2, b1));
    const x3 = v128.load64_splat(a3);
    c30 = f64x2.add(c30, f64x2.mul(x3, b0));
    c31 = f64x2.add(c31, f64x2.mul(x3, b1));
    a0 += step;
    a1 += step;
    a2 += step;
    a3 += step;
    b += 32;
  } while (b < end);
  v128.store(scratch, c00);
  v128.store(scratch, c01, 16);
  v128.store(scratch, c10, 32);
  v128.store(scratch, c11, 48);
  v128.store(scratch, c20, 64);
  v128.store(scratch, c21, 80);
  v128.store(scratch, c30, 96);
  v128.store(scratch, c31, 112);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = y + ((usize(i) * usize(n) + usize(j)) << 3);
      const value = load<f64>(scratch + (usize(i) << 5) + (usize(j) << 3));
      store<f64>(at, adds ? load<f64>(at) + value : value);
    }
  }
}
