// Elementary functions of two float64 lanes that hold float32 numbers, to some 30 bits, from IEEE operations alone: what is
// rounded to float32 afterwards is the nearest number, or next to it. Polynomials interpolate at Chebyshev's points.

/** `1.5·2⁵²`: what is added to it is rounded to an integer, and left in the low bits. */
const rounder: f64 = 6755399441055744;

/** `a·b + c`, rounded twice. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function mulAdd(a: v128, b: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(a, b), f64x2.splat(c));
}

/** `magnitude` with the sign bits of `sign`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function withSign(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(sign, magnitude, i64x2.splat(i64.MIN_VALUE));
}

/** `min(max(x, least), most)`; NaN stays. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function within(x: v128, least: f64, most: f64): v128 {
  return f64x2.pmax(f64x2.pmin(x, f64x2.splat(most)), f64x2.splat(least));
}

/** `2ⁿ − 1 + 2ⁿ·p` and one more: `eˣ − 1` where `minus` is 1, and `eˣ` where it is 0, of `x = n·ln 2 + r`, `p = eʳ − 1`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function power(x: v128, minus: f64): v128 {
  const bounded = within(x, -700, 200);
  const t = mulAdd(bounded, f64x2.splat(1.4426950408889634), rounder);
  const n = f64x2.sub(t, f64x2.splat(rounder));
  const r = f64x2.sub(bounded, f64x2.mul(n, f64x2.splat(0.6931471805599453)));
  let q = f64x2.splat(0.00019891080463998843);
  q = mulAdd(q, r, 0.0013933730715792083);
  q = mulAdd(q, r, 0.008333310844647862);
  q = mulAdd(q, r, 0.04166646419740569);
  q = mulAdd(q, r, 0.16666666681704215);
  q = mulAdd(q, r, 0.500000001353873);
  const p = f64x2.add(r, f64x2.mul(f64x2.mul(r, r), q));
  const scale = i64x2.shl(i64x2.add(t, i64x2.splat(1023)), 52);
  return f64x2.add(f64x2.mul(scale, p), f64x2.sub(scale, f64x2.splat(minus)));
}

/** `k·unit + s·p(s²)` for positive finite `x = 2ᵏ(1 + f)`, `√½ ≤ 1 + f < √2`, `s = f/(2 + f)`, and the terms of a logarithm. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function logIn(x: v128, unit: f64, a: f64, b: f64, c: f64, d: f64, e: f64): v128 {
  const rootHalf: i64 = 0x3fe6a09e667f3bcd;
  const shifted = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - rootHalf));
  // The exponent as the low bits of 2⁵² and more.
  const exponent = v128.or(i64x2.shr_u(shifted, 52), i64x2.splat(0x4330000000000000));
  const k = f64x2.sub(exponent, f64x2.splat(4503599627370496 + 1023));
  const m = i64x2.add(v128.and(shifted, i64x2.splat(0xfffffffffffff)), i64x2.splat(rootHalf));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const z = f64x2.mul(s, s);
  const p = mulAdd(mulAdd(mulAdd(mulAdd(f64x2.splat(a), z, b), z, c), z, d), z, e);
  return f64x2.add(f64x2.mul(k, f64x2.splat(unit)), f64x2.mul(s, p));
}

/** The logarithm `y` of `x`, or what it is where `x` is not a positive finite number. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function logSpecial(x: v128, y: v128): v128 {
  const zero = f64x2.splat(0);
  const ordinary = v128.and(f64x2.gt(x, zero), f64x2.lt(x, f64x2.splat(Infinity)));
  const below = v128.bitselect(f64x2.splat(NaN), x, f64x2.lt(x, zero));
  return v128.bitselect(y, v128.bitselect(f64x2.splat(-Infinity), below, f64x2.eq(x, zero)), ordinary);
}

/** `eᵇ ˡⁿ ˣ = xᵇ` for positive finite `x` and finite `b`. */
export function powOrdinary(x: v128, b: v128): v128 {
  const log = logIn(
    x,
    0.6931471805599453,
    0.23617811358975918,
    0.2853497625458691,
    0.4000038585087392,
    0.6666666524171239,
    2.0000000000084017,
  );
  return power(f64x2.mul(b, log), 0);
}

/**
 * `ln(1 + e^(beta·x))/beta`, and `x` itself where `z = beta·x` exceeds the threshold: `max(z, 0) + ln(1 + e)` with `e = e^(−|z|)`,
 * and `ln(1 + e) = 2 artanh(e/(2 + e))`.
 */
export function softplusOf(x: v128, beta: v128, perBeta: v128, threshold: v128): v128 {
  const z = f64x2.mul(x, beta);
  const e = power(f64x2.neg(f64x2.abs(z)), 0);
  const s = f64x2.div(e, f64x2.add(e, f64x2.splat(2)));
  const w = f64x2.mul(s, s);
  let p = f64x2.splat(0.2440138718590866);
  p = mulAdd(p, w, 0.21396695101970656);
  p = mulAdd(p, w, 0.2862036812727145);
  p = mulAdd(p, w, 0.39998705687771896);
  p = mulAdd(p, w, 0.6666667909223928);
  p = mulAdd(p, w, 1.9999999998077969);
  const sum = f64x2.add(f64x2.max(z, f64x2.splat(0)), f64x2.mul(s, p));
  return v128.bitselect(x, f64x2.mul(sum, perBeta), f64x2.gt(z, threshold));
}

/** The first two of four float32 lanes as float64. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function lower(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The last two. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

/** Two pairs of float64 lanes, rounded to float32. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function joined(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
