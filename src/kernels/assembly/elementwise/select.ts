// Choices among numbers, in whole vectors: up to 15 bytes past the ends are read and written.

/** `y = min(max(x, low), high)`; NaN stays. */
export function clamp<T>(x: usize, y: usize, n: i32, low: f64, high: f64): void {
  const least = v128.splat<T>(<T>low);
  const most = v128.splat<T>(<T>high);
  for (const end = x + (<usize>n << alignof<T>()); x < end; x += 16, y += 16) {
    v128.store(y, v128.min<T>(v128.max<T>(v128.load(x), least), most));
  }
}

/** `y = a` where a byte of `condition` is not 0, else `b`; a step of 0 repeats the first vector of `a`. */
export function whereF32(condition: usize, a: usize, b: usize, y: usize, n: i32, stepA: usize): void {
  for (const end = y + (<usize>n << 2); y < end; y += 16, a += stepA, b += 16, condition += 4) {
    const bytes = v128.load32_zero(condition);
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    v128.store(y, v128.bitselect(v128.load(b), v128.load(a), i32x4.eq(words, i32x4.splat(0))));
  }
}

/** The same of float64. */
export function whereF64(condition: usize, a: usize, b: usize, y: usize, n: i32, stepA: usize): void {
  for (const end = y + (<usize>n << 3); y < end; y += 16, a += stepA, b += 16, condition += 2) {
    const words = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(condition)));
    const longs = i64x2.extend_low_i32x4_u(words);
    v128.store(y, v128.bitselect(v128.load(b), v128.load(a), i64x2.eq(longs, i64x2.splat(0))));
  }
}
