// Products of float64 by tiles of 2 rows and 8 columns, whose sums stay in registers. The right-hand matrix is read
// where it lies or, if it is transposed or large, from panels of 8 columns; the left-hand one by strides, or in pairs
// of rows if it is transposed and large. Blocks of DEPTH terms keep a panel in the first level of cache, blocks of
// HEIGHT rows the left-hand side in the second.

import { mulAdd2 } from "./mulAdd";
import { share } from "./share";

const DEPTH: i32 = 256;
const HEIGHT: i32 = 64;

/** Numbers that are read where they lie, for they stay in the first level of cache. */
const FEW: i32 = 4096;

/** Bytes of a tile that hangs over the edge, on its way. */
const TILE: usize = 128;

/** Bytes of scratch memory that {@link matmulF64} needs. */
export function matmulScratchF64(n: i32, k: i32): usize {
  const depth = usize(min(k, DEPTH));
  return TILE + ((depth * (usize(n + 7) & ~7)) << 3) + ((depth * usize(HEIGHT)) << 3);
}

/**
 * `y = op(a)·op(b)`, `[m, n]`, in float64, for `k` > 0: the share of one among `tasks` tasks, which is a strip of columns,
 * or of rows if there are fewer panels than tasks. No element depends on how many tasks there are.
 */
export function matmulF64(
  a: usize,
  b: usize,
  y: usize,
  scratch: usize,
  task: i32,
  tasks: i32,
  m: i32,
  n: i32,
  k: i32,
  transposeA: bool,
  transposeB: bool,
): void {
  let first = 0;
  let last = m;
  let start = 0;
  let end = n;
  const count = (n + 7) / 8;
  if (count >= tasks) {
    start = 8 * share(count, task, tasks);
    end = min(n, 8 * share(count, task + 1, tasks));
  } else {
    first = 2 * share((m + 1) / 2, task, tasks);
    last = min(m, 2 * share((m + 1) / 2, task + 1, tasks));
  }
  const packsB = transposeB || n * k > FEW;
  const packsA = transposeA && m * k > FEW;
  const panels = scratch + TILE;
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const pairs = panels + ((usize(depth) * (usize(n + 7) & ~7)) << 3);
    if (packsB) packPanels(b, panels, from, depth, start, end, n, k, transposeB);
    for (let top = first; top < last; top += HEIGHT) {
      const rows = min(HEIGHT, last - top);
      let left = a + ((usize(top) * usize(k) + usize(from)) << 3);
      let rowStep = usize(k) << 3;
      let pairStep = rowStep << 1;
      let step: usize = 8;
      if (packsA) {
        packPairs(a, pairs, from, depth, top, rows, m);
        left = pairs;
        rowStep = 8;
        pairStep = usize(depth) << 4;
        step = 16;
      } else if (transposeA) {
        left = a + ((usize(from) * usize(m) + usize(top)) << 3);
        rowStep = 8;
        pairStep = 16;
        step = usize(m) << 3;
      }
      // The panel at the right edge comes first: what its tiles store beyond the edge is where the next row begins, or behind the last.
      const count = (end - start + 7) / 8;
      const mayHang = tasks == 1 && from == 0;
      for (let i = 0; i < count; i++) {
        const column = start + 8 * (i == 0 ? count - 1 : i - 1);
        const columns = mayHang ? 8 : min(8, n - column);
        const to = y + ((usize(top) * usize(n) + usize(column)) << 3);
        const panel = packsB
          ? panels + ((usize(column - start) * usize(depth)) << 3)
          : b + ((usize(from) * usize(n) + usize(column)) << 3);
        const panelStep: usize = packsB ? 64 : usize(n) << 3;
        panelTimes(left, rowStep, pairStep, step, panel, panelStep, depth, to, usize(n) << 3, rows, columns, from > 0, scratch);
      }
    }
  }
}

/**
 * Rows `from … from + depth` of columns `start … end` of `op(b)` as panels of 8 columns; beyond the last column there
 * may be anything.
 */
function packPanels(
  b: usize,
  panels: usize,
  from: i32,
  depth: i32,
  start: i32,
  end: i32,
  n: i32,
  k: i32,
  transposed: bool,
): void {
  let to = panels;
  for (let column = start; column < end; column += 8) {
    if (transposed) {
      for (let j = 0; j < 8; j += 2) {
        // Rows of b beyond the last are read from the last again.
        const row0 = usize(min(column + j, n - 1));
        const row1 = usize(min(column + j + 1, n - 1));
        const left = b + ((row0 * usize(k) + usize(from)) << 3);
        const right = b + ((row1 * usize(k) + usize(from)) << 3);
        packTwo(left, right, to + (usize(j) << 3), depth);
      }
      to += usize(depth) << 6;
      continue;
    }
    let source = b + ((usize(from) * usize(n) + usize(column)) << 3);
    for (let i = 0; i < depth; i++, to += 64, source += usize(n) << 3) {
      v128.store(to, v128.load(source));
      v128.store(to, v128.load(source, 16), 16);
      v128.store(to, v128.load(source, 32), 32);
      v128.store(to, v128.load(source, 48), 48);
    }
  }
}

/** Two rows of `depth` numbers as two columns of a panel. */
function packTwo(row0: usize, row1: usize, to: usize, depth: i32): void {
  for (let i = 0; i < depth; i++, row0 += 8, row1 += 8, to += 64) {
    store<f64>(to, load<f64>(row0));
    store<f64>(to, load<f64>(row1), 8);
  }
}

