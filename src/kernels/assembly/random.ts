// Random numbers in blocks: MT19937, whose state is 624 words with room for four more behind, and what becomes of its
// words, in place. Up to 15 bytes past the ends are read and written.

const stateBytes: usize = 2496;

/** Replaces all words by the next 624 of the recurrence, four by four. */
function twist(state: usize): void {
  for (let i: usize = 0; i < stateBytes; i += 16) {
    const next = v128.load(state + i + 4);
    const far = v128.load(state + (i <= 896 ? i + 1588 : i - 908)); // 397 words on, of 624
    const pair = v128.bitselect(v128.load(state + i), next, i32x4.splat(0x80000000));
    const odd = v128.and(i32x4.neg(v128.and(next, i32x4.splat(1))), i32x4.splat(0x9908b0df));
    v128.store(state + i, v128.xor(far, v128.xor(i32x4.shr_u(pair, 1), odd)));
    if (i == 0) store<u32>(state + stateBytes, load<u32>(state));
  }
}

/** Writes `n` random words to `y`, from the one numbered `next` on; returns the number of the one to follow. */
export function randomWords(state: usize, next: i32, y: usize, n: i32): i32 {
  while (n > 0) {
    if (next == 0 || next == 624) {
      twist(state);
      next = 0;
    }
    const count = min(624 - next, n);
    const from = state + (<usize>next << 2);
    const end = <usize>count << 2;
    for (let i: usize = 0; i < end; i += 16) {
      let x = v128.load(from + i);
      x = v128.xor(x, i32x4.shr_u(x, 11));
      x = v128.xor(x, v128.and(i32x4.shl(x, 7), i32x4.splat(0x9d2c5680)));
      x = v128.xor(x, v128.and(i32x4.shl(x, 15), i32x4.splat(0xefc60000)));
      v128.store(y + i, v128.xor(x, i32x4.shr_u(x, 18)));
    }
    next += count;
    y += end;
    n -= count;
  }
  return next;
}

/** `n` float32 in [0, 1), of the low 24 bits of a word each. */
export function uniformF32(y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  for (; y < end; y += 16) {
    const draw = f32x4.convert_i32x4_s(v128.and(v128.load(y), i32x4.splat(0xffffff)));
    v128.store(y, f32x4.mul(draw, f32x4.splat(5.9604644775390625e-8)));
  }
}

/** `n` float64 in [0, 1), of the low 53 bits of two words each, the first being the high one. */
export function uniformF64(y: usize, n: i32): void {
  const end = y + (<usize>n << 3);
  for (; y < end; y += 8) {
    const draw = rotl(load<u64>(y), 32) & 0x1fffffffffffff;
    store<f64>(y, <f64>(<i64>draw) * 1.1102230246251565e-16);
  }
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function c2(x: f64): v128 {
  return f64x2.splat(x);
}

/** Two float64, rounded to float32. */
function round(x: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(x));
}

/** `a·x + b`, rounded to float32. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function mulAdd(a: v128, x: v128, b: v128): v128 {
  return round(f64x2.add(f64x2.mul(a, x), b));
}

/** `√(−2·log(1 − u))` for two `u` in units of 2^-24, with the roundings of the plain loop. */
function radius(draws: v128): v128 {
  const m = f64x2.sub(c2(16777216), f64x2.convert_low_i32x4_s(draws));
  const exponent = v128.and(f64x2.div(m, c2(0.7071067690849304)), i64x2.splat(0x7ff0000000000000));
  const x = f64x2.sub(f64x2.mul(m, i64x2.sub(i64x2.splat(0x7fe0000000000000), exponent)), c2(1));
  // The exponent as a number: 2^52 + the biased one, minus 2^52 + 1023 + 24.
  const e = f64x2.sub(v128.or(i64x2.shr_u(exponent, 52), i64x2.splat(0x4330000000000000)), c2(4503599627371543));
  const z = round(f64x2.mul(x, x));
  let y = mulAdd(c2(0.07037683576345444), x, c2(-0.11514610052108765));
  y = mulAdd(y, x, c2(0.11676998436450958));
  y = mulAdd(y, x, c2(-0.12420140951871872));
  y = mulAdd(y, x, c2(0.14249323308467865));
  y = mulAdd(y, x, c2(-0.16668057441711426));
  y = mulAdd(y, x, c2(0.2000071406364441));
  y = mulAdd(y, x, c2(-0.24999994039535522));
  y = mulAdd(y, x, c2(0.3333333134651184));
  y = mulAdd(round(f64x2.mul(y, x)), z, round(f64x2.mul(c2(-0.00021219444170128554), e)));
  y = mulAdd(c2(-0.5), z, y);
  const log = mulAdd(c2(0.693359375), e, round(f64x2.add(x, y)));
  return round(f64x2.sqrt(f64x2.mul(c2(-2), log)));
}

/** Turns two words at `y`, and the two eight numbers on, into two pairs of normal numbers. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function pairs(y: usize): void {
  const low = i32x4.splat(0xffffff);
  const r = radius(v128.and(v128.load64_zero(y), low));
  const draws = f64x2.convert_low_i32x4_s(v128.and(v128.load64_zero(y, 32), low));

  // The angle is q·π/4 + x, with |x| ≤ π/4 and q even.
  const theta = round(f64x2.mul(c2(3.7450703871400037e-7), draws));
  const turns = i32x4.trunc_sat_f64x2_s_zero(round(f64x2.mul(c2(1.2732394933700562), theta)));
  const even = v128.and(i32x4.add(turns, i32x4.splat(1)), i32x4.splat(-2));
  const q = f64x2.convert_low_i32x4_s(even);
  let x = mulAdd(c2(-0.78515625), q, theta);
  x = mulAdd(c2(-0.00024187564849853516), q, x);
  x = mulAdd(c2(-3.774895063202166e-8), q, x);
  const z = round(f64x2.mul(x, x));
  let c = mulAdd(c2(2.44331567955669e-5), z, c2(-0.0013887316454201937));
  c = mulAdd(c, z, c2(0.04166664555668831));
  c = mulAdd(round(f64x2.mul(c, z)), z, f64x2.mul(c2(-0.5), z));
  c = round(f64x2.add(c, c2(1)));
  let s = mulAdd(c2(-0.00019515295571181923), z, c2(0.008332161232829094));
  s = mulAdd(s, z, c2(-0.16666655242443085));
  s = mulAdd(round(f64x2.mul(s, z)), x, x);

  const quarter = i64x2.extend_low_i32x4_s(even);
  const swap = i64x2.eq(v128.and(quarter, i64x2.splat(2)), i64x2.splat(2));
  const signs = i64x2.splat(<i64>0x8000000000000000);
  const cos = v128.xor(v128.bitselect(s, c, swap), v128.and(i64x2.shl(i64x2.add(quarter, i64x2.splat(2)), 61), signs));
  const sin = v128.xor(v128.bitselect(c, s, swap), v128.and(i64x2.shl(quarter, 61), signs));
  const zero = c2(0);
  v128.store64_lane(y, f32x4.demote_f64x2_zero(f64x2.add(f64x2.mul(r, cos), zero)), 0);
  v128.store64_lane(y, f32x4.demote_f64x2_zero(f64x2.add(f64x2.mul(r, sin), zero)), 0, 32);
}

/** Turns `n` words, a multiple of 16, into normal float32: in each 16, number `j` and number `j + 8` make a pair. */
export function normalF32(y: usize, n: i32): void {
  const end = y + (<usize>n << 2);
  for (; y < end; y += 32) {
    for (const half = y + 32; y < half; y += 8) pairs(y);
  }
}
