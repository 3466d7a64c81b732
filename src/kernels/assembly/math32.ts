// Elementary functions of four float32 lanes, from IEEE operations alone: the same bits in every engine, though WebAssembly
// leaves the sign and payload of a NaN open. Polynomials are minimax, fitted for relative error.

import { cosF64, sinF64 } from "./math64";

/** `a·b + c`, rounded twice. */
// @ts-ignore: decorator
@inline
function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** `a·b + c` of two float64 lanes, rounded twice. */
// @ts-ignore: decorator
@inline
function mulAdd2(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/** `magnitude` with the sign bit of `sign`, given that it has none. */
// @ts-ignore: decorator
@inline
function withSign(magnitude: v128, sign: v128): v128 {
  return v128.or(magnitude, v128.and(sign, i32x4.splat(i32.MIN_VALUE)));
}

/**
 * `eˣ` before its scaling: `e^r` for `x = n·ln 2 + r`, and in the low bits of `t` the integer `n`, which adding 1.5·2²³
 * rounds and leaves there.
 */
// @ts-ignore: decorator
@inline
function expFraction(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, f32x4.splat(12582912.0));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693145751953125))); // exact: ln 2 to 16 bits
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(1.428606765330187e-6))); // the rest of ln 2
  let q = f32x4.splat(0.0013814438);
  q = mulAdd(q, r, f32x4.splat(0.008368797));
  q = mulAdd(q, r, f32x4.splat(0.041668396));
  q = mulAdd(q, r, f32x4.splat(0.1666652));
  q = mulAdd(q, r, f32x4.splat(0.49999994));
  return f32x4.add(mulAdd(f32x4.mul(r, r), q, r), f32x4.splat(1));
}

/** `x/ln 2 + 1.5·2²³`. */
// @ts-ignore: decorator
@inline
function expInteger(x: v128): v128 {
  return mulAdd(x, f32x4.splat(1.4426950216293335), f32x4.splat(12582912.0));
}

/** `eˣ` for `|x| < 87`, where one power of two scales it, or NaN. */
// @ts-ignore: decorator
@inline
function expSmall4(x: v128): v128 {
  const t = expInteger(x);
  return f32x4.mul(expFraction(x, t), i32x4.shl(i32x4.add(t, i32x4.splat(127)), 23));
}

/** `eˣ`. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // pmin(c, x) would lose NaN: these keep their first operand unless the second is less, or greater.
  const clamped = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104));
  const t = expInteger(clamped);
  const n = i32x4.sub(t, i32x4.splat(0x4b400000)); // the bits of 1.5·2²³
  const half = i32x4.shr_s(n, 1);
  // Two powers of two, so that neither overflows and a subnormal result is rounded once.
  const scale = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const rest = i32x4.shl(i32x4.add(i32x4.sub(n, half), i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(expFraction(clamped, t), scale), rest);
}

/**
 * `ln x + low` for positive normal `x` and a `low` of less than an ulp of it: with `x = 2ᵏ(1 + f)`, `√½ ≤ 1 + f < √2`
 * and `s = f/(2 + f)`, `ln(1 + f) = 2 artanh s = f − (f²/2 − s·(f²/2 + R(s²)))`.
 */
// @ts-ignore: decorator
@inline
function logSum4(x: v128, exponent: v128, low: v128): v128 {
  const shifted = i32x4.add(x, i32x4.splat(0x3f800000 - 0x3f3504f3)); // 0x3f3504f3: √½
  const k = f32x4.convert_i32x4_s(i32x4.add(i32x4.sub(i32x4.shr_s(shifted, 23), i32x4.splat(127)), exponent));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, f32x4.splat(1));
  const s = f32x4.div(f, f32x4.add(f, f32x4.splat(2)));
  const z = f32x4.mul(s, s);
  const h = f32x4.mul(f32x4.mul(f, f), f32x4.splat(0.5));
  let p = f32x4.splat(0.298738);
  p = mulAdd(p, z, f32x4.splat(0.39977476));
  p = mulAdd(p, z, f32x4.splat(0.66666776));
  const tail = f32x4.add(low, f32x4.mul(k, f32x4.splat(1.428606765330187e-6)));
  const small = mulAdd(s, f32x4.add(h, f32x4.mul(z, p)), tail);
  return mulAdd(k, f32x4.splat(0.693145751953125), f32x4.sub(f, f32x4.sub(h, small)));
}

