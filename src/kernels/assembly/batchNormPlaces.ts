// Batch norm of channels over places, [n, c, l]. Everything is in float64, and each sum has its terms in their order, as in the
// plain loops: four channels at a time, whose sums do not wait for one another. Beyond the last channel the last is
// done again.

/** The mean and the biased variance of each channel, in two passes. */
export function batchStatisticsPlaces<T>(x: usize, mean: usize, variance: usize, n: i32, c: i32, l: i32): void {
  const line = usize(l) * sizeof<T>();
  const step = usize(c) * line;
  const end = x + usize(n) * step;
  const count = f64(n) * f64(l);
  for (let j = 0; j < c; j += 4) {
    const j1 = usize(min(j + 1, c - 1));
    const j2 = usize(min(j + 2, c - 1));
    const j3 = usize(min(j + 3, c - 1));
    const first = usize(j) * line;
    const to1 = (j1 - usize(j)) * line;
    const to2 = (j2 - usize(j)) * line;
    const to3 = (j3 - usize(j)) * line;
    let s0: f64 = 0;
    let s1: f64 = 0;
    let s2: f64 = 0;
    let s3: f64 = 0;
    for (let row = x + first; row < end; row += step) {
      for (let at = row; at < row + line; at += sizeof<T>()) {
        s0 += f64(load<T>(at));
        s1 += f64(load<T>(at + to1));
        s2 += f64(load<T>(at + to2));
        s3 += f64(load<T>(at + to3));
      }
    }
    const m0 = s0 / count;
    const m1 = s1 / count;
    const m2 = s2 / count;
    const m3 = s3 / count;
    s0 = 0;
    s1 = 0;
    s2 = 0;
    s3 = 0;
    for (let row = x + first; row < end; row += step) {
      for (let at = row; at < row + line; at += sizeof<T>()) {
        const o0 = f64(load<T>(at)) - m0;
        const o1 = f64(load<T>(at + to1)) - m1;
        const o2 = f64(load<T>(at + to2)) - m2;
        const o3 = f64(load<T>(at + to3)) - m3;
        s0 += o0 * o0;
        s1 += o1 * o1;
        s2 += o2 * o2;
        s3 += o3 * o3;
      }
    }
    four(mean, j, j1, j2, j3, m0, m1, m2, m3);
    four(variance, j, j1, j2, j3, s0 / count, s1 / count, s2 / count, s3 / count);
  }
}

/** A number for each of four channels. */
function four(to: usize, j: usize, j1: usize, j2: usize, j3: usize, v0: f64, v1: f64, v2: f64, v3: f64): void {
  store<f64>(to + (j << 3), v0);
  store<f64>(to + (j1 << 3), v1);
  store<f64>(to + (j2 << 3), v2);
  store<f64>(to + (j3 << 3), v3);
}

/** Two numbers from `at` on, as float64. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function two<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? f64x2.promote_low_f32x4(v128.load64_zero(at)) : v128.load(at);
}

/** Two float64 at `at`, rounded once. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function storeTwo<T>(at: usize, values: v128): void {
  if (sizeof<T>() == 4) v128.store64_lane(at, f32x4.demote_f64x2_zero(values), 0);
  else v128.store(at, values);
}

/** `y = (x − mean)·weight/√(variance + eps) + bias`. */
export function batchNormPlaces<T>(
  x: usize,
  mean: usize,
  variance: usize,
  weight: usize,
  bias: usize,
  eps: f64,
  y: usize,
  n: i32,
  c: i32,
  l: i32,
): void {
  const line = usize(l) * sizeof<T>();
  for (let i = 0; i < n; i++) {
    for (let j: usize = 0; j < usize(c); j++) {
      const m = load<f64>(mean + (j << 3));
      const scale = f64(load<T>(weight + j * sizeof<T>())) / sqrt<f64>(load<f64>(variance + (j << 3)) + eps);
      const shift = f64(load<T>(bias + j * sizeof<T>()));
      const end = x + line;
      for (; x + 2 * sizeof<T>() <= end; x += 2 * sizeof<T>(), y += 2 * sizeof<T>()) {
        const off = f64x2.sub(two<T>(x), f64x2.splat(m));
        storeTwo<T>(y, f64x2.add(f64x2.mul(off, f64x2.splat(scale)), f64x2.splat(shift)));
      }
      if (x < end) {
        store<T>(y, <T>((f64(load<T>(x)) - m) * scale + shift));
        x += sizeof<T>();
        y += sizeof<T>();
      }
    }
  }
}

