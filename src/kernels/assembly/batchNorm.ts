// Batch norm of rows of channels [n, c]. Sums are in float64, and so are the statistics. What is done to each element
// of float32 is done in float32, about a mean rounded to it: the difference from it is exact where x lies near the mean,
// and what the rounding lost joins the shift.

import { high, low } from "./wide";

/** Two float32 at `index`, as float64. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function two(from: usize, index: usize): v128 {
  return low(v128.load64_zero(from + (index << 2)));
}

/** The mean and the biased variance, float64, of each channel of float32, in two passes. */
export function batchStatisticsF32(x: usize, mean: usize, variance: usize, n: i32, c: i32): void {
  const stride = usize(c) << 2;
  const count = f64x2.splat(f64(n));
  let j = 0;
  for (; j + 8 <= c; j += 8, x += 32, mean += 64, variance += 64) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let i = 0, at = x; i < n; i++, at += stride) {
      const left = v128.load(at);
      const right = v128.load(at, 16);
      s0 = f64x2.add(s0, low(left));
      s1 = f64x2.add(s1, high(left));
      s2 = f64x2.add(s2, low(right));
      s3 = f64x2.add(s3, high(right));
    }
    const m0 = f64x2.div(s0, count);
    const m1 = f64x2.div(s1, count);
    const m2 = f64x2.div(s2, count);
    const m3 = f64x2.div(s3, count);
    v128.store(mean, m0);
    v128.store(mean, m1, 16);
    v128.store(mean, m2, 32);
    v128.store(mean, m3, 48);
    s0 = f64x2.splat(0);
    s1 = s0;
    s2 = s0;
    s3 = s0;
    for (let i = 0, at = x; i < n; i++, at += stride) {
      const left = v128.load(at);
      const right = v128.load(at, 16);
      let off = f64x2.sub(low(left), m0);
      s0 = f64x2.add(s0, f64x2.mul(off, off));
      off = f64x2.sub(high(left), m1);
      s1 = f64x2.add(s1, f64x2.mul(off, off));
      off = f64x2.sub(low(right), m2);
      s2 = f64x2.add(s2, f64x2.mul(off, off));
      off = f64x2.sub(high(right), m3);
      s3 = f64x2.add(s3, f64x2.mul(off, off));
    }
    v128.store(variance, f64x2.div(s0, count));
    v128.store(variance, f64x2.div(s1, count), 16);
    v128.store(variance, f64x2.div(s2, count), 32);
    v128.store(variance, f64x2.div(s3, count), 48);
  }
  for (; j < c; j++, x += 4, mean += 8, variance += 8) {
    let sum: f64 = 0;
    for (let i = 0, at = x; i < n; i++, at += stride) sum += f64(load<f32>(at));
    const m = sum / f64(n);
    let squares: f64 = 0;
    for (let i = 0, at = x; i < n; i++, at += stride) {
      const off = f64(load<f32>(at)) - m;
      squares += off * off;
    }
    store<f64>(mean, m);
    store<f64>(variance, squares / f64(n));
  }
}

/** The mean and the biased variance of each channel of float64, in two passes. */
export function batchStatisticsF64(x: usize, mean: usize, variance: usize, n: i32, c: i32): void {
  const stride = usize(c) << 3;
  for (let j = 0; j < c; j++, x += 8, mean += 8, variance += 8) {
    let sum: f64 = 0;
    for (let i = 0, at = x; i < n; i++, at += stride) sum += load<f64>(at);
    const m = sum / f64(n);
    let squares: f64 = 0;
    for (let i = 0, at = x; i < n; i++, at += stride) {
      const off = load<f64>(at) - m;
      squares += off * off;
    }
    store<f64>(mean, m);
    store<f64>(variance, squares / f64(n));
  }
}

/**
 * `y = (x − mean)·weight/√(variance + eps) + bias`. `scratch` has room for three numbers of float32 per channel, each
 * row of them a multiple of 16 bytes apart and followed by as many.
 */
