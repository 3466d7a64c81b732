// The softmax family, of [outer, length, inner] along the middle. A line is the `length` elements that make one sum.
// Four lines of float32 are done at a time, a lane each, wherever they lie: so every layout has the same bits. The last
// of them may be one line several times. Scratch memory, 64 bytes: the largest of each line, 16 bytes on the sums of
// `e^(x − most)` in float64, 48 bytes on the addresses of the lines.

import { exp4 } from "./elementwise/math32";
import { expF64, logF64 } from "./elementwise/math64";
import { note, noteNothing, noted } from "./reduce";

/** The number at `i` of four lines. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function gather(a: usize, b: usize, c: usize, d: usize, i: usize): v128 {
  return v128.load32_lane(d + i, v128.load32_lane(c + i, v128.load32_lane(b + i, v128.load32_zero(a + i), 1), 2), 3);
}

/** A number to each of four lines. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function scatter(a: usize, b: usize, c: usize, d: usize, i: usize, v: v128): void {
  v128.store32_lane(a + i, v, 0);
  v128.store32_lane(b + i, v, 1);
  v128.store32_lane(c + i, v, 2);
  v128.store32_lane(d + i, v, 3);
}

/** The address of a line that {@link findLines} found. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function lineAt(k: usize, scratch: usize): usize {
  return load<usize>(scratch + (k << 2), 48);
}

/** Finds line `q` and the next three, or of float64 that alone. */
export function findLines<T>(x: usize, q: i32, lines: i32, length: i32, inner: i32, scratch: usize): void {
  for (let k = 0; k < 16 / <i32>sizeof<T>(); k++) {
    const line = min(q + k, lines - 1);
    const start = inner == 1 ? line * length : (line / inner) * length * inner + (line % inner);
    store<usize>(scratch + (k << 2), x + start * sizeof<T>(), 48);
    if (sizeof<T>() == 8) return;
  }
}

/** What becomes of the exponents: the powers are kept. */
export const powers = 0;
/** What becomes of the exponents: they are kept, less the largest. */
export const logarithms = 1;
/** What becomes of the exponents: nothing. Where the largest is infinite they are not shifted; the sum is ∞ or 0. */
export const sum = 2;

/** What {@link exponentials4} does, of one line of neighbours alone: four of these at a time, with the same bits. */
function exponentialsInRow(delta: usize, length: i32, keep: i32, scratch: usize): void {
  let at = lineAt(0, scratch);
  const end = at + (<usize>length << 2);
  let most = f32x4.splat(-Infinity);
  for (let i = at; i < end; i += 16) {
    const v = v128.load(i);
    most = f32x4.pmax(most, i + 16 <= end ? v : f32x4.splat(load<f32>(i)));
    if (i + 16 > end) i -= 12; // the last ones each
  }
  most = f32x4.pmax(most, v128.shuffle<i64>(most, most, 1, 0));
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 1, 0, 3, 2));
  if (keep == sum) most = v128.and(most, f32x4.lt(f32x4.abs(most), f32x4.splat(Infinity)));
  let total: f64 = 0;
  for (; at < end; at += 16) {
    const x = f32x4.sub(v128.load(at), most);
    const y = exp4(x);
    v128.store(scratch, y);
    v128.store(scratch, keep == logarithms ? x : y, 16);
    for (let i: usize = 0; i < 16 && at + i < end; i += 4) {
      store<f32>(at + delta + i, load<f32>(scratch + i, 16));
      total += <f64>load<f32>(scratch + i);
    }
  }
  v128.store(scratch, most);
  v128.store(scratch, f64x2.splat(total), 16);
  v128.store(scratch, f64x2.splat(total), 32);
}

