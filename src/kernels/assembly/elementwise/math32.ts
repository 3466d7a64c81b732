// Elementary functions of four float32 lanes, from IEEE operations alone: the same bits in every engine, though
// WebAssembly leaves the sign and payload of a NaN open. Polynomials are minimax, fitted for relative error.

import { sinTurned } from "./math64";

/** `1/ln 2`. */
const perLn2: f32 = 1.4426950216293335;
/** `ln 2` to 16 bits, whose product with an exponent is exact, and the rest of it. */
const ln2High: f32 = 0.693145751953125;
const ln2Low: f32 = 1.428606765330187e-6;
/** `1.5·2²³`: what is added to it is rounded to an integer, and left in the low bits. */
const rounder: f32 = 12582912;
/** `1.5·2⁵²`, which does so to a float64. */
const rounder2: f64 = 6755399441055744;
/** 2²⁰, the largest number that float64 and two parts of π/2 are enough for. */
const mostSmall: f32 = 1048576;

// What the functions that are used most add and multiply by lies in memory, from where an engine takes it in less time
// than it needs to make it. Tables have the coefficients of polynomials, of the highest power first.
const SIGN = memory.data<i32>([i32.MIN_VALUE]);
const ONE = memory.data<f32>([1]);
const TWO = memory.data<f32>([2]);
const HALF = memory.data<f32>([0.5]);
const LN2_HIGH = memory.data<f32>([ln2High]);
const LN2_LOW = memory.data<f32>([ln2Low]);
const HALF_LN2_HIGH = memory.data<f32>([0.5 * ln2High]);
const HALF_LN2_LOW = memory.data<f32>([0.5 * ln2Low]);
const PER_LN2 = memory.data<f32>([perLn2]);
const MINUS_PER_HALF_LN2 = memory.data<f32>([-2 * perLn2]);
/** What rounds, and leaves in the low bits the biased exponent of one power of two, or the sum of those of two. */
const BIAS = memory.data<f32>([rounder + 127]);
const BIAS_OF_TWO = memory.data<f32>([rounder + 254]);
/** Beyond these `eˣ` is infinite, or 0, and `tanh x` is 1. */
const MOST_EXP = memory.data<f32>([89]);
const LEAST_EXP = memory.data<f32>([-104]);
const MOST_TANH = memory.data<f32>([10]);
const EXP = memory.data<f32>([0.0013814438, 0.008368797, 0.041668396, 0.1666652, 0.49999994]);
const LOG = memory.data<f32>([0.298738, 0.39977476, 0.66666776]);
const ERF = memory.data<f32>([
  7.853861e-5, -0.00080101937, 0.0051883277, -0.026853813, 0.112835854, -0.37612626, 0.12837917,
]);
const LOG_ERFC = memory.data<f32>([
  -2.1697613e-5, 0.00044147266, -0.0042052846, 0.02521034, -0.1084221, -0.6332164, -1.1295803, 0.00018846802,
]);
const TANH = memory.data<f32>([0.01947446, -0.053734113, 0.13332424, -0.33333322]);

