// Activations and losses of single numbers, with the bits of the kernels that they are made of elsewhere: float32, whole vectors
// at a time, so that up to 15 bytes behind the last number are read and written.

import { exp4, sigmoid4, tanh4 } from "../elementwise/math32";

const SILU: i32 = 0;
const ELU: i32 = 1;
const LEAKY: i32 = 2;
const HUBER: i32 = 3;

/** A function of `x`, with settings `a` and `b`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function form(which: i32, x: v128, a: v128, b: v128): v128 {
  if (which == SILU) return f32x4.mul(x, sigmoid4(x));
  const half = f32x4.splat(0.5);
  if (which == HUBER) {
    const size = f32x4.abs(x);
    const round = f32x4.mul(f32x4.mul(x, f32x4.div(x, a)), f32x4.mul(b, half));
    const straight = f32x4.mul(f32x4.sub(size, f32x4.mul(a, half)), b);
    return v128.bitselect(round, straight, f32x4.lt(size, a));
  }
  let below = f32x4.mul(x, a);
  if (which == ELU) {
    const bent = f32x4.mul(tanh4(f32x4.mul(x, half)), f32x4.add(exp4(x), f32x4.splat(1)));
    below = f32x4.mul(bent, a);
  }
  return v128.bitselect(x, below, f32x4.gt(x, f32x4.splat(0)));
}

/** The gradient at `x`, from that at the function's value, `g`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function pulled(which: i32, g: v128, x: v128, a: v128, b: v128): v128 {
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  if (which == SILU) {
    const s = sigmoid4(x);
    const bend = f32x4.add(f32x4.mul(x, f32x4.add(f32x4.neg(s), one)), one);
    return f32x4.mul(g, f32x4.mul(s, bend));
  }
  if (which == ELU) {
    return f32x4.mul(g, v128.bitselect(f32x4.mul(exp4(x), a), one, f32x4.le(x, zero)));
  }
  if (which == LEAKY) return v128.bitselect(g, f32x4.mul(g, a), f32x4.gt(x, zero));
  if (which == HUBER) {
    const bounded = f32x4.min(f32x4.max(f32x4.div(x, a), f32x4.neg(one)), one);
    return f32x4.mul(g, f32x4.mul(bounded, b));
  }
  return v128.andnot(g, v128.or(f32x4.le(x, a), f32x4.ge(x, b)));
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function forms(which: i32, x: usize, y: usize, n: i32, a: f64, b: f64): void {
  const first = f32x4.splat(f32(a));
  const second = f32x4.splat(f32(b));
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16) {
    v128.store(y, form(which, v128.load(x), first, second));
  }
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function pulls(which: i32, g: usize, x: usize, y: usize, n: i32, a: f64, b: f64): void {
  const first = f32x4.splat(f32(a));
  const second = f32x4.splat(f32(b));
  for (const end = x + (<usize>n << 2); x < end; g += 16, x += 16, y += 16) {
    v128.store(y, pulled(which, v128.load(g), v128.load(x), first, second));
  }
}

/** A function of `n` numbers, by its place in `src/kernels/beside/curves.ts`. */
export function curve(x: usize, y: usize, n: i32, which: i32, a: f64, b: f64): void {
  if (which == SILU) forms(SILU, x, y, n, a, b);
  else if (which == ELU) forms(ELU, x, y, n, a, b);
  else if (which == LEAKY) forms(LEAKY, x, y, n, a, b);
  else forms(HUBER, x, y, n, a, b);
}

/** The gradient of such a function, or behind the last of one that is straight between `a` and `b`. */
export function curveBackward(g: usize, x: usize, y: usize, n: i32, which: i32, a: f64, b: f64): void {
  if (which == SILU) pulls(SILU, g, x, y, n, a, b);
  else if (which == ELU) pulls(ELU, g, x, y, n, a, b);
  else if (which == LEAKY) pulls(LEAKY, g, x, y, n, a, b);
  else if (which == HUBER) pulls(HUBER, g, x, y, n, a, b);
  else pulls(HUBER + 1, g, x, y, n, a, b);
}