/** Of four lines `e^(x − most)`, or what is to be kept, `delta` bytes from `x`. */
export function exponentials4(delta: usize, step: usize, length: i32, keep: i32, scratch: usize): void {
  if (step == 4 && lineAt(0, scratch) == lineAt(3, scratch)) {
    exponentialsInRow(delta, length, keep, scratch);
    return;
  }
  const a = lineAt(0, scratch);
  const b = lineAt(1, scratch);
  const c = lineAt(2, scratch);
  const d = lineAt(3, scratch);
  const end = step * length;
  let most = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < end; i += step) most = f32x4.pmax(most, gather(a, b, c, d, i));
  if (keep == sum) most = v128.and(most, f32x4.lt(f32x4.abs(most), f32x4.splat(Infinity)));
  let low = f64x2.splat(0);
  let high = low;
  for (let i: usize = 0; i < end; i += step) {
    const x = f32x4.sub(gather(a, b, c, d, i), most);
    const y = exp4(x);
    scatter(a, b, c, d, i + delta, keep == logarithms ? x : y);
    low = f64x2.add(low, f64x2.promote_low_f32x4(y));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(y, y, 1, 1)));
  }
  v128.store(scratch, most);
  v128.store(scratch, low, 16);
  v128.store(scratch, high, 32);
}

/** The same of one line of float64. */
export function exponentials(delta: usize, step: usize, length: i32, keep: i32, scratch: usize): void {
  const start = lineAt(0, scratch);
  const end = start + step * length;
  let most = -Infinity;
  for (let at = start; at < end; at += step) {
    const x = load<f64>(at);
    if (x > most) most = x;
  }
  if (keep == sum && abs(most) == Infinity) most = 0;
  noteNothing();
  for (let at = start; at < end; at += step) {
    const x = load<f64>(at) - most;
    const y = expF64(x);
    store<f64>(at + delta, keep == logarithms ? x : y);
    note(y);
  }
  store<f64>(scratch, most);
  store<f64>(scratch, noted(), 16);
}

/** `x ← eˣ/Σ eˣ`, `x ← x − ln Σ eˣ` or `y = ln Σ eˣ`, which spoils `x`, of each line, by what is kept. */
export function softmaxF32(
  x: usize,
  y: usize,
  lines: i32,
  length: i32,
  inner: i32,
  keep: i32,
  scratch: usize,
): void {
  const step = <usize>inner << 2;
  for (let q = 0; q < lines; q += 4, y += 16) {
    findLines<f32>(x, q, lines, length, inner, scratch);
    exponentials4(0, step, length, keep, scratch);
    for (let k: usize = 0; k < 4; k++) {
      let total = load<f64>(scratch + (k << 3), 16);
      if (keep != powers) total = logF64(total);
      if (keep == sum) total += <f64>load<f32>(scratch + (k << 2));
      store<f32>(scratch + (k << 2), <f32>total);
    }
    const total = v128.load(scratch);
    if (keep == sum) {
      v128.store(y, total); // past the end where lines are missing
      continue;
    }
    const a = lineAt(0, scratch);
    const b = lineAt(1, scratch);
    const c = lineAt(2, scratch);
    const d = lineAt(3, scratch);
    for (let l = 0, i: usize = 0; l < length; l++, i += step) {
      const v = gather(a, b, c, d, i);
      scatter(a, b, c, d, i, keep == powers ? f32x4.div(v, total) : f32x4.sub(v, total));
    }
  }
}

/** The same of float64. */
export function softmaxF64(
  x: usize,
  y: usize,
  lines: i32,
  length: i32,
  inner: i32,
  keep: i32,
  scratch: usize,
): void {
  const step = <usize>inner << 3;
  for (let q = 0; q < lines; q++, y += 8) {
    findLines<f64>(x, q, lines, length, inner, scratch);
    exponentials(0, step, length, keep, scratch);
    let total = load<f64>(scratch, 16);
    if (keep != powers) total = logF64(total);
    if (keep == sum) {
      store<f64>(y, total + load<f64>(scratch));
      continue;
    }
    for (let l = 0, at = lineAt(0, scratch); l < length; l++, at += step) {
      const v = load<f64>(at);
      store<f64>(at, keep == powers ? v / total : v - total);
    }
  }
}
