// Elementwise loops over `n` numbers from `x` to `y`, which may be the same. Those in vectors work on whole ones: they
// read and write up to 15 bytes past the ends, where buffers have to have room for them. So the last elements go
// through the same code as the others, and have the same bits wherever they stand.

import { high, low, narrow } from "../wide";
import { softplusOf } from "./lanes";
import { erf4, exp4, log1p4, log4, sigmoid4, sin4, tanh4 } from "./math32";
import { erfF64, expF64, log1pF64, logF64, sigmoidF64, sinTurned, softplusF64, tanhF64 } from "./math64";

const EXP: i32 = 0;
const LOG: i32 = 1;
const LOG1P: i32 = 2;
const TANH: i32 = 3;
const SIGMOID: i32 = 4;
const ERF: i32 = 5;
const SIN: i32 = 6;
const SQRT: i32 = 7;
const RSQRT: i32 = 8;
const ABS: i32 = 9;
const SIGN: i32 = 10;
const CUBE: i32 = 11;

/** Four lanes of float32. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function apply4(op: i32, x: v128): v128 {
  if (op == EXP) return exp4(x);
  if (op == LOG) return log4(x);
  if (op == LOG1P) return log1p4(x);
  if (op == TANH) return tanh4(x);
  if (op == SIGMOID) return sigmoid4(x);
  return erfOf(x);
}

/** For all that need it, so that it stands in the module once. */
function erfOf(x: v128): v128 {
  return erf4(x);
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function map4(op: i32, x: usize, y: usize, n: i32): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16) {
    v128.store(y, apply4(op, v128.load(x)));
    if (op != EXP) continue;
    x += 16; // two to a turn share the way of the constants into registers, which is a tenth of this one's time
    y += 16;
    if (x < end) v128.store(y, apply4(op, v128.load(x)));
  }
}

/** `y = sin(x + quarters·π/2)`. */
function mapSin4(x: usize, y: usize, n: i32, quarters: i64): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16) v128.store(y, sin4(v128.load(x), quarters));
}

/** Lanes of either type. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function apply<T>(op: i32, x: v128): v128 {
  if (op == SQRT) return v128.sqrt<T>(x);
  if (op == RSQRT) return v128.div<T>(v128.splat<T>(1), v128.sqrt<T>(x));
  if (op == ABS) return v128.abs<T>(x);
  if (op == CUBE) return v128.mul<T>(v128.mul<T>(x, x), x);
  const zero = v128.splat<T>(0);
  const one = v128.splat<T>(1);
  return v128.sub<T>(v128.and(v128.gt<T>(x, zero), one), v128.and(v128.lt<T>(x, zero), one)); // 0 of NaN
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function map<T>(op: i32, x: usize, y: usize, n: i32): void {
  for (const end = x + (<usize>n << alignof<T>()); x < end; x += 16, y += 16) {
    v128.store(y, apply<T>(op, v128.load(x)));
  }
}

/** One float64. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function apply1(op: i32, x: f64, quarters: i64): f64 {
  if (op == EXP) return expF64(x);
  if (op == LOG) return logF64(x);
  if (op == LOG1P) return log1pF64(x);
  if (op == TANH) return tanhF64(x);
  if (op == SIGMOID) return sigmoidF64(x);
  if (op == ERF) return erfF64(x);
  return sinTurned(x, quarters);
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function map1(op: i32, x: usize, y: usize, n: i32, quarters: i64 = 0): void {
  for (const end = x + (<usize>n << 3); x < end; x += 8, y += 8) {
    store<f64>(y, apply1(op, load<f64>(x), quarters));
  }
}

/** In lanes where there is single precision alone. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function mapExact<T>(op: i32, x: usize, y: usize, n: i32): void {
  if (sizeof<T>() == 4) map4(op, x, y, n);
  else map1(op, x, y, n);
}

/** `y = sin(x + quarters·π/2)`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function mapSin<T>(x: usize, y: usize, n: i32, quarters: i64): void {
  if (sizeof<T>() == 4) mapSin4(x, y, n, quarters);
  else map1(SIN, x, y, n, quarters);
}

/** `y = eˣ`. */
export function exp<T>(x: usize, y: usize, n: i32): void {
  mapExact<T>(EXP, x, y, n);
}

/** `y = ln x`. */
export function log<T>(x: usize, y: usize, n: i32): void {
  mapExact<T>(LOG, x, y, n);
}

/** `y = ln(1 + x)`. */
export function log1p<T>(x: usize, y: usize, n: i32): void {
  mapExact<T>(LOG1P, x, y, n);
}

