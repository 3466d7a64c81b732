// Elementary functions of float32, whole vectors at a time: up to 15 bytes behind the last number are read and written.

import { high, low, narrow } from "../wide";
import { angle2, arcsin2, atan2Lanes, cosh2, expm12, log102, log22, sinh2 } from "./lanes";

const LOG2: i32 = 0;
const LOG10: i32 = 1;
const EXPM1: i32 = 2;
const SINH: i32 = 3;
const COSH: i32 = 4;
const ASIN: i32 = 5;
const ACOS: i32 = 6;

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function apply(op: i32, x: v128): v128 {
  if (op == LOG2) return log22(x);
  if (op == LOG10) return log102(x);
  if (op == EXPM1) return expm12(x);
  if (op == SINH) return sinh2(x);
  if (op == COSH) return cosh2(x);
  if (op == ASIN) return arcsin2(x, false);
  if (op == ACOS) return arcsin2(x, true);
  return atan2Lanes(x);
}

// @ts-ignore: decorators of functions are AssemblyScript's, which editors do not know
@inline
function map(op: i32, x: usize, y: usize, n: i32): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16) {
    const v = v128.load(x);
    v128.store(y, narrow(apply(op, low(v)), apply(op, high(v))));
  }
}

/** One function of `n` numbers, by its place in `src/kernels/beside/elementary.ts`. */
export function elementary(x: usize, y: usize, n: i32, which: i32): void {
  if (which == LOG2) map(LOG2, x, y, n);
  else if (which == LOG10) map(LOG10, x, y, n);
  else if (which == EXPM1) map(EXPM1, x, y, n);
  else if (which == SINH) map(SINH, x, y, n);
  else if (which == COSH) map(COSH, x, y, n);
  else if (which == ASIN) map(ASIN, x, y, n);
  else if (which == ACOS) map(ACOS, x, y, n);
  else map(ACOS + 1, x, y, n);
}

/** The angles of `n` points `(x, y)`. */
export function angles(y: usize, x: usize, z: usize, n: i32): void {
  for (const end = x + (<usize>n << 2); x < end; x += 16, y += 16, z += 16) {
    const a = v128.load(y);
    const b = v128.load(x);
    const first = angle2(low(a), low(b));
    v128.store(z, narrow(first, angle2(high(a), high(b))));
  }
}
