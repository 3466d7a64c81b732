// What is true or not, in bytes: whole vectors, so that up to 15 bytes behind the last one are written, and more read.

/** Whether each of `n` numbers of 4 bytes is another than 0, of which floats have two. */
export function truths(x: usize, y: usize, n: i32, isFloat: bool): void {
  const shift = isFloat ? 1 : 0;
  for (const end = y + <usize>n; y < end; x += 64, y += 16) {
    const a = i32x4.ne(i32x4.shl(v128.load(x), shift), i32x4.splat(0));
    const b = i32x4.ne(i32x4.shl(v128.load(x, 16), shift), i32x4.splat(0));
    const c = i32x4.ne(i32x4.shl(v128.load(x, 32), shift), i32x4.splat(0));
    const d = i32x4.ne(i32x4.shl(v128.load(x, 48), shift), i32x4.splat(0));
    const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
    v128.store(y, v128.and(bytes, i8x16.splat(1)));
  }
}

/** Both, either, or one alone of bytes 0 and 1, by `how`: row by row as in elementwise/rows.ts. */
export function logic(
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  bytes: usize,
  stepA: usize,
  stepB: usize,
  rowA: usize,
  rowB: usize,
  how: i32,
): void {
  for (; count > 0; count--, a += rowA, b += rowB, y += bytes) {
    for (let i: usize = 0, p = a, q = b; i < bytes; i += 16, p += stepA, q += stepB) {
      const u = v128.load(p);
      const v = v128.load(q);
      v128.store(y + i, how == 0 ? v128.and(u, v) : how == 1 ? v128.or(u, v) : v128.xor(u, v));
    }
  }
}