/** The logarithm of `x` where it is not a positive finite number: −∞ of 0, NaN of less, `x` itself otherwise. */
// @ts-ignore: decorator
@inline
function logSpecial4(x: v128): v128 {
  const zero = f32x4.splat(0);
  const y = v128.bitselect(f32x4.splat(NaN), x, f32x4.lt(x, zero));
  return v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, zero));
}

/** `ln x`. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal); // 2²³
  const y = logSum4(scaled, v128.and(subnormal, i32x4.splat(-23)), f32x4.splat(0));
  const ordinary = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(Infinity)));
  return v128.bitselect(y, logSpecial4(x), ordinary);
}

/** `ln(1 + x)`: `ln u + c/u` for the rounded sum `u` and what it lost, `c`. */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  const u = f32x4.add(x, f32x4.splat(1));
  const c = f32x4.sub(x, f32x4.sub(u, f32x4.splat(1)));
  const y = logSum4(u, i32x4.splat(0), f32x4.div(c, u));
  const ordinary = v128.and(f32x4.gt(u, f32x4.splat(0)), f32x4.lt(u, f32x4.splat(Infinity)));
  return withSign(v128.bitselect(y, logSpecial4(u), ordinary), x); // −0 stays
}

/** `tanh x`: a polynomial below 9⁄16, and `1 − 2/(e^(2|x|) + 1)` above. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const a = f32x4.abs(x);
  const z = f32x4.mul(a, a);
  let p = f32x4.splat(-0.0061798138);
  p = mulAdd(p, z, f32x4.splat(0.021007461));
  p = mulAdd(p, z, f32x4.splat(-0.05383743));
  p = mulAdd(p, z, f32x4.splat(0.13332452));
  p = mulAdd(p, z, f32x4.splat(-0.33333313));
  const small = mulAdd(f32x4.mul(a, z), p, a);
  const e = expSmall4(f32x4.pmin(f32x4.add(a, a), f32x4.splat(20)));
  const large = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(e, f32x4.splat(1))));
  return withSign(v128.bitselect(small, large, f32x4.lt(a, f32x4.splat(0.5625))), x);
}

/** `1/(1 + e⁻ˣ)`, as `e^x/(1 + e^x)` below 0, so that nothing overflows or cancels. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(e, f32x4.splat(1), f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(numerator, f32x4.add(e, f32x4.splat(1)));
}

/** `erf x`: a polynomial below 1, and `1 − e^(Q(|x|))`, `Q` approximating `ln erfc`, above. */
// @ts-ignore: decorator
@inline
export function erf4(x: v128): v128 {
  const a = f32x4.pmin(f32x4.abs(x), f32x4.splat(4)); // erf 4 rounds to 1
  const z = f32x4.mul(a, a);
  let p = f32x4.splat(7.853861e-5);
  p = mulAdd(p, z, f32x4.splat(-0.00080101937));
  p = mulAdd(p, z, f32x4.splat(0.0051883277));
  p = mulAdd(p, z, f32x4.splat(-0.026853813));
  p = mulAdd(p, z, f32x4.splat(0.112835854));
  p = mulAdd(p, z, f32x4.splat(-0.37612626));
  p = mulAdd(p, z, f32x4.splat(0.12837917));
  const small = mulAdd(a, p, a);
  let q = f32x4.splat(-2.1697613e-5);
  q = mulAdd(q, a, f32x4.splat(0.00044147266));
  q = mulAdd(q, a, f32x4.splat(-0.0042052846));
  q = mulAdd(q, a, f32x4.splat(0.02521034));
  q = mulAdd(q, a, f32x4.splat(-0.1084221));
  q = mulAdd(q, a, f32x4.splat(-0.6332164));
  q = mulAdd(q, a, f32x4.splat(-1.1295803));
  q = mulAdd(q, a, f32x4.splat(0.00018846802));
  const large = f32x4.sub(f32x4.splat(1), expSmall4(q));
  return withSign(v128.bitselect(small, large, f32x4.lt(a, f32x4.splat(1))), x);
}

