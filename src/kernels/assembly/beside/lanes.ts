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

/** `y` where both lanes are within bounds that `x` may not leave; what is beyond, as the bound. NaN stays. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function within(x: v128, least: f64, most: f64): v128 {
  return f64x2.pmax(f64x2.pmin(x, f64x2.splat(most)), f64x2.splat(least));
}

/** `2ⁿ − 1 + 2ⁿ·p` and one more: `eˣ − 1` where `minus` is 1, and `eˣ` where it is 0, of `x = n·ln 2 + r`, `p = eʳ − 1`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function power(x: v128, minus: f64): v128 {
  const bounded = within(x, -200, 200);
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

/** `eˣ`, up to numbers that float32 does not hold. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function exp2(x: v128): v128 {
  return power(x, 0);
}

/** `eˣ − 1`, likewise; −0 stays. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function expm12(x: v128): v128 {
  return withSign(power(x, 1), x);
}

/** `k·unit + s·p(s²)` for `x = 2ᵏ(1 + f)`, `√½ ≤ 1 + f < √2`, `s = f/(2 + f)`, and the terms of a logarithm. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function logIn(x: v128, unit: f64, a: f64, b: f64, c: f64, d: f64, e: f64): v128 {
  const rootHalf: i64 = 0x3fe6a09e667f3bcd;
  const shifted = i64x2.add(x, i64x2.splat(0x3ff0000000000000 - rootHalf));
  // The exponent as the low bits of 2⁵² and more.
  const exponent = v128.or(i64x2.shr_u(shifted, 52), i64x2.splat(0x4330000000000000));
  const k = f64x2.sub(exponent, f64x2.splat(4503599627370496 + 1023));
  const m = i64x2.add(v128.and(shifted, i64x2.splat(0xfffffffffffff)), i64x2.splat(rootHalf));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1)), f64x2.add(m, f64x2.splat(1)));
  const z = f64x2.mul(s, s);
  const p = mulAdd(mulAdd(mulAdd(mulAdd(f64x2.splat(a), z, b), z, c), z, d), z, e);
  const y = f64x2.add(f64x2.mul(k, f64x2.splat(unit)), f64x2.mul(s, p));
  const zero = f64x2.splat(0);
  const ordinary = v128.and(f64x2.gt(x, zero), f64x2.lt(x, f64x2.splat(Infinity)));
  const below = v128.bitselect(f64x2.splat(NaN), x, f64x2.lt(x, zero));
  return v128.bitselect(y, v128.bitselect(f64x2.splat(-Infinity), below, f64x2.eq(x, zero)), ordinary);
}

/** `log₂ x`; of powers of 2 exact. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function log22(x: v128): v128 {
  return logIn(
    x,
    1,
    0.3407329932424559,
    0.41167268734376855,
    0.5770835830070087,
    0.9617966733682309,
    2.885390081790048,
  );
}

/** `log₁₀ x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function log102(x: v128): v128 {
  return logIn(
    x,
    0.3010299956639812,
    0.10257085147835182,
    0.12392582728607414,
    0.17371946849035455,
    0.28952964841367007,
    0.8685889638101526,
  );
}

/** `sinh x = ½(m + m/(m + 1))` for `m = eˣ − 1`; −0 stays. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function sinh2(x: v128): v128 {
  const m = power(f64x2.abs(x), 1);
  const sum = f64x2.add(m, f64x2.div(m, f64x2.add(m, f64x2.splat(1))));
  return withSign(f64x2.mul(sum, f64x2.splat(0.5)), x);
}

/** `cosh x = ½(eˣ + e⁻ˣ)`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function cosh2(x: v128): v128 {
  const e = power(f64x2.abs(x), 0);
  return f64x2.mul(f64x2.add(e, f64x2.div(f64x2.splat(1), e)), f64x2.splat(0.5));
}

/** `arcsin √w` for `w ≤ ¼`, from `√w`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function ofRoot(root: v128, w: v128): v128 {
  let p = f64x2.splat(0.03098546039993495);
  p = mulAdd(p, w, 0.01056694782140368);
  p = mulAdd(p, w, 0.02361371422189475);
  p = mulAdd(p, w, 0.030268919101073113);
  p = mulAdd(p, w, 0.044647675217118564);
  p = mulAdd(p, w, 0.07499992383419403);
  p = mulAdd(p, w, 0.16666666686147094);
  return f64x2.add(root, f64x2.mul(root, f64x2.mul(w, p)));
}

/** `arcsin x`, or with `isOther` `arccos x`: `arcsin √w` with `w = x²`, or beyond ½ with `w = ½(1 − |x|)`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function arcsin2(x: v128, isOther: bool): v128 {
  const a = f64x2.abs(x);
  const isFar = f64x2.gt(a, f64x2.splat(0.5));
  const rest = f64x2.mul(f64x2.sub(f64x2.splat(1), a), f64x2.splat(0.5));
  const w = v128.bitselect(rest, f64x2.mul(a, a), isFar);
  const arc = ofRoot(v128.bitselect(f64x2.sqrt(rest), a, isFar), w);
  const quarter = f64x2.splat(1.5707963267948966);
  const twice = f64x2.add(arc, arc);
  if (!isOther) return withSign(v128.bitselect(f64x2.sub(quarter, twice), arc, isFar), x);
  const behind = v128.bitselect(f64x2.sub(f64x2.splat(3.141592653589793), twice), twice, f64x2.lt(x, f64x2.splat(0)));
  return v128.bitselect(behind, f64x2.sub(quarter, withSign(arc, x)), isFar);
}

/** `arctan t` for `0 ≤ t ≤ 1`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function arctan(t: v128): v128 {
  const z = f64x2.mul(t, t);
  let p = f64x2.splat(-0.0009362994719496015);
  p = mulAdd(p, z, 0.00620725453378005);
  p = mulAdd(p, z, -0.019261081322765883);
  p = mulAdd(p, z, 0.038327445983064846);
  p = mulAdd(p, z, -0.05760716083128117);
  p = mulAdd(p, z, 0.0741749696430051);
  p = mulAdd(p, z, -0.09036742342070782);
  p = mulAdd(p, z, 0.1110470678864422);
  p = mulAdd(p, z, -0.14285317963907304);
  p = mulAdd(p, z, 0.19999990275947271);
  p = mulAdd(p, z, -0.33333333293301176);
  return f64x2.add(t, f64x2.mul(t, f64x2.mul(z, p)));
}

/** `arctan x`: beyond 1, `π/2 − arctan 1/x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function atan2Lanes(x: v128): v128 {
  const a = f64x2.abs(x);
  const one = f64x2.splat(1);
  const isFar = f64x2.gt(a, one);
  const arc = arctan(v128.bitselect(f64x2.div(one, a), a, isFar));
  return withSign(v128.bitselect(f64x2.sub(f64x2.splat(1.5707963267948966), arc), arc, isFar), x);
}

/** The angle of `(x, y)`: that of the lesser side over the greater, turned to where the point is. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function angle2(y: v128, x: v128): v128 {
  const above = f64x2.abs(y);
  const beside = f64x2.abs(x);
  const isSteep = f64x2.gt(above, beside);
  const least = f64x2.min(above, beside); // NaN where either is
  const most = f64x2.max(above, beside);
  // Of equal sides, two infinities or two zeros among them, the quotient is 1, but of zeros 0.
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const isNothing = f64x2.eq(most, zero);
  const isEqual = f64x2.eq(least, most);
  const quotient = f64x2.div(least, v128.bitselect(one, most, isNothing));
  const t = v128.bitselect(v128.andnot(one, isNothing), quotient, isEqual);
  const arc = arctan(t);
  const acute = v128.bitselect(f64x2.sub(f64x2.splat(1.5707963267948966), arc), arc, isSteep);
  const isBehind = i64x2.shr_s(x, 63);
  return withSign(v128.bitselect(f64x2.sub(f64x2.splat(3.141592653589793), acute), acute, isBehind), y);
}
