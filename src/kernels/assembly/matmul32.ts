// Products by tiles of 4 rows and one panel of columns. The right-hand matrix is packed into panels, transposed on the
// way if need be; the left-hand one is read where it lies, by strides. Blocks of DEPTH terms keep a panel in the first
// level of cache, blocks of HEIGHT rows the left-hand side in the second.

const DEPTH: i32 = 256;
const HEIGHT: i32 = 64;

/** Bytes at the start of the scratch memory for a tile that hangs over the edge. */
const TILE: usize = 128;

/**
 * `y = op(a)·op(b)`, `[m, n]`, in float32. `scratch` has 128 bytes and room for `min(k, 256)` rows of `n` rounded up
 * to 8 numbers.
 */
export function matmulF32(
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
  const rowStep: usize = transposeA ? 4 : usize(k) << 2;
  const step: usize = transposeA ? usize(m) << 2 : 4;
  const panels = scratch + TILE;
  if (k === 0) memory.fill(y, 0, (usize(m) * usize(n)) << 2);
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    packF32(b, panels, from, depth, n, k, transposeB);
    for (let top = 0; top < m; top += HEIGHT) {
      const bottom = min(top + HEIGHT, m);
      for (let column = 0; column < n; column += 8) {
        const panel = panels + ((usize(column) * usize(depth)) << 2);
        for (let row = top; row < bottom; row += 4) {
          const left = a + usize(row) * rowStep + usize(from) * step;
          const to = y + ((usize(row) * usize(n) + usize(column)) << 2);
          tileF32(left, rowStep, step, panel, depth, to, n, min(4, m - row), min(8, n - column), from > 0, scratch);
        }
      }
    }
  }
}

/** Rows `from … from + depth` of `op(b)` as panels of 8 columns, the last filled up with zeros. */
function packF32(b: usize, panels: usize, from: i32, depth: i32, n: i32, k: i32, transposed: bool): void {
  let to = panels;
  for (let column = 0; column < n; column += 8) {
    const width = min(8, n - column);
    if (transposed && width === 8) {
      const left = b + ((usize(column) * usize(k) + usize(from)) << 2);
      packTransposedF32(left, to, depth, usize(k) << 2);
      to += usize(depth) << 5;
      continue;
    }
    for (let i = from; i < from + depth; i++, to += 32) {
      if (!transposed && width === 8) {
        const source = b + ((usize(i) * usize(n) + usize(column)) << 2);
        v128.store(to, v128.load(source));
        v128.store(to, v128.load(source, 16), 16);
        continue;
      }
      for (let j = 0; j < 8; j++) {
        const at = transposed ? usize(column + j) * usize(k) + usize(i) : usize(i) * usize(n) + usize(column + j);
        store<f32>(to + (usize(j) << 2), j < width ? load<f32>(b + (at << 2)) : 0);
      }
    }
  }
}

/** Eight rows of `b`, `stride` bytes apart, as the columns of a panel: 4 by 4 numbers at a time. */
function packTransposedF32(b: usize, to: usize, depth: i32, stride: usize): void {
  let i = 0;
  for (; i + 4 <= depth; i += 4) {
    transposeF32(b + (usize(i) << 2), stride, to + (usize(i) << 5));
    transposeF32(b + (usize(i) << 2) + 4 * stride, stride, to + (usize(i) << 5) + 16);
  }
  for (; i < depth; i++) {
    for (let j = 0; j < 8; j++) {
      store<f32>(to + (usize(i) << 5) + (usize(j) << 2), load<f32>(b + usize(j) * stride + (usize(i) << 2)));
    }
  }
}

/** Four rows of four numbers as four columns, in rows of a panel. */
// @ts-ignore: decorator
@inline
function transposeF32(from: usize, stride: usize, to: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + stride);
  const r2 = v128.load(from + 2 * stride);
  const r3 = v128.load(from + 3 * stride);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
  v128.store(to, v128.shuffle<f64>(low01, low23, 1, 3), 32);
  v128.store(to, v128.shuffle<f64>(high01, high23, 0, 2), 64);
  v128.store(to, v128.shuffle<f64>(high01, high23, 1, 3), 96);
}

/** One tile: up to 4 rows of the left-hand side times one panel, stored at `y` or added to what is there. */
function tileF32(
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
  // Rows beyond the edge are read from the first one again; what comes of them is not stored.
  let a0 = a;
  let a1 = rows > 1 ? a + rowStep : a;
  let a2 = rows > 2 ? a + 2 * rowStep : a;
  let a3 = rows > 3 ? a + 3 * rowStep : a;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let b = panel;
  const end = panel + (usize(depth) << 5);
  do {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load32_splat(a0);
    c00 = f32x4.add(c00, f32x4.mul(x0, b0));
    c01 = f32x4.add(c01, f32x4.mul(x0, b1));
    const x1 = v128.load32_splat(a1);
    c10 = f32x4.add(c10, f32x4.mul(x1, b0));
    c11 = f32x4.add(c11, f32x4.mul(x1, b1));
    const x2 = v128.load32_splat(a2);
    c20 = f32x4.add(c20, f32x4.mul(x2, b0));
    c21 = f32x4.add(c21, f32x4.mul(x2, b1));
    const x3 = v128.load32_splat(a3);
    c30 = f32x4.add(c30, f32x4.mul(x3, b0));
    c31 = f32x4.add(c31, f32x4.mul(x3, b1));
    a0 += step;
    a1 += step;
    a2 += step;
    a3 += step;
    b += 32;
  } while (b < end);
  const isWhole = rows === 4 && columns === 8;
  const to = isWhole ? y : scratch;
  const stride: usize = isWhole ? usize(n) << 2 : 32;
  if (isWhole && adds) {
    c00 = f32x4.add(v128.load(to), c00);
    c01 = f32x4.add(v128.load(to, 16), c01);
    c10 = f32x4.add(v128.load(to + stride), c10);
    c11 = f32x4.add(v128.load(to + stride, 16), c11);
    c20 = f32x4.add(v128.load(to + 2 * stride), c20);
    c21 = f32x4.add(v128.load(to + 2 * stride, 16), c21);
    c30 = f32x4.add(v128.load(to + 3 * stride), c30);
    c31 = f32x4.add(v128.load(to + 3 * stride, 16), c31);
  }
  v128.store(to, c00);
  v128.store(to, c01, 16);
  v128.store(to + stride, c10);
  v128.store(to + stride, c11, 16);
  v128.store(to + 2 * stride, c20);
  v128.store(to + 2 * stride, c21, 16);
  v128.store(to + 3 * stride, c30);
  v128.store(to + 3 * stride, c31, 16);
  if (isWhole) return;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = y + ((usize(i) * usize(n) + usize(j)) << 2);
      const value = load<f32>(scratch + (usize(i) << 5) + (usize(j) << 2));
      store<f32>(at, adds ? load<f32>(at) + value : value);
    }
  }
}
