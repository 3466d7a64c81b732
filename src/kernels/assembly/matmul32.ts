// Products of float32 by tiles of 2 rows and 16 columns, or of 4 and 8 at the right edge, whose sums stay in registers.
// The right-hand matrix is read where it lies or, if it is transposed, or large and met by many rows, from panels of 16
// columns; the left-hand one by strides, or in pairs of rows if it is transposed and large. Blocks of DEPTH terms keep a
// panel in the first level of cache, blocks of HEIGHT rows the left-hand side in the second.

import { mulAdd4 } from "./mulAdd";
import { share } from "./share";

const DEPTH: i32 = 256;
const HEIGHT: i32 = 64;

/** So many numbers are read where they lie: packing them takes longer than it saves. */
const FEW: i32 = 12288;

/** What so few rows meet is read where it lies as well. */
const FEW_ROWS: i32 = 8;

/** Bytes of a tile that hangs over the edge, on its way. */
const TILE: usize = 128;

/** Bytes of scratch memory that {@link matmulF32} needs. */
export function matmulScratchF32(n: i32, k: i32): usize {
  const depth = usize(min(k, DEPTH));
  return TILE + ((depth * (usize(n + 15) & ~15)) << 2) + ((depth * usize(HEIGHT)) << 2);
}

/**
 * `y = op(a)·op(b)`, `[m, n]`, in float32, for `k` > 0: the share of one among `tasks` tasks, which is a strip of columns,
 * or of rows if there are fewer panels than tasks. No element depends on how many tasks there are.
 */
export function matmulF32(
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
  const count = (n + 15) / 16;
  if (count >= tasks) {
    start = 16 * share(count, task, tasks);
    end = min(n, 16 * share(count, task + 1, tasks));
  } else {
    first = 2 * share((m + 1) / 2, task, tasks);
    last = min(m, 2 * share((m + 1) / 2, task + 1, tasks));
  }
  const packsB = transposeB || (n * k > FEW && m > FEW_ROWS);
  const packsA = transposeA && m * k > FEW;
  const panels = scratch + TILE;
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const pairs = panels + ((usize(depth) * (usize(n + 15) & ~15)) << 2);
    if (packsB) packPanels(b, panels, from, depth, start, end, n, k, transposeB);
    for (let top = first; top < last; top += HEIGHT) {
      const rows = min(HEIGHT, last - top);
      let left = a + ((usize(top) * usize(k) + usize(from)) << 2);
      let rowStep = usize(k) << 2;
      let pairStep = rowStep << 1;
      let step: usize = 4;
      if (packsA) {
        packPairs(a, pairs, from, depth, top, rows, m);
        left = pairs;
        rowStep = 4;
        pairStep = usize(depth) << 3;
        step = 8;
      } else if (transposeA) {
        left = a + ((usize(from) * usize(m) + usize(top)) << 2);
        rowStep = 4;
        pairStep = 8;
        step = usize(m) << 2;
      }
      for (let column = start; column < end; column += 16) {
        const to = y + ((usize(top) * usize(n) + usize(column)) << 2);
        const panel = packsB
          ? panels + ((usize(column - start) * usize(depth)) << 2)
          : b + ((usize(from) * usize(n) + usize(column)) << 2);
        const panelStep: usize = packsB ? 64 : usize(n) << 2;
        const columns = min(16, n - column);
        const stride = usize(n) << 2;
        if (columns > 8) {
          panelTimes(left, rowStep, pairStep, step, panel, panelStep, depth, to, stride, rows, columns, from > 0, scratch);
        } else {
          narrowPanelTimes(left, rowStep, pairStep, step, panel, panelStep, depth, to, stride, rows, columns, from > 0, scratch);
        }
      }
    }
  }
}

