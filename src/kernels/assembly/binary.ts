// Arithmetic of two arrays of `n` float32, `a` and `b`, to `y`. Whole vectors: up to 12 bytes past the ends are read and
// written. Each result is rounded once, so that it has the bits of the plain loops.

/** `y = a + b`. */
export function addF32(a: usize, b: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 16) v128.store(y + i, f32x4.add(v128.load(a + i), v128.load(b + i)));
}

/** `y = a − b`. */
export function subF32(a: usize, b: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 16) v128.store(y + i, f32x4.sub(v128.load(a + i), v128.load(b + i)));
}

/** `y = a·b`. */
export function mulF32(a: usize, b: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 16) v128.store(y + i, f32x4.mul(v128.load(a + i), v128.load(b + i)));
}

/** `y = a / b`. */
export function divF32(a: usize, b: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 16) v128.store(y + i, f32x4.div(v128.load(a + i), v128.load(b + i)));
}

/** `y = a·(1 − b²)`: the gradient of tanh, from the gradient `a` at its output `b`; in float64, as the plain loop. */
export function tanhBackwardF32(a: usize, b: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 8) {
    const g = f64x2.promote_low_f32x4(v128.load64_zero(a + i));
    const h = f64x2.promote_low_f32x4(v128.load64_zero(b + i));
    const slope = f64x2.sub(f64x2.splat(1), f64x2.mul(h, h));
    v128.store64_lane(y + i, f32x4.demote_f64x2_zero(f64x2.mul(g, slope)), 0);
  }
}
