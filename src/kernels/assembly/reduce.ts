// Reductions of [outer, length, inner] over the middle. Each column, 32 bytes of them at a time, is summed in float64 in
// the order of its elements; of one column (inner = 1) every 8th element of float32, or 4th of float64, makes a column,
// and the rest follows. Sums of float64 carry along what rounding took from them. Reads and writes go up to 60 bytes
// past the ends: rows are written in ascending order, so that the next one mends what was written into it.

/** A sum of single numbers, and what rounding took from it. */
let high: f64 = 0;
let low: f64 = 0;

/** Begins a compensated sum, of {@link note} and {@link noted}. */
export function noteNothing(): void {
  high = 0;
  low = 0;
}

/** Adds to the compensated sum (Knuth's two-sum). */
export function note(x: f64): void {
  const sum = high + x;
  const part = sum - high;
  low += high - (sum - part) + (x - part);
  high = sum;
}

/** The compensated sum; what was lost is NaN where the sum is infinite. */
export function noted(): f64 {
  const sum = high + low;
  return sum == sum ? sum : high;
}

/** What rounding took from `sum = a + b`, in two lanes. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function lost(a: v128, b: v128, sum: v128): v128 {
  const part = f64x2.sub(sum, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(sum, part)), f64x2.sub(b, part));
}

/** `sum + rest`, and the sum alone where that is NaN. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function complete(sum: v128, rest: v128): v128 {
  const whole = f64x2.add(sum, rest);
  return v128.bitselect(whole, sum, f64x2.eq(whole, whole));
}

/** Two numbers as float64, or the squares of their distances from the two at `mean`. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function pair<T>(x: usize, mean: usize, squared: bool): v128 {
  const v = sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(x)) : v128.load(x);
  if (!squared) return v;
  const off = f64x2.sub(v, v128.load(mean));
  return f64x2.mul(off, off);
}

/** The sums of columns that fill 32 bytes, or of the squares, to `to`: 8 of float32, 4 of float64. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function columns<T>(x: usize, rows: i32, stride: usize, mean: usize, to: usize, squared: bool): void {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  if (sizeof<T>() == 4) {
    for (; rows > 0; rows--, x += stride) {
      a = f64x2.add(a, pair<T>(x, mean, squared));
      b = f64x2.add(b, pair<T>(x + 8, mean + 16, squared));
      c = f64x2.add(c, pair<T>(x + 16, mean + 32, squared));
      d = f64x2.add(d, pair<T>(x + 24, mean + 48, squared));
    }
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  } else {
    for (; rows > 0; rows--, x += stride) {
      const left = pair<T>(x, mean, squared);
      const right = pair<T>(x + 16, mean + 16, squared);
      const leftSum = f64x2.add(a, left);
      const rightSum = f64x2.add(b, right);
      c = f64x2.add(c, lost(a, left, leftSum));
      d = f64x2.add(d, lost(b, right, rightSum));
      a = leftSum;
      b = rightSum;
    }
    a = complete(a, c);
    b = complete(b, d);
  }
  v128.store(to, a);
  v128.store(to, b, 16);
}

function sums<T>(x: usize, rows: i32, stride: usize, to: usize): void {
  columns<T>(x, rows, stride, 0, to, false);
}

function squares<T>(x: usize, rows: i32, stride: usize, mean: usize, to: usize): void {
  columns<T>(x, rows, stride, mean, to, true);
}

/** The sum of `length` numbers in a row, or of the squares of their distances from `mean`; 128 bytes of scratch. */
export function rowTotal<T>(x: usize, length: i32, mean: f64, squared: bool, scratch: usize): f64 {
  const width = 32 / <i32>sizeof<T>();
  const rows = length / width;
  noteNothing();
  let total: f64 = 0; // of float32, whose last digits are far above those that rounding takes
  if (rows > 0) {
    if (squared) {
      for (let k: usize = 0; k < 64; k += 16) v128.store(scratch + 64 + k, f64x2.splat(mean));
      squares<T>(x, rows, 32, scratch + 64, scratch);
    } else {
      sums<T>(x, rows, 32, scratch);
    }
    for (let k = 0; k < width; k++) {
      if (sizeof<T>() == 4) total += load<f64>(scratch + (k << 3));
      else note(load<f64>(scratch + (k << 3)));
    }
  }
  for (let k = rows * width; k < length; k++) {
    const off = <f64>load<T>(x + k * sizeof<T>()) - mean;
    const v = squared ? off * off : off;
    if (sizeof<T>() == 4) total += v;
    else note(v);
  }
  return sizeof<T>() == 4 ? total : noted();
}

