import { mulAdd4 } from "../../../src/kernels/assembly/matmul/mulAdd";

/** Terms of each sum: the operands, 2 and 16 numbers for each, stay in the first-level cache. */
const depth = 256;

/**
 * Fills a tile of 2 by 16 sums `times` times, as products of matrices do, but from operands that are in the cache
 * and in order, and with nothing else to do: `times · 2 · 16 · 256` multiply-adds.
 */
export function tiles(a: usize, b: usize, y: usize, times: i32): void {
  const end = b + depth * 64;
  for (; times > 0; times--) tile(a, b, y, end);
}

// The breaks are for V8, as in the kernel: without them, it would run out of registers.
function tile(a: usize, b: usize, y: usize, end: usize): void {
  let x = f32x4.splat(0);
  let b0 = x;
  let b1 = x;
  let b2 = x;
  let b3 = x;
  let c00 = x;
  let c01 = x;
  let c02 = x;
  let c03 = x;
  let c10 = x;
  let c11 = x;
  let c12 = x;
  let c13 = x;
  do {
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    b2 = v128.load(b, 32);
    b3 = v128.load(b, 48);
    x = v128.load32_splat(a);
    c00 = mulAdd4(x, b0, c00);
    c01 = mulAdd4(x, b1, c01);
    c02 = mulAdd4(x, b2, c02);
    c03 = mulAdd4(x, b3, c03);
    x = v128.load32_splat(a, 4);
    c10 = mulAdd4(x, b0, c10);
    c11 = mulAdd4(x, b1, c11);
    c12 = mulAdd4(x, b2, c12);
    c13 = mulAdd4(x, b3, c13);
    a += 8;
    b += 64;
    if (b >= end) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    b2 = v128.load(b, 32);
    b3 = v128.load(b, 48);
    x = v128.load32_splat(a);
    c00 = mulAdd4(x, b0, c00);
    c01 = mulAdd4(x, b1, c01);
    c02 = mulAdd4(x, b2, c02);
    c03 = mulAdd4(x, b3, c03);
    x = v128.load32_splat(a, 4);
    c10 = mulAdd4(x, b0, c10);
    c11 = mulAdd4(x, b1, c11);
    c12 = mulAdd4(x, b2, c12);
    c13 = mulAdd4(x, b3, c13);
    a += 8;
    b += 64;
    if (b >= end) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    b2 = v128.load(b, 32);
    b3 = v128.load(b, 48);
    x = v128.load32_splat(a);
    c00 = mulAdd4(x, b0, c00);
    c01 = mulAdd4(x, b1, c01);
    c02 = mulAdd4(x, b2, c02);
    c03 = mulAdd4(x, b3, c03);
    x = v128.load32_splat(a, 4);
    c10 = mulAdd4(x, b0, c10);
    c11 = mulAdd4(x, b1, c11);
    c12 = mulAdd4(x, b2, c12);
    c13 = mulAdd4(x, b3, c13);
    a += 8;
    b += 64;
    if (b >= end) break;
    b0 = v128.load(b);
    b1 = v128.load(b, 16);
    b2 = v128.load(b, 32);
    b3 = v128.load(b, 48);
    x = v128.load32_splat(a);
    c00 = mulAdd4(x, b0, c00);
    c01 = mulAdd4(x, b1, c01);
    c02 = mulAdd4(x, b2, c02);
    c03 = mulAdd4(x, b3, c03);
    x = v128.load32_splat(a, 4);
    c10 = mulAdd4(x, b0, c10);
    c11 = mulAdd4(x, b1, c11);
    c12 = mulAdd4(x, b2, c12);
    c13 = mulAdd4(x, b3, c13);
    a += 8;
    b += 64;
  } while (b < end);
  v128.store(y, c00);
  v128.store(y, c01, 16);
  v128.store(y, c02, 32);
  v128.store(y, c03, 48);
  v128.store(y, c10, 64);
  v128.store(y, c11, 80);
  v128.store(y, c12, 96);
  v128.store(y, c13, 112);
}