export function batchNormF32(
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  bias: usize,
  eps: f64,
  y: usize,
  scratch: usize,
  n: i32,
  c: i32,
): void {
  const row = rowOf(c);
  // Two channels at once; beyond the last there may be anything, which rows apart leave room for.
  for (let j: usize = 0; j < usize(c); j += 2) {
    const m = v128.load(mean + (j << 3));
    const near = f32x4.demote_f64x2_zero(m);
    const scale = f64x2.div(two(weight, j), f64x2.sqrt(f64x2.add(v128.load(variance + (j << 3)), f64x2.splat(eps))));
    const lost = f64x2.mul(f64x2.sub(low(near), m), scale);
    const at = scratch + (j << 2);
    v128.store64_lane(at, near, 0);
    v128.store64_lane(at + row, f32x4.demote_f64x2_zero(scale), 0);
    v128.store64_lane(at + 2 * row, f32x4.demote_f64x2_zero(f64x2.add(two(bias, j), lost)), 0);
  }
  const stride = usize(c) << 2;
  const whole = stride & ~15;
  for (let i = 0; i < n; i++, x += stride, y += stride) {
    let j: usize = 0;
    for (; j < whole; j += 16) {
      const at = scratch + j;
      const off = f32x4.sub(v128.load(x + j), v128.load(at));
      v128.store(y + j, f32x4.add(f32x4.mul(off, v128.load(at + row)), v128.load(at + 2 * row)));
    }
    for (; j < stride; j += 4) {
      const at = scratch + j;
      store<f32>(y + j, (load<f32>(x + j) - load<f32>(at)) * load<f32>(at + row) + load<f32>(at + 2 * row));
    }
  }
}

/** `y = (x − mean)·weight/√(variance + eps) + bias`. `scratch` has room for one number per channel. */
export function batchNormF64(
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  bias: usize,
  eps: f64,
  y: usize,
  scratch: usize,
  n: i32,
  c: i32,
): void {
  const stride = usize(c) << 3;
  for (let j: usize = 0; j < stride; j += 8) {
    store<f64>(scratch + j, load<f64>(weight + j) / sqrt<f64>(load<f64>(variance + j) + eps));
  }
  for (let i = 0; i < n; i++, x += stride, y += stride) {
    for (let j: usize = 0; j < stride; j += 8) {
      store<f64>(y + j, (load<f64>(x + j) - load<f64>(mean + j)) * load<f64>(scratch + j) + load<f64>(bias + j));
    }
  }
}

/** Bytes from one number per channel to the next, of float32. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function rowOf(c: i32): usize {
  return ((usize(c) << 2) + 31) & ~15;
}

/** Bytes of scratch memory for the kernels of float32. */
export function batchNormScratch(c: i32): usize {
  return 4 * rowOf(c);
}

/**
 * The gradients at `x`, `weight` and `bias`: `dx = weight·inverse·(g − Σg/n − x̂·Σ(g·x̂)/n)` with
 * `inverse = 1/√(variance + eps)` and `x̂ = (x − mean)·inverse`, or `weight·inverse·g` where the statistics are given.
 */
export function batchNormBackwardF32(
  g: usize,
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  eps: f64,
  throughStatistics: bool,
  dx: usize,
  dweight: usize,
  dbias: usize,
  scratch: usize,
  n: i32,
  c: i32,
): void {
  const stride = usize(c) << 2;
  const row = rowOf(c);
  const size = f64(n);
  for (let j: usize = 0; j < usize(c); ) {
    const from = j << 2;
    const channel = j << 3;
    const isWhole = j + 4 <= usize(c);
    if (isWhole) {
      const m0 = v128.load(mean + channel);
      const m1 = v128.load(mean + channel, 16);
      let g0 = f64x2.splat(0);
      let g1 = g0;
      let p0 = g0;
      let p1 = g0;
      for (let i = 0, at = from; i < n; i++, at += stride) {
        const gi = v128.load(g + at);
        const xi = v128.load(x + at);
        const left = low(gi);
        const right = high(gi);
        g0 = f64x2.add(g0, left);
        g1 = f64x2.add(g1, right);
        p0 = f64x2.add(p0, f64x2.mul(left, f64x2.sub(low(xi), m0)));
        p1 = f64x2.add(p1, f64x2.mul(right, f64x2.sub(high(xi), m1)));
      }
      slopes(g0, p0, j, mean, variance, weight, eps, throughStatistics, size, dweight, dbias, scratch, row);
      slopes(g1, p1, j + 2, mean, variance, weight, eps, throughStatistics, size, dweight, dbias, scratch, row);
      j += 4;
    } else {
      let sumG: f64 = 0;
      let sumGX: f64 = 0;
      const m = load<f64>(mean + channel);
      for (let i = 0, at = from; i < n; i++, at += stride) {
        const gi = f64(load<f32>(g + at));
        sumG += gi;
        sumGX += gi * (f64(load<f32>(x + at)) - m);
      }
      slopes(f64x2.splat(sumG), f64x2.splat(sumGX), j, mean, variance, weight, eps, throughStatistics, size, dweight, dbias, scratch, row);
      j += 1;
    }
  }
  const whole = stride & ~15;
  if (!throughStatistics) {
    for (let i = 0; i < n; i++, g += stride, dx += stride) {
      let j: usize = 0;
      for (; j < whole; j += 16) v128.store(dx + j, f32x4.mul(v128.load(g + j), v128.load(scratch + j + row)));
      for (; j < stride; j += 4) store<f32>(dx + j, load<f32>(g + j) * load<f32>(scratch + j + row));
    }
    return;
  }
  for (let i = 0; i < n; i++, g += stride, x += stride, dx += stride) {
    let j: usize = 0;
    for (; j < whole; j += 16) {
      const at = scratch + j;
      const off = f32x4.sub(v128.load(x + j), v128.load(at));
      const bent = f32x4.sub(v128.load(at + 3 * row), f32x4.mul(off, v128.load(at + 2 * row)));
      v128.store(dx + j, f32x4.add(f32x4.mul(v128.load(g + j), v128.load(at + row)), bent));
    }
    for (; j < stride; j += 4) {
      const at = scratch + j;
      const bent = load<f32>(at + 3 * row) - (load<f32>(x + j) - load<f32>(at)) * load<f32>(at + 2 * row);
      store<f32>(dx + j, load<f32>(g + j) * load<f32>(at + row) + bent);
    }
  }
}

