// Functions of two arrays of float32 or float64, rounded at each step as the plain loops are. The result is made row by
// row: of each row `bytes` bytes, in whole vectors, so that up to 15 bytes past the ends of all arrays are read and
// written. What is written past the end of a row is written again by the next, so `y` may be an operand only where
// there is one row. An operand goes forward by `step` bytes from vector to vector, and by `row` from row to row: steps
// of 0 repeat a vector of one number, rows of 0 a row.

/** Added, or with `flag` 1 subtracted. */
export const ADD: i32 = 0;
export const MUL: i32 = 1;
export const DIV: i32 = 2;
/** The greater, or with `flag` 1 the less; NaN where either is. */
export const MAXIMUM: i32 = 3;
/** The gradient `a` at a function's input, from that at its output `b`. */
export const TANH: i32 = 4;
export const SIGMOID: i32 = 5;
export const RELU: i32 = 6;
/** Whether, as bytes: `flag` is the sum of 1 for less, 2 for equal, and 4 for the opposite of those. */
export const COMPARE: i32 = 7;

/** All ones, where `flag` has bit `bit`, else all zeros. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function mask(flag: i32, bit: i32): v128 {
  return i32x4.splat(-((flag >> bit) & 1));
}

/** The sign bits of all lanes, where `flag` is 1. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function signs<T>(flag: i32): v128 {
  return sizeof<T>() == 4 ? i32x4.splat(flag << 31) : i64x2.splat(i64(flag) << 63);
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function apply<T>(op: i32, a: v128, b: v128, flag: i32): v128 {
  if (op == ADD) return v128.add<T>(a, v128.xor(b, signs<T>(flag)));
  if (op == MUL) return v128.mul<T>(a, b);
  if (op == DIV) return v128.div<T>(a, b);
  if (op == MAXIMUM) {
    const turn = signs<T>(flag);
    return v128.xor(v128.max<T>(v128.xor(a, turn), v128.xor(b, turn)), turn);
  }
  const one = v128.splat<T>(1);
  if (op == TANH) return v128.mul<T>(a, v128.mul<T>(v128.sub<T>(one, b), v128.add<T>(one, b)));
  if (op == SIGMOID) return v128.mul<T>(v128.mul<T>(a, b), v128.sub<T>(one, b));
  if (op == RELU) return v128.andnot(a, v128.le<T>(b, v128.splat<T>(0)));
  const less = v128.and(v128.lt<T>(a, b), mask(flag, 0));
  const equal = v128.and(v128.eq<T>(a, b), mask(flag, 1));
  return v128.xor(v128.or(less, equal), mask(flag, 2));
}

/** Stores a mask of lanes as bytes, 0 or 1. */
// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function storeBytes<T>(y: usize, mask: v128): void {
  const words = sizeof<T>() == 4 ? mask : v128.shuffle<i32>(mask, mask, 0, 2, 0, 2);
  const halves = i16x8.narrow_i32x4_s(words, words);
  const bytes = v128.and(i8x16.narrow_i16x8_s(halves, halves), i8x16.splat(1));
  if (sizeof<T>() == 4) v128.store32_lane(y, bytes, 0);
  else v128.store16_lane(y, bytes, 0);
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
export function rows<T>(
  op: i32,
  a: usize,
  b: usize,
  y: usize,
  count: i32,
  bytes: usize,
  stepA: usize,
  stepB: usize,
  rowA: usize,
  rowB: usize,
  flag: i32,
): void {
  const shift = op == COMPARE ? alignof<T>() : 0; // bytes of the result to those of an operand
  for (; count > 0; count--, a += rowA, b += rowB, y += bytes >> shift) {
    for (let i: usize = 0, p = a, q = b; i < bytes; i += 16, p += stepA, q += stepB) {
      const z = apply<T>(op, v128.load(p), v128.load(q), flag);
      if (op == COMPARE) storeBytes<T>(y + (i >> shift), z);
      else v128.store(y + i, z);
    }
  }
}