/** What lies in memory, in each lane. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function constant(address: usize): v128 {
  return v128.load32_splat(address);
}

/** A polynomial of degree 2 in `x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function quadratic(terms: usize, x: v128): v128 {
  return mulAdd(mulAdd(constant(terms), x, constant(terms + 4)), x, constant(terms + 8));
}

/** A polynomial of degree 3 in `x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function cubic(terms: usize, x: v128): v128 {
  return mulAdd(quadratic(terms, x), x, constant(terms + 12));
}

/** A polynomial of degree 4 in `x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function quartic(terms: usize, x: v128): v128 {
  return mulAdd(cubic(terms, x), x, constant(terms + 16));
}

/** `a·b + c`, rounded twice. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function mulAdd(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** `a·b + c` of two float64 lanes, rounded twice. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function mulAdd2(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c);
}

/** `magnitude` with the sign bit of `sign`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function withSign(magnitude: v128, sign: v128): v128 {
  return v128.bitselect(sign, magnitude, constant(SIGN));
}

/** `e^r` for `x = n·ln 2 + r`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function expFraction(x: v128, n: v128): v128 {
  let r = f32x4.sub(x, f32x4.mul(n, constant(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, constant(LN2_LOW)));
  return f32x4.add(mulAdd(f32x4.mul(r, r), quartic(EXP, r), r), constant(ONE));
}

/** `eˣ` for `|x| < 87`, where one power of two scales it, or NaN. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function expSmall4(x: v128): v128 {
  const biased = mulAdd(x, constant(PER_LN2), constant(BIAS)); // ends in the exponent of 2ⁿ
  const n = f32x4.sub(biased, constant(BIAS));
  return f32x4.mul(expFraction(x, n), i32x4.shl(biased, 23));
}

/** `eˣ`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function exp4(x: v128): v128 {
  // pmin and pmax keep their first operand, NaN, unless the second is less, or greater.
  const clamped = f32x4.pmax(f32x4.pmin(x, constant(MOST_EXP)), constant(LEAST_EXP));
  // Ends in the sum of the exponents of two powers of two: neither overflows, and a subnormal result is rounded once.
  const biased = mulAdd(clamped, constant(PER_LN2), constant(BIAS_OF_TWO));
  const n = f32x4.sub(biased, constant(BIAS_OF_TWO));
  const half = i32x4.shr_u(biased, 1);
  const y = f32x4.mul(expFraction(clamped, n), i32x4.shl(half, 23));
  return f32x4.mul(y, i32x4.shl(i32x4.sub(biased, half), 23));
}

/**
 * `ln x + low` for positive normal `x` and a `low` of less than an ulp of it: with `x = 2ᵏ(1 + f)`, `√½ ≤ 1 + f < √2`
 * and `s = f/(2 + f)`, `ln(1 + f) = 2 artanh s = f − (f²/2 − s·(f²/2 + R(s²)))`.
 */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function logSum4(x: v128, exponent: v128, low: v128): v128 {
  const shifted = i32x4.add(x, i32x4.splat(0x3f800000 - 0x3f3504f3)); // 0x3f3504f3: √½
  const k = f32x4.convert_i32x4_s(i32x4.add(i32x4.sub(i32x4.shr_s(shifted, 23), i32x4.splat(127)), exponent));
  const m = i32x4.add(v128.and(shifted, i32x4.splat(0x7fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, constant(ONE));
  const s = f32x4.div(f, f32x4.add(f, constant(TWO)));
  const z = f32x4.mul(s, s);
  const h = f32x4.mul(f32x4.mul(f, f), constant(HALF));
  const tail = f32x4.add(low, f32x4.mul(k, constant(LN2_LOW)));
  const small = mulAdd(s, f32x4.add(h, f32x4.mul(z, quadratic(LOG, z))), tail);
  return mulAdd(k, constant(LN2_HIGH), f32x4.sub(f, f32x4.sub(h, small)));
}

/** The logarithm of `x` where it is not a positive finite number: −∞ of 0, NaN of less, `x` itself otherwise. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function logSpecial4(x: v128): v128 {
  const zero = f32x4.splat(0);
  const y = v128.bitselect(f32x4.splat(NaN), x, f32x4.lt(x, zero));
  return v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, zero));
}

/** `ln x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function log4(x: v128): v128 {
  const subnormal = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, subnormal); // 2²³
  const y = logSum4(scaled, v128.and(subnormal, i32x4.splat(-23)), f32x4.splat(0));
  const ordinary = v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(Infinity)));
  return v128.bitselect(y, logSpecial4(x), ordinary);
}

/** `ln(1 + x)`: `ln u + c/u` for the rounded sum `u` and what it lost, `c`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function log1p4(x: v128): v128 {
  const u = f32x4.add(x, f32x4.splat(1));
  const c = f32x4.sub(x, f32x4.sub(u, f32x4.splat(1)));
  const y = logSum4(u, i32x4.splat(0), f32x4.div(c, u));
  const ordinary = v128.and(f32x4.gt(u, f32x4.splat(0)), f32x4.lt(u, f32x4.splat(Infinity)));
  return withSign(v128.bitselect(y, logSpecial4(u), ordinary), x); // −0 stays
}

/**
 * `tanh x`: with `|x| = h − n·½ ln 2`, `n ≤ 0 ≤ h < ½ ln 2`, and `s = tanh h` it is
 * `((1 − 2ⁿ) + s·(1 + 2ⁿ))/((1 + 2ⁿ) + s·(1 − 2ⁿ))`, by the theorem of addition: no difference of like numbers.
 * From ½ it is made of its difference to 1, `2·2ⁿ·(1 − s)` above the line, whose errors are small beside it.
 */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function tanh4(x: v128): v128 {
  // pmin keeps its first operand, NaN, unless the second is less.
  const a = f32x4.pmin(v128.andnot(x, constant(SIGN)), constant(MOST_TANH));
  const n = f32x4.ceil(f32x4.mul(a, constant(MINUS_PER_HALF_LN2)));
  const h = f32x4.add(f32x4.add(a, f32x4.mul(n, constant(HALF_LN2_HIGH))), f32x4.mul(n, constant(HALF_LN2_LOW)));
  const z = f32x4.mul(h, h);
  const s = mulAdd(f32x4.mul(h, z), cubic(TANH, z), h);
  const power = i32x4.shl(f32x4.add(n, constant(BIAS)), 23);
  const one = constant(ONE);
  const above = f32x4.add(f32x4.sub(one, power), f32x4.mul(s, f32x4.add(one, power)));
  const rest = f32x4.mul(f32x4.add(power, power), f32x4.sub(one, s));
  const quotient = f32x4.div(f32x4.pmin(above, rest), f32x4.add(above, rest));
  return withSign(f32x4.sub(v128.and(one, f32x4.le(rest, above)), quotient), x);
}

/** The quotient `a/(1 + b)` of the first two lanes, in float64, which spares it the sum's rounding. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function overOnePlus(a: v128, b: v128): v128 {
  const sum = f64x2.add(f64x2.promote_low_f32x4(b), f64x2.splat(1));
  return f32x4.demote_f64x2_zero(f64x2.div(f64x2.promote_low_f32x4(a), sum));
}

/** `1/(1 + e⁻ˣ)`, as `e^x/(1 + e^x)` below 0, so that nothing overflows or cancels. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const numerator = v128.bitselect(e, f32x4.splat(1), f32x4.lt(x, f32x4.splat(0)));
  const high = overOnePlus(upper(numerator), upper(e));
  return v128.shuffle<i64>(overOnePlus(numerator, e), high, 0, 2);
}

/** The last two lanes, twice. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function upper(x: v128): v128 {
  return v128.shuffle<i64>(x, x, 1, 1);
}

/** `erf x`: a polynomial below 1, and `1 − e^(Q(|x|))`, `Q` approximating `ln erfc`, above. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function erf4(x: v128): v128 {
  const a = f32x4.pmin(v128.andnot(x, constant(SIGN)), f32x4.splat(4)); // erf 4 rounds to 1
  const z = f32x4.mul(a, a);
  let p = mulAdd(quartic(ERF, z), z, constant(ERF + 20));
  p = mulAdd(p, z, constant(ERF + 24));
  const small = mulAdd(a, p, a);
  let q = mulAdd(quartic(LOG_ERFC, a), a, constant(LOG_ERFC + 20));
  q = mulAdd(q, a, constant(LOG_ERFC + 24));
  q = mulAdd(q, a, constant(LOG_ERFC + 28));
  const large = f32x4.sub(constant(ONE), expSmall4(q));
  return withSign(v128.bitselect(small, large, f32x4.lt(a, constant(ONE))), x);
}

/**
 * `sin(x + quarters·π/2)` of two float64 lanes that hold float32 numbers, `|x| ≤ 2²⁰`: `x` less the nearest multiple of
 * `π/2`, of which 33 bits make an exact product, and the sine or cosine of the rest.
 */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function sin2(x: v128, quarters: i64): v128 {
  const t = mulAdd2(x, f64x2.splat(0.6366197723675814), f64x2.splat(rounder2));
  const n = f64x2.sub(t, f64x2.splat(rounder2));
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
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function sinSmall4(x: v128, quarters: i64): v128 {
  const low = sin2(f64x2.promote_low_f32x4(x), quarters);
  const high = sin2(f64x2.promote_low_f32x4(upper(x)), quarters);
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Whether no lane exceeds 2²⁰ or is NaN. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function allSmall4(x: v128): bool {
  return i32x4.all_true(f32x4.le(f32x4.abs(x), f32x4.splat(mostSmall)));
}

/** `sin(x + quarters·π/2)`, for 0 or 1 quarters. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function sin4(x: v128, quarters: i64): v128 {
  const y = sinSmall4(x, quarters);
  return allSmall4(x) ? y : sinLarge4(x, y, quarters);
}

/** The same where a lane is too large for `small`; the other lanes keep the bits they have there. */
function sinLarge4(x: v128, small: v128, quarters: i64): v128 {
  let y = small;
  for (let lane = 0; lane < 4; lane++) {
    const z = f32x4.extract_lane(x, 0);
    if (!(abs(z) <= mostSmall)) y = f32x4.replace_lane(y, 0, f32(sinTurned(z, quarters)));
    x = v128.shuffle<i32>(x, x, 1, 2, 3, 0);
    y = v128.shuffle<i32>(y, y, 1, 2, 3, 0);
  }
  return y;
}