/**
 * Two channels' gradients of weight and bias, and what `dx` is made with: `dx = slope·g + (shift − bend·(x − near))`.
 * Beyond the last channel it may read and write anything.
 */
function slopes(
  sumG: v128,
  sumGX: v128,
  j: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  eps: f64,
  throughStatistics: bool,
  size: f64,
  dweight: usize,
  dbias: usize,
  scratch: usize,
  row: usize,
): void {
  const m = v128.load(mean + (j << 3));
  const near = f32x4.demote_f64x2_zero(m);
  const deviation = f64x2.sqrt(f64x2.add(v128.load(variance + (j << 3)), f64x2.splat(eps)));
  const inverse = f64x2.div(f64x2.splat(1), deviation);
  const slope = f64x2.mul(two(weight, j), inverse);
  const hats = f64x2.mul(sumGX, inverse);
  v128.store64_lane(dweight + (j << 2), f32x4.demote_f64x2_zero(hats), 0);
  v128.store64_lane(dbias + (j << 2), f32x4.demote_f64x2_zero(sumG), 0);
  let bend = f64x2.splat(0);
  let shift = bend;
  if (throughStatistics) {
    const count = f64x2.splat(size);
    bend = f64x2.div(f64x2.mul(f64x2.mul(slope, inverse), hats), count);
    shift = f64x2.div(f64x2.neg(f64x2.mul(slope, sumG)), count);
  }
  const at = scratch + (j << 2);
  v128.store64_lane(at, near, 0);
  v128.store64_lane(at + row, f32x4.demote_f64x2_zero(slope), 0);
  v128.store64_lane(at + 2 * row, f32x4.demote_f64x2_zero(bend), 0);
  const lost = f64x2.mul(f64x2.sub(low(near), m), bend);
  v128.store64_lane(at + 3 * row, f32x4.demote_f64x2_zero(f64x2.sub(shift, lost)), 0);
}

/** The same of float64. */
export function batchNormBackwardF64(
  g: usize,
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  eps: f64,
  throughStatistics: bool,
  dx: usize,
  dweight: usize,
  dbias: usize,
  scratch: usize,
  n: i32,
  c: i32,
): void {
  const stride = usize(c) << 3;
  for (let j: usize = 0; j < stride; j += 8) {
    const m = load<f64>(mean + j);
    const inverse = 1 / sqrt<f64>(load<f64>(variance + j) + eps);
    const slope = load<f64>(weight + j) * inverse;
    let sumG: f64 = 0;
    let hats: f64 = 0;
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const gi = load<f64>(g + at);
      sumG += gi;
      hats += gi * (load<f64>(x + at) - m) * inverse;
    }
    store<f64>(dweight + j, hats);
    store<f64>(dbias + j, sumG);
    if (!throughStatistics) {
      for (let i = 0, at = j; i < n; i++, at += stride) store<f64>(dx + at, slope * load<f64>(g + at));
      continue;
    }
    const meanG = sumG / f64(n);
    const meanGX = hats / f64(n);
    for (let i = 0, at = j; i < n; i++, at += stride) {
      const hat = (load<f64>(x + at) - m) * inverse;
      store<f64>(dx + at, slope * (load<f64>(g + at) - meanG - hat * meanGX));
    }
  }
}
