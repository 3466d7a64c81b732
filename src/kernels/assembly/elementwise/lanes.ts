// Elementary functions of two float64 lanes that hold float32 numbers, to some 30 bits, from IEEE operations alone: what is
// rounded to float32 afterwards is the nearest number, or next to it. Polynomials interpolate at Chebyshev's points.

// What they add and multiply by lies in memory, from where an engine takes it in less time than it needs to make it. Tables have
// the coefficients of polynomials, of the highest power first.
const ONE = memory.data<f64>([1]);
const LEAST = memory.data<f64>([-700]);
const MOST = memory.data<f64>([200]);
const PER_LN2 = memory.data<f64>([1.4426950408889634]);
const LN2 = memory.data<f64>([0.6931471805599453]);
/** `1.5·2⁵²`: what is added to it is rounded to an integer, and left in the low bits. */
const ROUNDER = memory.data<f64>([6755399441055744]);
const EXP = memory.data<f64>([
  0.00019891080463998843, 0.0013933730715792083, 0.008333310844647862, 0.04166646419740569, 0.16666666681704215,
  0.500000001353873,
]);
const LOG = memory.data<f64>([
  0.6931471805599453, 0.23617811358975918, 0.2853497625458691, 0.4000038585087392, 0.6666666524171239, 2.0000000000084017,
]);
const SOFTPLUS = memory.data<f64>([
  0.2440138718590866, 0.21396695101970656, 0.2862036812727145, 0.39998705687771896, 0.6666667909223928, 1.9999999998077969,
]);

/** What lies in memory, in both lanes. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function constant(address: usize): v128 {
  return v128.load64_splat(address);
}

/** `a·b + c`, rounded twice, of a `c` that lies in memory. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function mulAdd(a: v128, b: v128, c: usize): v128 {
  return f64x2.add(f64x2.mul(a, b), constant(c));
}

/** A polynomial of degree 4 in `x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function quartic(terms: usize, x: v128): v128 {
  let p = mulAdd(constant(terms), x, terms + 8);
  p = mulAdd(p, x, terms + 16);
  p = mulAdd(p, x, terms + 24);
  return mulAdd(p, x, terms + 32);
}

/** A polynomial of degree 5. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function quintic(terms: usize, x: v128): v128 {
  return mulAdd(quartic(terms, x), x, terms + 40);
}

/** `magnitude` with the sign bits of `sign`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function withSign(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(sign, magnitude, i64x2.splat(i64.MIN_VALUE));
}

/** `2ⁿ − 1 + 2ⁿ·p`, or with `minus` 0 one more: `eˣ − 1`, or `eˣ`, of `x = n·ln 2 + r`, `p = eʳ − 1`. NaN stays. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function power(x: v128, minus: f64): v128 {
  // pmin and pmax keep their first operand, NaN, unless the second is less, or greater.
  const bounded = f64x2.pmax(f64x2.pmin(x, constant(MOST)), constant(LEAST));
  const t = mulAdd(bounded, constant(PER_LN2), ROUNDER);
  const n = f64x2.sub(t, constant(ROUNDER));
  const r = f64x2.sub(bounded, f64x2.mul(n, constant(LN2)));
  const p = f64x2.add(r, f64x2.mul(f64x2.mul(r, r), quintic(EXP, r)));
  const scale = i64x2.shl(i64x2.add(t, i64x2.splat(1023)), 52);
  return f64x2.add(f64x2.mul(scale, p), minus == 0 ? scale : f64x2.sub(scale, constant(ONE)));
}

/** `k·unit + s·p(s²)` for positive finite `x = 2ᵏ(1 + f)`, `√½ ≤ 1 + f < √2`, `s = f/(2 + f)`: the unit and the terms of `p`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function logIn(x: v128, terms: usize): v128 {
  const rootHalf: i64 = 0x3fe6a09e667f3bcd;
  const shifted = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - rootHalf));
  // The exponent as the low bits of 2⁵² and more.
  const exponent = v128.or(i64x2.shr_u(shifted, 52), i64x2.splat(0x4330000000000000));
  const k = f64x2.sub(exponent, f64x2.splat(4503599627370496 + 1023));
  const m = i64x2.add(v128.and(shifted, i64x2.splat(0xfffffffffffff)), i64x2.splat(rootHalf));
  const s = f64x2.div(f64x2.sub(m, constant(ONE)), f64x2.add(m, constant(ONE)));
  const z = f64x2.mul(s, s);
  return f64x2.add(f64x2.mul(k, constant(terms)), f64x2.mul(s, quartic(terms + 8, z)));
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
  return power(f64x2.mul(b, logIn(x, LOG)), 0);
}

/**
 * `ln(1 + e^(beta·x))/beta`, and `x` itself where `z = beta·x` exceeds the threshold: `max(z, 0) + ln(1 + e)` with `e = e^(−|z|)`,
 * and `ln(1 + e) = 2 artanh(e/(2 + e))`.
 */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function softplusOf(x: v128, beta: v128, perBeta: v128, threshold: v128): v128 {
  const z = f64x2.mul(x, beta);
  const e = power(f64x2.neg(f64x2.abs(z)), 0);
  const s = f64x2.div(e, f64x2.add(f64x2.add(e, constant(ONE)), constant(ONE)));
  const w = f64x2.mul(s, s);
  const sum = f64x2.add(f64x2.max(z, f64x2.splat(0)), f64x2.mul(s, quintic(SOFTPLUS, w)));
  return v128.bitselect(x, f64x2.mul(sum, perBeta), f64x2.gt(z, threshold));
}