/**
 * The gradients at `x`, and in float64 at `weight` and `bias`: `dx = weight·inverse·(g − Σg/n − x̂·Σ(g·x̂)/n)` with
 * `inverse = 1/√(variance + eps)` and `x̂ = (x − mean)·inverse`, or `weight·inverse·g` where the statistics are given.
 */
export function batchNormBackwardPlaces<T>(
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
  n: i32,
  c: i32,
  l: i32,
): void {
  const line = usize(l) * sizeof<T>();
  const step = usize(c) * line;
  const end = x + usize(n) * step;
  const toG = g - x;
  for (let j: usize = 0; j < usize(c); j += 2) {
    const j1 = min(j + 1, usize(c) - 1);
    const next = (j1 - j) * line;
    const m0 = load<f64>(mean + (j << 3));
    const m1 = load<f64>(mean + (j1 << 3));
    const inverse0 = 1 / sqrt<f64>(load<f64>(variance + (j << 3)) + eps);
    const inverse1 = 1 / sqrt<f64>(load<f64>(variance + (j1 << 3)) + eps);
    let g0: f64 = 0;
    let g1: f64 = 0;
    let p0: f64 = 0;
    let p1: f64 = 0;
    for (let row = x + j * line; row < end; row += step) {
      for (let at = row; at < row + line; at += sizeof<T>()) {
        const a = f64(load<T>(at + toG));
        const b = f64(load<T>(at + toG + next));
        g0 += a;
        g1 += b;
        p0 += a * (f64(load<T>(at)) - m0) * inverse0;
        p1 += b * (f64(load<T>(at + next)) - m1) * inverse1;
      }
    }
    store<f64>(dbias + (j << 3), g0);
    store<f64>(dbias + (j1 << 3), g1);
    store<f64>(dweight + (j << 3), p0);
    store<f64>(dweight + (j1 << 3), p1);
  }
  const count = f64(n) * f64(l);
  for (let i = 0; i < n; i++) {
    for (let j: usize = 0; j < usize(c); j++) {
      const m = load<f64>(mean + (j << 3));
      const inverse = 1 / sqrt<f64>(load<f64>(variance + (j << 3)) + eps);
      const scale = f64(load<T>(weight + j * sizeof<T>())) * inverse;
      const meanG = throughStatistics ? load<f64>(dbias + (j << 3)) / count : 0;
      const meanGX = throughStatistics ? load<f64>(dweight + (j << 3)) / count : 0;
      const last = x + line;
      for (; x + 2 * sizeof<T>() <= last; x += 2 * sizeof<T>(), dx += 2 * sizeof<T>()) {
        let slope = two<T>(x + toG);
        if (throughStatistics) {
          const hat = f64x2.mul(f64x2.sub(two<T>(x), f64x2.splat(m)), f64x2.splat(inverse));
          slope = f64x2.sub(f64x2.sub(slope, f64x2.splat(meanG)), f64x2.mul(hat, f64x2.splat(meanGX)));
        }
        storeTwo<T>(dx, f64x2.mul(f64x2.splat(scale), slope));
      }
      if (x < last) {
        let slope = f64(load<T>(x + toG));
        if (throughStatistics) slope = slope - meanG - (f64(load<T>(x)) - m) * inverse * meanGX;
        store<T>(dx, <T>(scale * slope));
        x += sizeof<T>();
        dx += sizeof<T>();
      }
    }
  }
}
