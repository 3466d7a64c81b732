// The softmax family, of [outer, length, inner] along the middle. A line is the `length` elements that make one sum.
// Four lines of float32 are done at a time, a lane each, wherever they lie: so that every layout has the same bits.
// The last lines may be one line several times.

import { exp4 } from "./math32";
import { expF64, logF64 } from "./math64";
import { note, noteNothing, noted } from "./reduce";

/** Where line `q` starts, counted in elements. */
export function lineStart(q: i32, length: i32, inner: i32): usize {
  return inner == 1 ? q * length : (q / inner) * length * inner + (q % inner);
}

/** The numbers of four lines. */
// @ts-ignore: decorator
@inline
export function gather(a: usize, b: usize, c: usize, d: usize): v128 {
  return v128.load32_lane(d, v128.load32_lane(c, v128.load32_lane(b, v128.load32_zero(a), 1), 2), 3);
}

/** A number to each of four lines. */
// @ts-ignore: decorator
@inline
export function scatter(a: usize, b: usize, c: usize, d: usize, v: v128): void {
  v128.store32_lane(a, v, 0);
  v128.store32_lane(b, v, 1);
  v128.store32_lane(c, v, 2);
  v128.store32_lane(d, v, 3);
}

/** What {@link exponentials4} and {@link exponentials} write, `delta` bytes from `x`. */
export const keepPowers = 0;
/** The exponents, shifted. */
export const keepShifted = 1;
/** The powers, of exponents shifted by 0 where the largest is infinite: then their sum is infinite too, or 0. */
export const keepFinite = 2;

/** For four lines `e^(x − most)`, what `keep` says of it, and in scratch memory `most` and, 16 bytes on, the sums. */
export function exponentials4(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  delta: usize,
  step: usize,
  length: i32,
  keep: i32,
  scratch: usize,
): void {
  const end = step * length;
  let most = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < end; i += step) most = f32x4.pmax(most, gather(a + i, b + i, c + i, d + i));
  if (keep == keepFinite) most = v128.and(most, f32x4.lt(f32x4.abs(most), f32x4.splat(Infinity)));
  let low = f64x2.splat(0);
  let high = low;
  for (let i: usize = 0; i < end; i += step) {
    const x = f32x4.sub(gather(a + i, b + i, c + i, d + i), most);
    const y = exp4(x);
    const to = i + delta;
    scatter(a + to, b + to, c + to, d + to, keep == keepShifted ? x : y);
    low = f64x2.add(low, f64x2.promote_low_f32x4(y));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(y, y, 1, 1)));
  }
  v128.store(scratch, most);
  v128.store(scratch, low, 16);
  v128.store(scratch, high, 32);
}

/** The same of one line of float64: writes `most` to scratch memory, and returns the sum. */
export function exponentials(x: usize, delta: usize, step: usize, length: i32, keep: i32, scratch: usize): f64 {
  const end = x + step * length;
  let most = -Infinity;
  for (let at = x; at < end; at += step) {
    const value = load<f64>(at);
    if (value > most) most = value;
  }
  if (keep == keepFinite && abs(most) == Infinity) most = 0;
  store<f64>(scratch, most);
  noteNothing();
  for (let at = x; at < end; at += step) {
    const shifted = load<f64>(at) - most;
    const y = expF64(shifted);
    store<f64>(at + delta, keep == keepShifted ? shifted : y);
    note(y);
  }
  return noted();
}

/** `x ← eˣ / Σ eˣ`, or with `isLog` `x − ln Σ eˣ`, along each of `lines` lines; 64 bytes of scratch memory. */
export function softmaxF32(x: usize, lines: i32, length: i32, inner: i32, isLog: bool, scratch: usize): void {
  const step = <usize>inner << 2;
  const end = step * length;
  for (let q = 0; q < lines; q += 4) {
    const a = x + (lineStart(q, length, inner) << 2);
    const b = x + (lineStart(min(q + 1, lines - 1), length, inner) << 2);
    const c = x + (lineStart(min(q + 2, lines - 1), length, inner) << 2);
    const d = x + (lineStart(min(q + 3, lines - 1), length, inner) << 2);
    exponentials4(a, b, c, d, 0, step, length, isLog ? keepShifted : keepPowers, scratch);
    for (let k: usize = 0; k < 4; k++) {
      const total = load<f64>(scratch + (k << 3), 16);
      store<f32>(scratch + (k << 2), <f32>(isLog ? logF64(total) : total));
    }
    const total = v128.load(scratch);
    for (let i: usize = 0; i < end; i += step) {
      const v = gather(a + i, b + i, c + i, d + i);
      scatter(a + i, b + i, c + i, d + i, isLog ? f32x4.sub(v, total) : f32x4.div(v, total));
    }
  }
}

/** The same of float64. */
export function softmaxF64(x: usize, lines: i32, length: i32, inner: i32, isLog: bool, scratch: usize): void {
  const step = <usize>inner << 3;
  for (let q = 0; q < lines; q++) {
    let at = x + (lineStart(q, length, inner) << 3);
    const total = exponentials(at, 0, step, length, isLog ? keepShifted : keepPowers, scratch);
    const logTotal = logF64(total);
    for (let l = 0; l < length; l++, at += step) {
      const v = load<f64>(at);
      store<f64>(at, isLog ? v - logTotal : v / total);
    }
  }
}

/** `y = ln Σ eˣ` of each of `lines` lines; overwrites `x`; 64 bytes of scratch memory. */
export function logsumexpF32(x: usize, y: usize, lines: i32, length: i32, inner: i32, scratch: usize): void {
  for (let q = 0; q < lines; q += 4) {
    const a = x + (lineStart(q, length, inner) << 2);
    const b = x + (lineStart(min(q + 1, lines - 1), length, inner) << 2);
    const c = x + (lineStart(min(q + 2, lines - 1), length, inner) << 2);
    const d = x + (lineStart(min(q + 3, lines - 1), length, inner) << 2);
    exponentials4(a, b, c, d, 0, <usize>inner << 2, length, keepFinite, scratch);
    for (let k: usize = 0; k < 4; k++) {
      const most = <f64>load<f32>(scratch + (k << 2));
      store<f32>(y + (<usize>q << 2) + (k << 2), <f32>(logF64(load<f64>(scratch + (k << 3), 16)) + most));
    }
  }
}

/** The same of float64. */
export function logsumexpF64(x: usize, y: usize, lines: i32, length: i32, inner: i32, scratch: usize): void {
  for (let q = 0; q < lines; q++) {
    const at = x + (lineStart(q, length, inner) << 3);
    const total = exponentials(at, 0, <usize>inner << 3, length, keepFinite, scratch);
    store<f64>(y + (q << 3), logF64(total) + load<f64>(scratch));
  }
}