/** The sums, or with `squared` those of the squares, of the columns of `x` [length, inner], to `to`, in float64. */
function totals<T>(x: usize, length: i32, inner: i32, mean: usize, squared: bool, to: usize, scratch: usize): void {
  if (inner == 1) {
    store<f64>(to, rowTotal<T>(x, length, squared ? load<f64>(mean) : 0, squared, scratch));
    return;
  }
  const stride = inner * sizeof<T>();
  for (const end = x + stride; x < end; x += 32, mean += 256 / sizeof<T>(), to += 256 / sizeof<T>()) {
    if (squared) squares<T>(x, length, stride, mean, to);
    else sums<T>(x, length, stride, to);
  }
}

/** The means of the columns of `x` [length, inner], to `to`, in float64. */
function means<T>(x: usize, length: i32, inner: i32, to: usize, scratch: usize): void {
  totals<T>(x, length, inner, 0, false, to, scratch);
  for (let i = 0; i < inner; i++) store<f64>(to + (i << 3), load<f64>(to + (i << 3)) / <f64>length);
}

/** Scratch memory: 128 bytes, and three rows of `inner` float64. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function rowBytes(inner: i32): usize {
  return (<usize>inner << 3) + 64;
}

/** Bytes of scratch memory for the kernels of this file. */
export function reduceScratch(inner: i32): usize {
  return 128 + 3 * rowBytes(inner);
}

/** `y = Σ x`. */
export function sum<T>(x: usize, y: usize, outer: i32, length: i32, inner: i32, scratch: usize): void {
  const to = scratch + 128;
  for (; outer > 0; outer--, x += length * inner * sizeof<T>(), y += inner * sizeof<T>()) {
    totals<T>(x, length, inner, 0, false, to, scratch);
    for (let i = 0; i < inner; i++) store<T>(y + i * sizeof<T>(), <T>load<f64>(to + (i << 3)));
  }
}

/** `y = Π x` of lines in a row, in float64: that of every 8th element of float32, or 4th of float64, and then of these. */
export function prod<T>(x: usize, y: usize, outer: i32, length: i32): void {
  const one = f64x2.splat(1);
  for (; outer > 0; outer--, y += sizeof<T>()) {
    const end = x + <usize>length * sizeof<T>();
    let a = one;
    let b = one;
    let c = one;
    let d = one;
    for (; x + 32 <= end; x += 32) {
      a = f64x2.mul(a, pair<T>(x, 0, false));
      if (sizeof<T>() == 4) {
        b = f64x2.mul(b, pair<T>(x + 8, 0, false));
        c = f64x2.mul(c, pair<T>(x + 16, 0, false));
        d = f64x2.mul(d, pair<T>(x + 24, 0, false));
      } else {
        b = f64x2.mul(b, pair<T>(x + 16, 0, false));
      }
    }
    a = f64x2.mul(f64x2.mul(a, b), f64x2.mul(c, d));
    let product = f64x2.extract_lane(a, 0) * f64x2.extract_lane(a, 1);
    for (; x < end; x += sizeof<T>()) product *= <f64>load<T>(x);
    store<T>(y, <T>product);
  }
}

/** `y = Σ x/length`: of the sum as it is rounded, or before that where it then is infinite. */
export function mean<T>(x: usize, y: usize, outer: i32, length: i32, inner: i32, scratch: usize): void {
  const to = scratch + 128;
  for (; outer > 0; outer--, x += length * inner * sizeof<T>(), y += inner * sizeof<T>()) {
    totals<T>(x, length, inner, 0, false, to, scratch);
    for (let i = 0; i < inner; i++) {
      const total = load<f64>(to + (i << 3));
      const sum = <T>total;
      store<T>(y + i * sizeof<T>(), abs(sum) < <T>Infinity ? sum / <T>length : <T>(total / <f64>length));
    }
  }
}

/** `y = Σ (x − mean)²/divisor`, or with `isRoot` its root; the mean is that of `x` with `isCentred`, else 0. */
export function variance<T>(
  x: usize,
  y: usize,
  outer: i32,
  length: i32,
  inner: i32,
  divisor: f64,
  isCentred: bool,
  isRoot: bool,
  scratch: usize,
): void {
  const mean = scratch + 128;
  const to = mean + rowBytes(inner);
  if (!isCentred) memory.fill(mean, 0, rowBytes(inner));
  for (; outer > 0; outer--, x += length * inner * sizeof<T>(), y += inner * sizeof<T>()) {
    if (isCentred) means<T>(x, length, inner, mean, scratch);
    totals<T>(x, length, inner, mean, true, to, scratch);
    for (let i = 0; i < inner; i++) {
      const v = load<f64>(to + (i << 3)) / divisor;
      store<T>(y + i * sizeof<T>(), <T>(isRoot ? sqrt<f64>(v) : v));
    }
  }
}

