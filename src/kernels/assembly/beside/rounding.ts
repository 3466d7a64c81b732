// Whole vectors: up to 15 bytes behind the last number are read and written.

const FLOOR = 0;
const CEIL = 1;
const ROUND = 2;

/** Whole numbers near `n` others: below, above, nearest (of two the even one), or towards 0, by `how`. */
export function rounded<T>(x: usize, y: usize, n: i32, how: i32): void {
  for (const end = x + <usize>n * sizeof<T>(); x < end; x += 16, y += 16) {
    const v = v128.load(x);
    if (how == FLOOR) v128.store(y, v128.floor<T>(v));
    else if (how == CEIL) v128.store(y, v128.ceil<T>(v));
    else if (how == ROUND) v128.store(y, v128.nearest<T>(v));
    else v128.store(y, v128.trunc<T>(v));
  }
}
