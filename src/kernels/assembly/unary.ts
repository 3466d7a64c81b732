// Elementwise loops over `n` numbers from `x` to `y`, which may be the same. Those of float32 work on whole vectors:
// they read and write up to 12 bytes past the ends, where buffers have to have room for them. So the last elements go
// through the same code as the others, and have the same bits wherever they stand. Two vectors to a turn share the way
// of the constants into registers.

import { cos4, erf4, exp4, log1p4, log4, sigmoid4, sin4, tanh4 } from "./math32";
import * as math64 from "./math64";

/** `y = eˣ`. */
export function expF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, exp4(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, exp4(v128.load(x + i, 16)), 16);
  }
}

/** `y = eˣ`. */
export function expF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, math64.expF64(load<f64>(x + i)));
}

/** `y = ln x`. */
export function logF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, log4(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, log4(v128.load(x + i, 16)), 16);
  }
}

/** `y = ln x`. */
export function logF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, math64.logF64(load<f64>(x + i)));
}

/** `y = ln(1 + x)`. */
export function log1pF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, log1p4(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, log1p4(v128.load(x + i, 16)), 16);
  }
}

/** `y = ln(1 + x)`. */
export function log1pF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, math64.log1pF64(load<f64>(x + i)));
}

/** `y = √x`. */
export function sqrtF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, f32x4.sqrt(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, f32x4.sqrt(v128.load(x + i, 16)), 16);
  }
}

/** `y = √x`. */
export function sqrtF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, sqrt<f64>(load<f64>(x + i)));
}

/** `y = 1/√x`. */
export function rsqrtF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, f32x4.div(f32x4.splat(1), f32x4.sqrt(v128.load(x + i))));
    if (i + 16 < end) v128.store(y + i, f32x4.div(f32x4.splat(1), f32x4.sqrt(v128.load(x + i, 16))), 16);
  }
}

/** `y = 1/√x`. */
export function rsqrtF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, 1 / sqrt<f64>(load<f64>(x + i)));
}

/** `y = tanh x`. */
export function tanhF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, tanh4(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, tanh4(v128.load(x + i, 16)), 16);
  }
}

/** `y = tanh x`. */
export function tanhF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, math64.tanhF64(load<f64>(x + i)));
}

/** `y = 1/(1 + e⁻ˣ)`. */
export function sigmoidF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, sigmoid4(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, sigmoid4(v128.load(x + i, 16)), 16);
  }
}

/** `y = 1/(1 + e⁻ˣ)`. */
export function sigmoidF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, math64.sigmoidF64(load<f64>(x + i)));
}

/** `y = erf x`. */
export function erfF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, erf4(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, erf4(v128.load(x + i, 16)), 16);
  }
}

/** `y = erf x`. */
export function erfF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, math64.erfF64(load<f64>(x + i)));
}

/** `y = sin x`. */
export function sinF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, sin4(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, sin4(v128.load(x + i, 16)), 16);
  }
}

/** `y = sin x`. */
export function sinF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, math64.sinF64(load<f64>(x + i)));
}

/** `y = cos x`. */
export function cosF32(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 32) {
    v128.store(y + i, cos4(v128.load(x + i)));
    if (i + 16 < end) v128.store(y + i, cos4(v128.load(x + i, 16)), 16);
  }
}

/** `y = cos x`. */
export function cosF64(x: usize, y: usize, n: i32): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(y + i, math64.cosF64(load<f64>(x + i)));
}

/** `y = ln(1 + e^(beta·x))/beta`, and `x` itself where `beta·x` exceeds the threshold; float64 until rounded. */
export function softplusF32(x: usize, y: usize, n: i32, beta: f64, threshold: f64): void {
  const end = <usize>n << 2;
  for (let i: usize = 0; i < end; i += 4) {
    store<f32>(y + i, <f32>math64.softplusF64(<f64>load<f32>(x + i), beta, threshold));
  }
}

/** `y = ln(1 + e^(beta·x))/beta`, and `x` itself where `beta·x` exceeds the threshold. */
export function softplusF64(x: usize, y: usize, n: i32, beta: f64, threshold: f64): void {
  const end = <usize>n << 3;
  for (let i: usize = 0; i < end; i += 8) {
    store<f64>(y + i, math64.softplusF64(load<f64>(x + i), beta, threshold));
  }
}