/**
 * Rows `from … from + depth` of columns `start … end` of `op(b)` as panels of 16 columns; beyond the last column there
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
  for (let column = start; column < end; column += 16) {
    if (transposed) {
      for (let j = 0; j < 16; j += 4) {
        // Rows of b beyond the last are read from the last again.
        const row0 = usize(min(column + j, n - 1));
        const row1 = usize(min(column + j + 1, n - 1));
        const row2 = usize(min(column + j + 2, n - 1));
        const row3 = usize(min(column + j + 3, n - 1));
        const width = usize(k);
        const start = usize(from);
        packFour(
          b + ((row0 * width + start) << 2),
          b + ((row1 * width + start) << 2),
          b + ((row2 * width + start) << 2),
          b + ((row3 * width + start) << 2),
          to + (usize(j) << 2),
          depth,
        );
      }
      to += usize(depth) << 6;
      continue;
    }
    let source = b + ((usize(from) * usize(n) + usize(column)) << 2);
    for (let i = 0; i < depth; i++, to += 64, source += usize(n) << 2) {
      v128.store(to, v128.load(source));
      v128.store(to, v128.load(source, 16), 16);
      v128.store(to, v128.load(source, 32), 32);
      v128.store(to, v128.load(source, 48), 48);
    }
  }
}

/** Four rows of `depth` numbers as four columns of a panel. The last block may read and write past the end. */
function packFour(row0: usize, row1: usize, row2: usize, row3: usize, to: usize, depth: i32): void {
  for (let i = 0; i < depth; i += 4) {
    const r0 = v128.load(row0);
    const r1 = v128.load(row1);
    const r2 = v128.load(row2);
    const r3 = v128.load(row3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
    if (i + 1 < depth) v128.store(to, v128.shuffle<f64>(low01, low23, 1, 3), 64);
    if (i + 2 < depth) v128.store(to, v128.shuffle<f64>(high01, high23, 0, 2), 128);
    if (i + 3 < depth) v128.store(to, v128.shuffle<f64>(high01, high23, 1, 3), 192);
    row0 += 16;
    row1 += 16;
    row2 += 16;
    row3 += 16;
    to += 256;
  }
}

/** Rows `top … top + rows` of a transposed left-hand side, in pairs: `[rows / 2][depth][2]`. */
function packPairs(a: usize, to: usize, from: i32, depth: i32, top: i32, rows: i32, m: i32): void {
  for (let i = 0; i < depth; i++) {
    let source = a + ((usize(from + i) * usize(m) + usize(top)) << 2);
    let target = to + (usize(i) << 3);
    for (let row = 0; row < rows; row += 2, source += 8, target += usize(depth) << 3) {
      store<u64>(target, load<u64>(source));
    }
  }
}

/** One panel: all rows times up to 16 columns, stored at `y` or added to what is there. */
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
    let c00 = f32x4.splat(0);
    let c01 = f32x4.splat(0);
    let c02 = f32x4.splat(0);
    let c03 = f32x4.splat(0);
    let c10 = f32x4.splat(0);
    let c11 = f32x4.splat(0);
    let c12 = f32x4.splat(0);
    let c13 = f32x4.splat(0);
    let x = f32x4.splat(0);
    let b0 = x;
    let b1 = x;
    let b2 = x;
    let b3 = x;
    // Four terms a turn. The breaks between them are for V8, which would load all operands of a turn at its start, and
    // run out of registers. With fused instructions one term a turn is as fast.
    do {
      x = v128.load32_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      b3 = v128.load(b, 48);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      c02 = mulAdd4(x, b2, c02);
      c03 = mulAdd4(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      c12 = mulAdd4(x, b2, c12);
      c13 = mulAdd4(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      if (ASC_FEATURE_RELAXED_SIMD) continue;
      x = v128.load32_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      b3 = v128.load(b, 48);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      c02 = mulAdd4(x, b2, c02);
      c03 = mulAdd4(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      c12 = mulAdd4(x, b2, c12);
      c13 = mulAdd4(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      x = v128.load32_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      b3 = v128.load(b, 48);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      c02 = mulAdd4(x, b2, c02);
      c03 = mulAdd4(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      c12 = mulAdd4(x, b2, c12);
      c13 = mulAdd4(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      x = v128.load32_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      b3 = v128.load(b, 48);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      c02 = mulAdd4(x, b2, c02);
      c03 = mulAdd4(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      c12 = mulAdd4(x, b2, c12);
      c13 = mulAdd4(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
    } while (b < end);
    if (columns === 16) {
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

/** A narrow panel: all rows, four at a time, times up to 8 columns, stored at `y` or added to what is there. */
function narrowPanelTimes(
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
  for (let row = 0; row < rows; row += 4, a += pairStep << 1) {
    const count = min(4, rows - row);
    // Rows beyond the edge are read from the first one again; what comes of them is not stored.
    let a0 = a;
    let a1 = count > 1 ? a + rowStep : a;
    let a2 = count > 2 ? a + pairStep : a;
    let a3 = count > 3 ? a + pairStep + rowStep : a;
    let b = panel;
    let x = f32x4.splat(0);
    let b0 = x;
    let b1 = x;
    let c00 = x;
    let c01 = x;
    let c10 = x;
    let c11 = x;
    let c20 = x;
    let c21 = x;
    let c30 = x;
    let c31 = x;
    do {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      x = v128.load32_splat(a0);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      x = v128.load32_splat(a2);
      c20 = mulAdd4(x, b0, c20);
      c21 = mulAdd4(x, b1, c21);
      x = v128.load32_splat(a3);
      c30 = mulAdd4(x, b0, c30);
      c31 = mulAdd4(x, b1, c31);
      a0 += step;
      a1 += step;
      a2 += step;
      a3 += step;
      b += panelStep;
      if (b >= end) break;
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      x = v128.load32_splat(a0);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      x = v128.load32_splat(a2);
      c20 = mulAdd4(x, b0, c20);
      c21 = mulAdd4(x, b1, c21);
      x = v128.load32_splat(a3);
      c30 = mulAdd4(x, b0, c30);
      c31 = mulAdd4(x, b1, c31);
      a0 += step;
      a1 += step;
      a2 += step;
      a3 += step;
      b += panelStep;
    } while (b < end);
    v128.store(scratch, c00);
    v128.store(scratch, c01, 16);
    v128.store(scratch, c10, 32);
    v128.store(scratch, c11, 48);
    v128.store(scratch, c20, 64);
    v128.store(scratch, c21, 80);
    v128.store(scratch, c30, 96);
    v128.store(scratch, c31, 112);
    for (let i = 0; i < count; i++, y += stride) storePart(y, scratch + (usize(i) << 5), columns, adds);
  }
}

/** Sixteen numbers stored at `y`, or added to what is there. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function storeRow(y: usize, c0: v128, c1: v128, c2: v128, c3: v128, adds: bool): void {
  if (adds) {
    c0 = f32x4.add(v128.load(y), c0);
    c1 = f32x4.add(v128.load(y, 16), c1);
    c2 = f32x4.add(v128.load(y, 32), c2);
    c3 = f32x4.add(v128.load(y, 48), c3);
  }
  v128.store(y, c0);
  v128.store(y, c1, 16);
  v128.store(y, c2, 32);
  v128.store(y, c3, 48);
}

/** The first `columns` numbers of a row of a tile. */
function storePart(y: usize, from: usize, columns: i32, adds: bool): void {
  const end = y + (usize(columns) << 2);
  for (; y + 16 <= end; y += 16, from += 16) {
    const row = v128.load(from);
    v128.store(y, adds ? f32x4.add(v128.load(y), row) : row);
  }
  for (; y < end; y += 4, from += 4) store<f32>(y, adds ? load<f32>(y) + load<f32>(from) : load<f32>(from));
}
