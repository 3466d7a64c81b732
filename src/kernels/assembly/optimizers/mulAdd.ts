// A product of float32 goes into its sum in float64, which is rounded: the bits of the optimisers' plain loops.

import { high, low, narrow } from "../wide";

/** `x·s + y`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function mulAdd<T>(x: v128, s: f64, y: v128): v128 {
  const factor = f64x2.splat(s);
  if (sizeof<T>() == 8) return f64x2.add(f64x2.mul(x, factor), y);
  return narrow(f64x2.add(f64x2.mul(low(x), factor), low(y)), f64x2.add(f64x2.mul(high(x), factor), high(y)));
}

/** `x·y + z`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function mulAddEach<T>(x: v128, y: v128, z: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.add(f64x2.mul(x, y), z);
  return narrow(f64x2.add(f64x2.mul(low(x), low(y)), low(z)), f64x2.add(f64x2.mul(high(x), high(y)), high(z)));
}
