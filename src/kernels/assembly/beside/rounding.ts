// Whole vectors: up to 15 bytes behind the last number are read and written.

const FLOOR = 0;
const CEIL = 1;
const ROUND = 2;
const TRUNC = 3;

/** Whole numbers near `n` others, by `how`: below, above, nearest (of two the even one), or towards 0; or what is beyond those. */
export function rounded<T>(x: usize, y: usize, n: i32, how: i32): void {
  for (const end = x + <usize>n * sizeof<T>(); x < end; x += 16, y += 16) {
    const v = v128.load(x);
    if (how == FLOOR) v128.store(y, v128.floor<T>(v));
    else if (how == CEIL) v128.store(y, v128.ceil<T>(v));
    else if (how == ROUND) v128.store(y, v128.nearest<T>(v));
    else if (how == TRUNC) v128.store(y, v128.trunc<T>(v));
    else v128.store(y, v128.sub<T>(v, v128.trunc<T>(v)));
  }
}
