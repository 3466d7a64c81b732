// Elementary functions of two float64 lanes that hold float32 numbers, as those of elementwise/lanes.ts.

import { constant, logIn, logSpecial, mulAdd, power, quintic, withSign } from "../elementwise/lanes";

// A unit and the terms of each logarithm, the terms of arcs from the highest power on, and numbers.
const LOG2 = memory.data<f64>([
  1, 0.3407329932424559, 0.41167268734376855, 0.5770835830070087, 0.9617966733682309, 2.885390081790048,
]);
const LOG10 = memory.data<f64>([
  0.3010299956639812, 0.10257085147835182, 0.12392582728607414, 0.17371946849035455, 0.28952964841367007, 0.8685889638101526,
]);
const ASIN = memory.data<f64>([
  0.03098546039993495, 0.01056694782140368, 0.02361371422189475, 0.030268919101073113, 0.044647675217118564, 0.07499992383419403, 0.16666666686147094,
]);
const ATAN = memory.data<f64>([
  -0.0009362994719496015, 0.00620725453378005, -0.019261081322765883, 0.038327445983064846, -0.05760716083128117, 0.0741749696430051, -0.09036742342070782, 0.1110470678864422, -0.14285317963907304, 0.19999990275947271, -0.33333333293301176,
]);
const QUARTER = memory.data<f64>([1.5707963267948966]);
const HALF_TURN = memory.data<f64>([3.141592653589793]);
const ONE = memory.data<f64>([1]);
const HALF = memory.data<f64>([0.5]);

/** `eˣ − 1`; −0 stays. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function expm12(x: v128): v128 {
  return withSign(power(x, 1), x);
}

/** `log₂ x`; of powers of 2 exact. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function log22(x: v128): v128 {
  return logSpecial(x, logIn(x, LOG2));
}

/** `log₁₀ x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function log102(x: v128): v128 {
  return logSpecial(x, logIn(x, LOG10));
}

/** `sinh x = ½(m + m/(m + 1))` for `m = eˣ − 1`; −0 stays. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function sinh2(x: v128): v128 {
  const m = power(f64x2.abs(x), 1);
  const sum = f64x2.add(m, f64x2.div(m, f64x2.add(m, constant(ONE))));
  return withSign(f64x2.mul(sum, constant(HALF)), x);
}

/** `cosh x = ½(eˣ + e⁻ˣ)`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function cosh2(x: v128): v128 {
  const e = power(f64x2.abs(x), 0);
  return f64x2.mul(f64x2.add(e, f64x2.div(constant(ONE), e)), constant(HALF));
}

/** `arcsin √w` for `w ≤ ¼`, from `√w`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function ofRoot(root: v128, w: v128): v128 {
  const p = mulAdd(quintic(ASIN, w), w, ASIN + 48);
  return f64x2.add(root, f64x2.mul(root, f64x2.mul(w, p)));
}

/** `arcsin x`, or with `isOther` `arccos x`: `arcsin √w` with `w = x²`, or beyond ½ with `w = ½(1 − |x|)`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function arcsin2(x: v128, isOther: bool): v128 {
  const a = f64x2.abs(x);
  const isFar = f64x2.gt(a, constant(HALF));
  const rest = f64x2.mul(f64x2.sub(constant(ONE), a), constant(HALF));
  const w = v128.bitselect(rest, f64x2.mul(a, a), isFar);
  const arc = ofRoot(v128.bitselect(f64x2.sqrt(rest), a, isFar), w);
  const quarter = constant(QUARTER);
  const twice = f64x2.add(arc, arc);
  if (!isOther) return withSign(v128.bitselect(f64x2.sub(quarter, twice), arc, isFar), x);
  const behind = v128.bitselect(f64x2.sub(constant(HALF_TURN), twice), twice, f64x2.lt(x, f64x2.splat(0)));
  return v128.bitselect(behind, f64x2.sub(quarter, withSign(arc, x)), isFar);
}

/** `arctan t` for `0 ≤ t ≤ 1`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function arctan(t: v128): v128 {
  const z = f64x2.mul(t, t);
  let p = mulAdd(quintic(ATAN, z), z, ATAN + 48);
  p = mulAdd(p, z, ATAN + 56);
  p = mulAdd(p, z, ATAN + 64);
  p = mulAdd(p, z, ATAN + 72);
  p = mulAdd(p, z, ATAN + 80);
  return f64x2.add(t, f64x2.mul(t, f64x2.mul(z, p)));
}

/** `arctan x`: beyond 1, `π/2 − arctan 1/x`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function atan2Lanes(x: v128): v128 {
  const a = f64x2.abs(x);
  const one = constant(ONE);
  const isFar = f64x2.gt(a, one);
  const arc = arctan(v128.bitselect(f64x2.div(one, a), a, isFar));
  return withSign(v128.bitselect(f64x2.sub(constant(QUARTER), arc), arc, isFar), x);
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
  const one = constant(ONE);
  const zero = f64x2.splat(0);
  const isNothing = f64x2.eq(most, zero);
  const isEqual = f64x2.eq(least, most);
  const quotient = f64x2.div(least, v128.bitselect(one, most, isNothing));
  const t = v128.bitselect(v128.andnot(one, isNothing), quotient, isEqual);
  const arc = arctan(t);
  const acute = v128.bitselect(f64x2.sub(constant(QUARTER), arc), arc, isSteep);
  const isBehind = i64x2.shr_s(x, 63);
  return withSign(v128.bitselect(f64x2.sub(constant(HALF_TURN), acute), acute, isBehind), y);
}
