// What convolutions do beside their products.

/** Sets bytes to 0. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** Adds `bias[c]` to each of the `places` float32 of channel `c`. */
export function addBiasF32(y: usize, bias: usize, channels: i32, places: i32): void {
  for (let c = 0; c < channels; c++, bias += 4) {
    const value = load<f32>(bias);
    const values = f32x4.splat(value);
    const end = y + (usize(places) << 2);
    for (; y + 16 <= end; y += 16) v128.store(y, f32x4.add(v128.load(y), values));
    for (; y < end; y += 4) store<f32>(y, load<f32>(y) + value);
  }
}

/** The same of float64. */
export function addBiasF64(y: usize, bias: usize, channels: i32, places: i32): void {
  for (let c = 0; c < channels; c++, bias += 8) {
    const value = load<f64>(bias);
    const end = y + (usize(places) << 3);
    for (; y < end; y += 8) store<f64>(y, load<f64>(y) + value);
  }
}

/** Adds `count` float32 to as many float64. */
export function addUpF32(total: usize, x: usize, count: i32): void {
  for (let i = 0; i < count; i++, total += 8, x += 4) store<f64>(total, load<f64>(total) + f64(load<f32>(x)));
}

/** Adds `count` float64 to as many. */
export function addUpF64(total: usize, x: usize, count: i32): void {
  for (let i = 0; i < count; i++, total += 8, x += 8) store<f64>(total, load<f64>(total) + load<f64>(x));
}
