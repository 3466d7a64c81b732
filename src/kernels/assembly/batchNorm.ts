// Batch norm of float32 rows of channels [n, c], computed in float64, two channels at a time. Statistics are float64.

// @ts-ignore: decorator
@inline
function pair(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

/** The mean and the biased variance of each channel, in two passes. */
export function batchStatisticsF32(x: usize, mean: usize, variance: usize, n: i32, c: i32): void {
  memory.fill(mean, 0, usize(c) << 3);
  memory.fill(variance, 0, usize(c) << 3);
  for (let i = 0, at = x; i < n; i++) {
    let j = 0;
    for (; j + 2 <= c; j += 2, at += 8) {
      const to = mean + (usize(j) << 3);
      v128.store(to, f64x2.add(v128.load(to), pair(at)));
    }
    for (; j < c; j++, at += 4) {
      const to = mean + (usize(j) << 3);
      store<f64>(to, load<f64>(to) + f64(load<f32>(at)));
    }
  }
  for (let j = 0; j < c; j++) {
    const to = mean + (usize(j) << 3);
    store<f64>(to, load<f64>(to) / f64(n));
  }
  for (let i = 0, at = x; i < n; i++) {
    let j = 0;
    for (; j + 2 <= c; j += 2, at += 8) {
      const to = variance + (usize(j) << 3);
      const off = f64x2.sub(pair(at), v128.load(mean + (usize(j) << 3)));
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(off, off)));
    }
    for (; j < c; j++, at += 4) {
      const to = variance + (usize(j) << 3);
      const off = f64(load<f32>(at)) - load<f64>(mean + (usize(j) << 3));
      store<f64>(to, load<f64>(to) + off * off);
    }
  }
  for (let j = 0; j < c; j++) {
    const to = variance + (usize(j) << 3);
    store<f64>(to, load<f64>(to) / f64(n));
  }
}

/** `y = (x − mean)·scale + shift`, with `mean`, `scale` and `shift` float64, one per channel. */
export function batchNormF32(x: usize, mean: usize, scale: usize, shift: usize, y: usize, n: i32, c: i32): void {
  for (let i = 0, at = x, to = y; i < n; i++) {
    let j = 0;
    for (; j + 2 <= c; j += 2, at += 8, to += 8) {
      const channel = usize(j) << 3;
      const off = f64x2.sub(pair(at), v128.load(mean + channel));
      const value = f64x2.add(f64x2.mul(off, v128.load(scale + channel)), v128.load(shift + channel));
      v128.store64_lane(to, f32x4.demote_f64x2_zero(value), 0);
    }
    for (; j < c; j++, at += 4, to += 4) {
      const channel = usize(j) << 3;
      const off = f64(load<f32>(at)) - load<f64>(mean + channel);
      store<f32>(to, f32(off * load<f64>(scale + channel) + load<f64>(shift + channel)));
    }
  }
}

/** `Σ g` and `Σ g·x̂` of each channel, float64, with `x̂ = (x − mean)·inverse`. */
export function batchNormSumsF32(
  g: usize,
  x: usize,
  mean: usize,
  inverse: usize,
  sumG: usize,
  sumGX: usize,
  n: i32,
  c: i32,
): void {
  memory.fill(sumG, 0, usize(c) << 3);
  memory.fill(sumGX, 0, usize(c) << 3);
  for (let i = 0, at: usize = 0; i < n; i++) {
    let j = 0;
    for (; j + 2 <= c; j += 2, at += 8) {
      const channel = usize(j) << 3;
      const slope = pair(g + at);
      const hat = f64x2.mul(f64x2.sub(pair(x + at), v128.load(mean + channel)), v128.load(inverse + channel));
      v128.store(sumG + channel, f64x2.add(v128.load(sumG + channel), slope));
      v128.store(sumGX + channel, f64x2.add(v128.load(sumGX + channel), f64x2.mul(slope, hat)));
    }
    for (; j < c; j++, at += 4) {
      const channel = usize(j) << 3;
      const slope = f64(load<f32>(g + at));
      const hat = (f64(load<f32>(x + at)) - load<f64>(mean + channel)) * load<f64>(inverse + channel);
      store<f64>(sumG + channel, load<f64>(sumG + channel) + slope);
      store<f64>(sumGX + channel, load<f64>(sumGX + channel) + slope * hat);
    }
  }
}

/** `dx = scale·(g − meanG − x̂·meanGX)`, the per-channel values float64. */
export function batchNormBackwardF32(
  g: usize,
  x: usize,
  mean: usize,
  inverse: usize,
  scale: usize,
  meanG: usize,
  meanGX: usize,
  dx: usize,
  n: i32,
  c: i32,
): void {
  for (let i = 0, at: usize = 0; i < n; i++) {
    let j = 0;
    for (; j + 2 <= c; j += 2, at += 8) {
      const channel = usize(j) << 3;
      const hat = f64x2.mul(f64x2.sub(pair(x + at), v128.load(mean + channel)), v128.load(inverse + channel));
      const bent = f64x2.sub(f64x2.sub(pair(g + at), v128.load(meanG + channel)), f64x2.mul(hat, v128.load(meanGX + channel)));
      v128.store64_lane(dx + at, f32x4.demote_f64x2_zero(f64x2.mul(v128.load(scale + channel), bent)), 0);
    }
    for (; j < c; j++, at += 4) {
      const channel = usize(j) << 3;
      const hat = (f64(load<f32>(x + at)) - load<f64>(mean + channel)) * load<f64>(inverse + channel);
      const bent = f64(load<f32>(g + at)) - load<f64>(meanG + channel) - hat * load<f64>(meanGX + channel);
      store<f32>(dx + at, f32(load<f64>(scale + channel) * bent));
    }
  }
}