/** `y = tanh x`. */
export function tanh<T>(x: usize, y: usize, n: i32): void {
  mapExact<T>(TANH, x, y, n);
}

/** `y = 1/(1 + e⁻ˣ)`. */
export function sigmoid<T>(x: usize, y: usize, n: i32): void {
  mapExact<T>(SIGMOID, x, y, n);
}

/** `y = erf x`. */
export function erf<T>(x: usize, y: usize, n: i32): void {
  mapExact<T>(ERF, x, y, n);
}

/** `y = sin x`. */
export function sin<T>(x: usize, y: usize, n: i32): void {
  mapSin<T>(x, y, n, 0);
}

/** `y = cos x`. */
export function cos<T>(x: usize, y: usize, n: i32): void {
  mapSin<T>(x, y, n, 1);
}

/** `y = √x`. */
export function sqrt<T>(x: usize, y: usize, n: i32): void {
  map<T>(SQRT, x, y, n);
}

/** `y = 1/√x`. */
export function rsqrt<T>(x: usize, y: usize, n: i32): void {
  map<T>(RSQRT, x, y, n);
}

/** `y = |x|`. */
export function abs<T>(x: usize, y: usize, n: i32): void {
  map<T>(ABS, x, y, n);
}

/** `y = x³`. */
export function cube<T>(x: usize, y: usize, n: i32): void {
  map<T>(CUBE, x, y, n);
}

/** `y = −1, 0 or 1`; 0 for NaN. */
export function sign<T>(x: usize, y: usize, n: i32): void {
  map<T>(SIGN, x, y, n);
}

/** `y = ln(1 + e^(beta·x))/beta`, and `x` itself where `beta·x` exceeds the threshold; in float64 until rounded. */
export function softplus<T>(x: usize, y: usize, n: i32, beta: f64, threshold: f64): void {
  if (sizeof<T>() == 4) {
    const factor = f64x2.splat(beta);
    const divisor = f64x2.splat(1 / beta);
    const most = f64x2.splat(threshold);
    for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16) {
      const v = v128.load(x);
      v128.store(y, narrow(softplusOf(low(v), factor, divisor, most), softplusOf(high(v), factor, divisor, most)));
    }
    return;
  }
  for (const end = x + (<usize>n << 3); x < end; x += 8, y += 8) {
    store<f64>(y, softplusF64(load<f64>(x), beta, threshold));
  }
}

/** `y = x·Φ(x)` of the normal distribution function, or where `isSlope` its derivative, `Φ(x) + x·φ(x)`. */
export function geluF32(x: usize, y: usize, n: i32, isSlope: bool): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16) {
    const v = v128.load(x);
    const half = f32x4.splat(0.5);
    const twice = f32x4.add(erfOf(f32x4.mul(v, f32x4.splat(0.7071067811865476))), f32x4.splat(1));
    if (isSlope) {
      const power = exp4(f32x4.mul(f32x4.mul(v, v), f32x4.splat(-0.5)));
      const density = f32x4.mul(power, f32x4.splat(0.3989422804014327));
      v128.store(y, f32x4.add(f32x4.mul(twice, half), f32x4.mul(v, density)));
    } else v128.store(y, f32x4.mul(f32x4.mul(v, half), twice));
  }
}

/** `y = ½x(1 + t)`, `t = tanh(√(2/π)(x + 0.044715x³))`, or where `isSlope` its derivative. */
export function geluByTanhF32(x: usize, y: usize, n: i32, isSlope: bool): void {
  const root = f32x4.splat(0.7978845608028654);
  const one = f32x4.splat(1);
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16) {
    const v = v128.load(x);
    const square = f32x4.mul(v, v);
    const half = f32x4.mul(v, f32x4.splat(0.5));
    const inner = f32x4.add(f32x4.mul(f32x4.mul(square, v), f32x4.splat(0.044715)), v);
    const t = tanh4(f32x4.mul(inner, root));
    const above = f32x4.add(t, one);
    let z = f32x4.mul(half, above);
    if (isSlope) {
      const bend = f32x4.add(f32x4.mul(square, f32x4.splat(0.10703222440890037)), root);
      const steepness = f32x4.mul(bend, f32x4.mul(f32x4.sub(one, t), f32x4.add(one, t)));
      z = f32x4.add(f32x4.mul(above, f32x4.splat(0.5)), f32x4.mul(steepness, half));
    }
    v128.store(y, z);
  }
}
