// Places on a line: two numbers at a time, so that one behind the last may be read and written.

/** `y = x + scale·direction` of `n` numbers, in float64, rounded once. */
export function onLine<T>(y: usize, x: usize, direction: usize, n: i32, scale: f64): void {
  const s = f64x2.splat(scale);
  const step: usize = 2 * sizeof<T>();
  for (const end = x + <usize>n * sizeof<T>(); x < end; x += step, direction += step, y += step) {
    if (sizeof<T>() == 4) {
      const way = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(direction)), s);
      const sum = f64x2.add(f64x2.promote_low_f32x4(v128.load64_zero(x)), way);
      v128.store64_lane(y, f32x4.demote_f64x2_zero(sum), 0);
    } else {
      v128.store(y, f64x2.add(v128.load(x), f64x2.mul(v128.load(direction), s)));
    }
  }
}