/**
 * In the dtype itself, about the mean rounded to it: the difference from that is exact where `x` lies near, and what
 * the rounding took joins the shift.
 */
export function varianceBackward<T>(
  g: usize,
  x: usize,
  dx: usize,
  outer: i32,
  length: i32,
  inner: i32,
  divisor: f64,
  scratch: usize,
): void {
  const mean = scratch + 128;
  const row = rowBytes(inner);
  const near = mean; // each in place of a mean, or before it
  const scale = mean + row;
  const shift = scale + row;
  const isLine = inner == 1;
  const copies = isLine ? 16 / <i32>sizeof<T>() : 1; // one column's numbers fill a vector, which stays where it is
  const step: usize = isLine ? 0 : 16;
  const rows = isLine ? 1 : length;
  const bytes = <usize>(isLine ? length : inner) * sizeof<T>();
  for (; outer > 0; outer--, g += inner * sizeof<T>()) {
    means<T>(x, length, inner, mean, scratch);
    for (let i = 0; i < inner; i++) {
      const m = load<f64>(mean + (i << 3));
      const s = (2 * <f64>load<T>(g + i * sizeof<T>())) / divisor;
      const rest = (<f64>(<T>m) - m) * s;
      for (let k = 0; k < copies; k++) {
        const at = (i + k) * sizeof<T>();
        store<T>(near + at, <T>m);
        store<T>(scale + at, <T>s);
        store<T>(shift + at, abs(rest) < Infinity ? <T>rest : 0); // of an infinite mean there is none
      }
    }
    for (let l = 0; l < rows; l++, x += bytes, dx += bytes) {
      for (let j: usize = 0, at: usize = 0; j < bytes; j += 16, at += step) {
        const off = v128.sub<T>(v128.load(x + j), v128.load(near + at));
        v128.store(dx + j, v128.add<T>(v128.mul<T>(off, v128.load(scale + at)), v128.load(shift + at)));
      }
    }
  }
}

/**
 * `dx = ((x − mean)/root)·g/divisor`, where `root` is that of `Σ (x − mean)²/divisor`, and 0 where that is 0; in float64, rounded once.
 * Gives 1, and makes nothing, where squares are NaN or have left the range of float64.
 */
export function stdBackward<T>(
  g: usize,
  x: usize,
  dx: usize,
  outer: i32,
  length: i32,
  inner: i32,
  divisor: f64,
  scratch: usize,
): i32 {
  const mean = scratch + 128;
  const row = rowBytes(inner);
  const root = mean + row;
  const slope = root + row;
  const isLine = inner == 1;
  const step: usize = isLine ? 0 : 16;
  const rows = isLine ? 1 : length;
  const size = isLine ? length : inner;
  const bytes = <usize>size * sizeof<T>();
  for (; outer > 0; outer--, g += inner * sizeof<T>()) {
    means<T>(x, length, inner, mean, scratch);
    totals<T>(x, length, inner, mean, true, root, scratch);
    for (let i = 0; i < inner; i++) {
      const squares = load<f64>(root + (i << 3));
      if (!(squares == 0 || (squares > 1e-290 && squares < Infinity))) return 1;
      const isFlat = squares == 0;
      const deviation = isFlat ? 1 : sqrt<f64>(squares / divisor);
      const s = isFlat ? 0 : <f64>load<T>(g + i * sizeof<T>()) / divisor;
      store<f64>(root + (i << 3), deviation);
      store<f64>(slope + (i << 3), sizeof<T>() == 4 ? s / deviation : s); // of float32 it has room for the quotient
    }
    if (isLine) for (let k: usize = 0; k < 3; k++) store<f64>(mean + k * row, load<f64>(mean + k * row), 8);
    for (let l = 0; l < rows; l++, x += bytes, dx += bytes) {
      for (let j = 0, at: usize = 0; j < size; j += 2, at += step) {
        const place = j * sizeof<T>();
        const v = sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(x + place)) : v128.load(x + place);
        let off = f64x2.sub(v, v128.load(mean + at));
        if (sizeof<T>() == 8) off = f64x2.div(off, v128.load(root + at));
        const y = f64x2.mul(off, v128.load(slope + at));
        if (sizeof<T>() == 4) v128.store64_lane(dx + place, f32x4.demote_f64x2_zero(y), 0);
        else v128.store(dx + place, y);
      }
    }
  }
  return 0;
}
