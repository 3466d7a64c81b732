// Steps of gradient descent on `n` numbers, in place, with the bits of the plain loops: results are rounded to float32 where
// those round them, and a product of float32 goes into its sum in float64. Whole vectors: up to 15 bytes past the ends
// are read and written. Settings come rounded to the precision of the arrays; an address of 0 stands for no array.

import { mulAdd } from "./mulAdd";

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function sgd<T>(
  p: usize,
  g: usize,
  b: usize,
  n: i32,
  lr: f64,
  momentum: f64,
  inflow: f64,
  decay: f64,
  isFirst: i32,
  nesterov: i32,
  maximize: i32,
): void {
  const sign = v128.splat<T>(maximize ? <T>-0.0 : 0);
  const step = -lr;
  const end = p + <usize>n * sizeof<T>();
  for (; p < end; p += 16, g += 16) {
    let d = v128.xor(v128.load(g), sign);
    if (decay != 0) d = mulAdd<T>(v128.load(p), decay, d);
    if (b) {
      const kept = isFirst ? d : mulAdd<T>(d, inflow, v128.mul<T>(v128.load(b), v128.splat<T>(<T>momentum)));
      v128.store(b, kept);
      d = nesterov ? mulAdd<T>(kept, momentum, d) : kept;
      b += 16;
    }
    v128.store(p, mulAdd<T>(d, step, v128.load(p)));
  }
}

/** `p ← p + s·g`, two by two: a sixth faster than whole vectors taken apart and put together. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function descend(p: usize, g: usize, n: i32, s: f64): void {
  const end = p + (<usize>n << 2);
  for (; p < end; p += 8, g += 8) {
    const way = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(g)), f64x2.splat(s));
    const y = f64x2.add(way, f64x2.promote_low_f32x4(v128.load64_zero(p)));
    v128.store64_lane(p, f32x4.demote_f64x2_zero(y), 0);
  }
}

/** `d = ±g + decay·p`, `b ← momentum·b + inflow·d`, at first `b ← d`; `p ← p − lr·b`, or `p − lr·(d + momentum·b)`. */
export function sgdF32(
  p: usize,
  g: usize,
  b: usize,
  n: i32,
  lr: f64,
  momentum: f64,
  inflow: f64,
  decay: f64,
  isFirst: i32,
  nesterov: i32,
  maximize: i32,
): void {
  if (!b && decay == 0) {
    descend(p, g, n, maximize ? lr : -lr);
    return;
  }
  sgd<f32>(p, g, b, n, lr, momentum, inflow, decay, isFirst, nesterov, maximize);
}

/** The same in float64. */
export function sgdF64(
  p: usize,
  g: usize,
  b: usize,
  n: i32,
  lr: f64,
  momentum: f64,
  inflow: f64,
  decay: f64,
  isFirst: i32,
  nesterov: i32,
  maximize: i32,
): void {
  sgd<f64>(p, g, b, n, lr, momentum, inflow, decay, isFirst, nesterov, maximize);
}