/**
 * `sin(x + quarters·π/2)` of two float64 lanes that hold float32 numbers, `|x| ≤ 2²⁰`: `x` less the nearest multiple of
 * `π/2`, of which 33 bits make an exact product, and the sine or cosine of the rest.
 */
// @ts-ignore: decorator
@inline
function sin2(x: v128, quarters: i64): v128 {
  const t = mulAdd2(x, f64x2.splat(0.6366197723675814), f64x2.splat(6755399441055744.0)); // 1.5·2⁵² leaves n in the low bits
  const n = f64x2.sub(t, f64x2.splat(6755399441055744.0));
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.5707963267341256)));
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(6.077100506506192e-11)));
  const z = f64x2.mul(r, r);
  let s = f64x2.splat(2.7181119086900573e-6);
  s = mulAdd2(s, z, f64x2.splat(-0.00019839311255156754));
  s = mulAdd2(s, z, f64x2.splat(0.008333329301704943));
  s = mulAdd2(s, z, f64x2.splat(-0.16666666640770078));
  const sine = f64x2.mul(r, mulAdd2(s, z, f64x2.splat(1))); // a product: −0 stays
  let c = f64x2.splat(2.4433059906309312e-5);
  c = mulAdd2(c, z, f64x2.splat(-0.0013887315420338497));
  c = mulAdd2(c, z, f64x2.splat(0.041666645666193144));
  c = mulAdd2(c, z, f64x2.splat(-0.5));
  const cosine = mulAdd2(c, z, f64x2.splat(1));
  const q = i64x2.add(t, i64x2.splat(quarters));
  const one = i64x2.splat(1);
  const y = v128.bitselect(cosine, sine, i64x2.eq(v128.and(q, one), one));
  return v128.xor(y, i64x2.shl(v128.and(q, i64x2.splat(2)), 62));
}

/** `sin(x + quarters·π/2)` of lanes up to 2²⁰. */
// @ts-ignore: decorator
@inline
function sinSmall4(x: v128, quarters: i64): v128 {
  const low = sin2(f64x2.promote_low_f32x4(x), quarters);
  const high = sin2(f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1)), quarters);
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Whether no lane exceeds 2²⁰ or is NaN. */
// @ts-ignore: decorator
@inline
function allSmall4(x: v128): bool {
  return i32x4.all_true(f32x4.le(f32x4.abs(x), f32x4.splat(1048576)));
}

/** `sin x`. */
// @ts-ignore: decorator
@inline
export function sin4(x: v128): v128 {
  return allSmall4(x) ? sinSmall4(x, 0) : sinLarge4(x);
}

/** `cos x`. */
// @ts-ignore: decorator
@inline
export function cos4(x: v128): v128 {
  return allSmall4(x) ? sinSmall4(x, 1) : cosLarge4(x);
}

/** `sin x` where a lane needs the long way; the others keep the bits they have beside small ones. */
function sinLarge4(x: v128): v128 {
  const y = sinSmall4(x, 0);
  const wide = v128.bitselect(y, each4Sin(x), f32x4.le(f32x4.abs(x), f32x4.splat(1048576)));
  return wide;
}

/** `cos x` where a lane needs the long way. */
function cosLarge4(x: v128): v128 {
  return v128.bitselect(sinSmall4(x, 1), each4Cos(x), f32x4.le(f32x4.abs(x), f32x4.splat(1048576)));
}

function each4Sin(x: v128): v128 {
  let y = f32x4.splat(<f32>sinF64(<f64>f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, <f32>sinF64(<f64>f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, <f32>sinF64(<f64>f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, <f32>sinF64(<f64>f32x4.extract_lane(x, 3)));
}

function each4Cos(x: v128): v128 {
  let y = f32x4.splat(<f32>cosF64(<f64>f32x4.extract_lane(x, 0)));
  y = f32x4.replace_lane(y, 1, <f32>cosF64(<f64>f32x4.extract_lane(x, 1)));
  y = f32x4.replace_lane(y, 2, <f32>cosF64(<f64>f32x4.extract_lane(x, 2)));
  return f32x4.replace_lane(y, 3, <f32>cosF64(<f64>f32x4.extract_lane(x, 3)));
}
