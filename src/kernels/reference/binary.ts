import { empty, type NDArray } from "../array.ts";
import * as scalar from "../numbers/scalar.ts";
import { walk } from "./walk.ts";

// Functions of two arrays. One of them may be shorter, if its length divides the other's: it repeats, as in a broadcast of
// rows or of a single number. Its shape is the end of the other's, but for leading ones, and the result has the other's. Or it is
// a column: each of its elements meets a row of the other's, or, where the other is a row, all of that.

/** `y = a + b`. */
export function add(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty(a.dtype, shape);
  const [p, q, y] = [a.data, b.data, result.data];
  if (a.dtype === "bool") {
    for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
      for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] | q[j];
    }
    return result;
  }
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] + q[j];
  }
  return result;
}

/** `y = a − b`. */
export function sub(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty(a.dtype, shape);
  const [p, q, y] = [a.data, b.data, result.data];
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] - q[j];
  }
  return result;
}

/** `y = a·b`. */
export function mul(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty(a.dtype, shape);
  const [p, q, y] = [a.data, b.data, result.data];
  if (a.dtype === "int32") {
    for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
      for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = Math.imul(p[i], q[j]);
    }
    return result;
  }
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] * q[j];
  }
  return result;
}

/** `y = a / b`. */
export function div(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty(a.dtype, shape);
  const [p, q, y] = [a.data, b.data, result.data];
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] / q[j];
  }
  return result;
}

/** `y = aᵇ`. */
export function pow(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty(a.dtype, shape);
  const [p, q, y] = [a.data, b.data, result.data];
  if (a.dtype === "int32") {
    for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
      for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = scalar.powInt(p[i], q[j]);
    }
    return result;
  }
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = scalar.pow(p[i], q[j]);
  }
  return result;
}

/** `y = max(a, b)`; NaN where either is. */
export function maximum(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty(a.dtype, shape);
  const [p, q, y] = [a.data, b.data, result.data];
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = Math.max(p[i], q[j]);
  }
  return result;
}

/** `y = min(a, b)`; NaN where either is. */
export function minimum(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty(a.dtype, shape);
  const [p, q, y] = [a.data, b.data, result.data];
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = Math.min(p[i], q[j]);
  }
  return result;
}

/** `y = (a = b)`. */
export function eq(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty("bool", shape);
  const [p, q, y] = [a.data, b.data, result.data];
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] === q[j] ? 1 : 0;
  }
  return result;
}

/** `y = (a ≠ b)`. */
export function ne(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty("bool", shape);
  const [p, q, y] = [a.data, b.data, result.data];
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] !== q[j] ? 1 : 0;
  }
  return result;
}

/** `y = (a < b)`. */
export function lt(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty("bool", shape);
  const [p, q, y] = [a.data, b.data, result.data];
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] < q[j] ? 1 : 0;
  }
  return result;
}

/** `y = (a ≤ b)`. */
export function le(a: NDArray, b: NDArray): NDArray {
  const { shape, width, stepA, stepB, backA, backB } = walk(a, b);
  const result = empty("bool", shape);
  const [p, q, y] = [a.data, b.data, result.data];
  for (let at = 0, i = 0, j = 0; at < y.length; i -= backA, j -= backB) {
    for (const end = at + width; at < end; at++, i += stepA, j += stepB) y[at] = p[i] <= q[j] ? 1 : 0;
  }
  return result;
}
