// Between four float32 and two and two float64.

/** The two float64 of the first two lanes. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The two float64 of the last two lanes. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

/** Two and two float64, rounded to float32. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function narrow(x: v128, y: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(x), f32x4.demote_f64x2_zero(y), 0, 2);
}
