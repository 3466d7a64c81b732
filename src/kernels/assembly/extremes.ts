// The largest of [outer, length, inner] over the middle, NaN where there is one, 0 above −0. Reads and writes go up to 15 bytes
// past the ends: rows are written in ascending order, so that the next one mends what was written into it.

/** Where neither of two numbers is NaN. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function ordered<T>(a: v128, b: v128): v128 {
  return v128.and(v128.eq<T>(a, a), v128.eq<T>(b, b));
}

/** The largest, with `isLeast` the smallest, which is the largest of all numbers turned round. */
export function extreme<T>(
  x: usize,
  y: usize,
  outer: i32,
  length: i32,
  inner: i32,
  isLeast: bool,
): void {
  const size = sizeof<T>();
  const turn = v128.splat<T>(isLeast ? <T>-0.0 : <T>0.0);
  const row = <usize>inner * size;
  for (; outer > 0; outer--, y += row) {
    const end = x + row * length;
    if (inner == 1) {
      let a = v128.xor(v128.splat<T>(load<T>(x)), turn);
      let b = a;
      let c = a;
      let d = a;
      let isNumber = v128.eq<T>(a, a);
      let at = x;
      for (; at + 64 <= end; at += 64) {
        const p = v128.load(at);
        const q = v128.load(at, 16);
        const r = v128.load(at, 32);
        const s = v128.load(at, 48);
        a = v128.pmax<T>(a, v128.xor(p, turn));
        b = v128.pmax<T>(b, v128.xor(q, turn));
        c = v128.pmax<T>(c, v128.xor(r, turn));
        d = v128.pmax<T>(d, v128.xor(s, turn));
        isNumber = v128.and(isNumber, v128.and(ordered<T>(p, q), ordered<T>(r, s)));
      }
      a = v128.max<T>(v128.max<T>(a, b), v128.max<T>(c, d));
      // Those that leave NaN and the sign of 0 out are many times as fast: where these matter, all is done again.
      const isOdd = v128.any_true(v128.eq<T>(a, v128.splat<T>(0))) || !v128.all_true<i32>(isNumber);
      if (isOdd) for (at = x; at + 16 <= end; at += 16) a = v128.max<T>(a, v128.xor(v128.load(at), turn));
      for (; at < end; at += size) a = v128.max<T>(a, v128.xor(v128.splat<T>(load<T>(at)), turn));
      a = v128.max<T>(a, v128.shuffle<i64>(a, a, 1, 0));
      if (size == 4) a = v128.max<T>(a, v128.shuffle<i32>(a, a, 1, 0, 3, 2));
      store<T>(y, v128.extract_lane<T>(v128.xor(a, turn), 0));
      x = end;
      continue;
    }
    for (let isFirst = true; x < end; x += row, isFirst = false) {
      for (let i: usize = 0; i < row; i += 16) {
        const v = v128.load(x + i);
        v128.store(y + i, isFirst ? v : v128.xor(v128.max<T>(v128.xor(v, turn), v128.xor(v128.load(y + i), turn)), turn));
      }
    }
  }
}
