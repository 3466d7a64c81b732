// Rows of one float32 matrix times a panel of columns of another, stored at `y` or added to what is there: by tiles whose
// sums stay in registers. Each sum has its terms in their order, whatever the tile.

import { mulAdd4 } from "./mulAdd";

/**
 * All rows, two at a time, times a panel of up to 16 columns, or of up to 12. Compiled once for each, with the width known:
 * see {@link timesSixteen} and {@link timesTwelve}.
 */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function pairsTimes(
  isWide: bool,
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
  turned: bool,
  scratch: usize,
): void {
  const end = panel + usize(depth) * panelStep;
  for (let row = 0; row < rows; row += 2, a += pairStep, y += turned ? 8 : stride << 1) {
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
      if (isWide) b3 = v128.load(b, 48);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      c02 = mulAdd4(x, b2, c02);
      if (isWide) c03 = mulAdd4(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      c12 = mulAdd4(x, b2, c12);
      if (isWide) c13 = mulAdd4(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      if (ASC_FEATURE_RELAXED_SIMD) continue;
      x = v128.load32_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      if (isWide) b3 = v128.load(b, 48);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      c02 = mulAdd4(x, b2, c02);
      if (isWide) c03 = mulAdd4(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      c12 = mulAdd4(x, b2, c12);
      if (isWide) c13 = mulAdd4(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      x = v128.load32_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      if (isWide) b3 = v128.load(b, 48);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      c02 = mulAdd4(x, b2, c02);
      if (isWide) c03 = mulAdd4(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      c12 = mulAdd4(x, b2, c12);
      if (isWide) c13 = mulAdd4(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
      if (b >= end) break;
      x = v128.load32_splat(a0);
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b2 = v128.load(b, 32);
      if (isWide) b3 = v128.load(b, 48);
      c00 = mulAdd4(x, b0, c00);
      c01 = mulAdd4(x, b1, c01);
      c02 = mulAdd4(x, b2, c02);
      if (isWide) c03 = mulAdd4(x, b3, c03);
      x = v128.load32_splat(a1);
      c10 = mulAdd4(x, b0, c10);
      c11 = mulAdd4(x, b1, c11);
      c12 = mulAdd4(x, b2, c12);
      if (isWide) c13 = mulAdd4(x, b3, c13);
      a0 += step;
      a1 += step;
      b += panelStep;
    } while (b < end);
    if (isWide && turned) {
      storeTurned(y, stride, c00, c10, isPair);
      storeTurned(y + (stride << 2), stride, c01, c11, isPair);
      storeTurned(y + (stride << 3), stride, c02, c12, isPair);
      storeTurned(y + 12 * stride, stride, c03, c13, isPair);
    } else if (columns === (isWide ? 16 : 12)) {
      storeRow(isWide, y, c00, c01, c02, c03, adds);
      if (isPair) storeRow(isWide, y + stride, c10, c11, c12, c13, adds);
    } else {
      storeRow(isWide, scratch, c00, c01, c02, c03, false);
      storePart(y, scratch, columns, adds);
      if (isPair) {
        storeRow(isWide, scratch, c10, c11, c12, c13, false);
        storePart(y + stride, scratch, columns, adds);
      }
    }
  }
}

/** All rows times a panel of 13 to 16 columns. Turned, there are 16, and `y` is the transposed product. */
export function timesSixteen(
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
  turned: bool,
  scratch: usize,
): void {
  pairsTimes(true, a, rowStep, pairStep, step, panel, panelStep, depth, y, stride, rows, columns, adds, turned, scratch);
}

/** All rows times a panel of 9 to 12 columns. */
export function timesTwelve(
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
  pairsTimes(false, a, rowStep, pairStep, step, panel, panelStep, depth, y, stride, rows, columns, adds, false, scratch);
}

/** All rows, four at a time, times a panel of up to 8 columns. */
export function timesEight(
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
    if (columns === 8 && count === 4) {
      storeEight(y, c00, c01, adds);
      storeEight(y + stride, c10, c11, adds);
      storeEight(y + 2 * stride, c20, c21, adds);
      storeEight(y + 3 * stride, c30, c31, adds);
      y += stride << 2;
      continue;
    }
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

/** Eight numbers stored at `y`, or added to what is there. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function storeEight(y: usize, c0: v128, c1: v128, adds: bool): void {
  if (adds) {
    c0 = f32x4.add(v128.load(y), c0);
    c1 = f32x4.add(v128.load(y, 16), c1);
  }
  v128.store(y, c0);
  v128.store(y, c1, 16);
}

/** Sixteen numbers, or twelve, stored at `y`, or added to what is there. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function storeRow(isWide: bool, y: usize, c0: v128, c1: v128, c2: v128, c3: v128, adds: bool): void {
  if (adds) {
    c0 = f32x4.add(v128.load(y), c0);
    c1 = f32x4.add(v128.load(y, 16), c1);
    c2 = f32x4.add(v128.load(y, 32), c2);
    if (isWide) c3 = f32x4.add(v128.load(y, 48), c3);
  }
  v128.store(y, c0);
  v128.store(y, c1, 16);
  v128.store(y, c2, 32);
  if (isWide) v128.store(y, c3, 48);
}

/** Four numbers of each of two rows, or of the first alone, as four rows of two, or one. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function storeTurned(y: usize, stride: usize, row0: v128, row1: v128, isPair: bool): void {
  if (isPair) {
    const low = v128.shuffle<f32>(row0, row1, 0, 4, 1, 5);
    const high = v128.shuffle<f32>(row0, row1, 2, 6, 3, 7);
    v128.store64_lane(y, low, 0);
    v128.store64_lane(y + stride, low, 1);
    v128.store64_lane(y + 2 * stride, high, 0);
    v128.store64_lane(y + 3 * stride, high, 1);
  } else {
    v128.store32_lane(y, row0, 0);
    v128.store32_lane(y + stride, row0, 1);
    v128.store32_lane(y + 2 * stride, row0, 2);
    v128.store32_lane(y + 3 * stride, row0, 3);
  }
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
