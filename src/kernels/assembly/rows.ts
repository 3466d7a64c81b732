// Rows of a matrix by index, and the reverse. They are copied by whole vectors: up to 12 bytes past the end of a row are written, where
// the next one begins, or behind the last.

/** `y[i] = x[index[i]]`, rows of `width` numbers. Gives 1 where an index is not one of `height` rows, and 0 else. */
export function rows<T>(x: usize, index: usize, y: usize, count: i32, height: i32, width: i32): i32 {
  const bytes = usize(width) * sizeof<T>();
  for (const end = index + (usize(count) << 2); index < end; index += 4, y += bytes) {
    const row = load<u32>(index);
    if (row >= u32(height)) return 1;
    const from = x + usize(row) * bytes;
    for (let j: usize = 0; j < bytes; j += 16) v128.store(y + j, v128.load(from + j));
  }
  return 0;
}

/** `y[index[i]] += g[i]`, from zeros, in the order of the rows of `g`, which have `width` numbers. Gives 1 where an index is not one of `height` rows, and 0 else. */
export function addRows<T>(g: usize, index: usize, y: usize, count: i32, height: i32, width: i32): i32 {
  const bytes = usize(width) * sizeof<T>();
  memory.fill(y, 0, usize(height) * bytes);
  const whole = bytes & ~15;
  for (const end = index + (usize(count) << 2); index < end; index += 4, g += bytes) {
    const row = load<u32>(index);
    if (row >= u32(height)) return 1;
    const to = y + usize(row) * bytes;
    let j: usize = 0;
    for (; j < whole; j += 16) v128.store(to + j, v128.add<T>(v128.load(to + j), v128.load(g + j)));
    for (; j < bytes; j += sizeof<T>()) store<T>(to + j, load<T>(to + j) + load<T>(g + j));
  }
  return 0;
}
