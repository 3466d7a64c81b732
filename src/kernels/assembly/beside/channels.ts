// What convolutions do beside their products.

/** Sets bytes to 0. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** Adds `bias[c]` to each of the `places` numbers of channel `c`. */
export function addBias<T>(y: usize, bias: usize, channels: i32, places: i32): void {
  for (let c = 0; c < channels; c++, bias += sizeof<T>()) {
    const value = load<T>(bias);
    const end = y + usize(places) * sizeof<T>();
    if (sizeof<T>() == 4) {
      const values = f32x4.splat(f32(value));
      for (; y + 16 <= end; y += 16) v128.store(y, f32x4.add(v128.load(y), values));
    }
    for (; y < end; y += sizeof<T>()) store<T>(y, <T>(load<T>(y) + value));
  }
}

/** Adds `count` numbers to as many float64. */
export function addUp<T>(total: usize, x: usize, count: i32): void {
  for (let i = 0; i < count; i++, total += 8, x += sizeof<T>()) {
    store<f64>(total, load<f64>(total) + f64(load<T>(x)));
  }
}