/** Rows `top … top + rows` of a transposed left-hand side, in pairs: `[rows / 2][depth][2]`. */
function packPairs(a: usize, to: usize, from: i32, depth: i32, top: i32, rows: i32, m: i32): void {
  for (let i = 0; i < depth; i++) {
    let source = a + ((usize(from + i) * usize(m) + usize(top)) << 3);
    let target = to + (usize(i) << 4);
    for (let row = 0; row < rows; row += 2, source += 16, target += usize(depth) << 4) {
      v128.store(target, v128.load(source));
    }
  }
}

/** One panel: all rows times up to 8 columns, stored at `y` or added to what is there. */
function panelTimes(
  a: usize,
  rowStep: usize,
  pairStep: usize,
  step: usize,
  panel: usize,
  panelStep: usize,
  depth: i32,
  y: usize,
  stride: usize,
  rows: i32,
  columns: i32,
  adds: bool,
  scratch: usize,
): void {
  const end = panel + usize(depth) * panelStep;
  for (let row = 0; row < rows; row += 2, a += pairStep, y += stride << 1) {
    const isPair = row + 1 < rows;
    let a0 = a;
    let a1 = isPair ? a + rowStep : a;
    let b = panel;
    let c00 = f64x2.splat(0);
    let c01 = f64x2.splat(0);
    let c02 = f64x2.splat(0);
    let c03 = f64x2.splat(0);
    let c10 = f64x2.splat(0);
    let c11 = f64x2.splat(0);
    let c12 = f64x2.splat(0);
    let c13 = f64x2.splat(0);
    let x = f64x2.splat(0);
    let b0 = x;
    let b1 = x;
    let b2 = x;
    let b3 = x;
    // Four terms a turn. The breaks between them are for V8, which would load all operands of a turn at its start, and
    // run out of registers. With fused instructions one term a turn is as fast.
    do {
      x = v128.load64_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      b3 = v128.load(b, 48);
      c00 = mulAdd2(x, b0, c00);
      c01 = mulAdd2(x, b1, c01);
      c02 = mulAdd2(x, b2, c02);
      c03 = mulAdd2(x, b3, c03);
      x = v128.load64_splat(a1);
      c10 = mulAdd2(x, b0, c10);
      c11 = mulAdd2(x, b1, c11);
      c12 = mulAdd2(x, b2, c12);
      c13 = mulAdd2(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      if (ASC_FEATURE_RELAXED_SIMD) continue;
      x = v128.load64_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      b3 = v128.load(b, 48);
      c00 = mulAdd2(x, b0, c00);
      c01 = mulAdd2(x, b1, c01);
      c02 = mulAdd2(x, b2, c02);
      c03 = mulAdd2(x, b3, c03);
      x = v128.load64_splat(a1);
      c10 = mulAdd2(x, b0, c10);
      c11 = mulAdd2(x, b1, c11);
      c12 = mulAdd2(x, b2, c12);
      c13 = mulAdd2(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      x = v128.load64_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      b3 = v128.load(b, 48);
      c00 = mulAdd2(x, b0, c00);
      c01 = mulAdd2(x, b1, c01);
      c02 = mulAdd2(x, b2, c02);
      c03 = mulAdd2(x, b3, c03);
      x = v128.load64_splat(a1);
      c10 = mulAdd2(x, b0, c10);
      c11 = mulAdd2(x, b1, c11);
      c12 = mulAdd2(x, b2, c12);
      c13 = mulAdd2(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      x = v128.load64_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      b3 = v128.load(b, 48);
      c00 = mulAdd2(x, b0, c00);
      c01 = mulAdd2(x, b1, c01);
      c02 = mulAdd2(x, b2, c02);
      c03 = mulAdd2(x, b3, c03);
      x = v128.load64_splat(a1);
      c10 = mulAdd2(x, b0, c10);
      c11 = mulAdd2(x, b1, c11);
      c12 = mulAdd2(x, b2, c12);
      c13 = mulAdd2(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
    } while (b < end);
    if (columns === 8) {
      storeRow(y, c00, c01, c02, c03, adds);
      if (isPair) storeRow(y + stride, c10, c11, c12, c13, adds);
    } else {
      storeRow(scratch, c00, c01, c02, c03, false);
      storePart(y, scratch, columns, adds);
      if (isPair) {
        storeRow(scratch, c10, c11, c12, c13, false);
        storePart(y + stride, scratch, columns, adds);
      }
    }
  }
}

/** Eight numbers stored at `y`, or added to what is there. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function storeRow(y: usize, c0: v128, c1: v128, c2: v128, c3: v128, adds: bool): void {
  if (adds) {
    c0 = f64x2.add(v128.load(y), c0);
    c1 = f64x2.add(v128.load(y, 16), c1);
    c2 = f64x2.add(v128.load(y, 32), c2);
    c3 = f64x2.add(v128.load(y, 48), c3);
  }
  v128.store(y, c0);
  v128.store(y, c1, 16);
  v128.store(y, c2, 32);
  v128.store(y, c3, 48);
}

/** The first `columns` numbers of a row of a tile. */
function storePart(y: usize, from: usize, columns: i32, adds: bool): void {
  const end = y + (usize(columns) << 3);
  for (; y < end; y += 8, from += 8) store<f64>(y, adds ? load<f64>(y) + load<f64>(from) : load<f64>(from));
}
