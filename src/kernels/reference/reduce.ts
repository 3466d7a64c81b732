import { around, type NDArray, without, zeros, zerosLike } from "../array.ts";
import { fresh } from "../memory/fresh.ts";
import { areFew, atOnce, firstFew, orderOf } from "../numbers/order.ts";
import { completed, roundedOff } from "../numbers/twoSum.ts";
import { largestAlong, sumAlong, wrappedSumAlong } from "./along.ts";

// Every reduction takes a run of neighbouring dimensions [start, end) and leaves them out of the shape.

/** The sum over dimensions `[start, end)`; that of whole numbers wraps. */
export function sum(x: NDArray, start: number, end: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros(x.dtype, without(x.shape, start, end));
  const sumOf = x.dtype === "int32" ? wrappedSumAlong : sumAlong;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) y.data[o * inner + i] = sumOf(x.data, o * length * inner + i, length, inner);
  }
  return y;
}

/** The mean over dimensions `[start, end)`: of the sum as it is rounded, or before that where it then is infinite. */
export function mean(x: NDArray, start: number, end: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros(x.dtype, without(x.shape, start, end));
  const rounded = x.dtype === "float32" ? Math.fround : Number;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const total = sumAlong(x.data, o * length * inner + i, length, inner);
      const sum = rounded(total);
      y.data[o * inner + i] = Number.isFinite(sum) ? sum / rounded(length) : total / length;
    }
  }
  return y;
}

/** The product over dimensions `[start, end)`. */
export function prod(x: NDArray, start: number, end: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros(x.dtype, without(x.shape, start, end));
  const from = x.data;
  const isWhole = x.dtype === "int32";
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let product = 1;
      for (let l = 0, at = o * length * inner + i; l < length; l++, at += inner) {
        product = isWhole ? Math.imul(product, from[at]) : product * from[at];
      }
      y.data[o * inner + i] = product;
    }
  }
  return y;
}

/** For each element, `g` times the product of all others in its run; right where elements are zero. */
export function prodBackward(g: NDArray, x: NDArray, start: number, end: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const dx = zerosLike(x);
  const [from, to] = [x.data, dx.data];
  const before = new Float64Array(length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let at = o * length * inner + i;
      for (let l = 0, product = 1; l < length; l++, at += inner) {
        before[l] = product;
        product *= from[at];
      }
      for (let l = length - 1, product = g.data[o * inner + i]; l >= 0; l--) {
        at -= inner;
        to[at] = before[l] * product;
        product *= from[at];
      }
    }
  }
  return dx;
}

function extreme(x: NDArray, start: number, end: number, isLeast: boolean): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros(x.dtype, without(x.shape, start, end));
  const from = x.data;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let at = o * length * inner + i;
      let best = from[at];
      for (let l = 1; l < length; l++) {
        at += inner;
        best = isLeast ? Math.min(best, from[at]) : Math.max(best, from[at]);
      }
      y.data[o * inner + i] = best;
    }
  }
  return y;
}

/** The largest over dimensions `[start, end)`; NaN where there is one. */
export const amax = (x: NDArray, start: number, end: number): NDArray => extreme(x, start, end, false);

/** The smallest over dimensions `[start, end)`; NaN where there is one. */
export const amin = (x: NDArray, start: number, end: number): NDArray => extreme(x, start, end, true);

/** Where the largest (or smallest, with `sign` −1) first stands in dimensions `[start, end)`; a NaN beats all. */
export function argBest(x: NDArray, start: number, end: number, sign: 1 | -1): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros("int32", without(x.shape, start, end));
  const [from, to] = [x.data, y.data];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let at = o * length * inner + i;
      let best = 0;
      let value = sign * from[at];
      for (let l = 1; l < length && !Number.isNaN(value); l++) {
        at += inner;
        const candidate = sign * from[at];
        if (candidate <= value) continue;
        best = l;
        value = candidate;
      }
      to[o * inner + i] = best;
    }
  }
  return y;
}

/** In each line of dimensions `[start, end)`, whether an element that is, or is not, zero ends the search. */
function found(x: NDArray, start: number, end: number, isZero: boolean): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros("bool", without(x.shape, start, end));
  const [from, to] = [x.data, y.data];
  for (let o = 0, n = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let at = o * length * inner + i;
      let left = length;
      for (; left > 0 && (from[at] === 0) !== isZero; at += inner) left--;
      to[n++] = Number(left > 0 !== isZero);
    }
  }
  return y;
}

/** Whether any element of dimensions `[start, end)` is not zero. */
export const any = (x: NDArray, start: number, end: number): NDArray => found(x, start, end, false);

/** Whether every element of dimensions `[start, end)` is not zero. */
export const all = (x: NDArray, start: number, end: number): NDArray => found(x, start, end, true);

/** `ln Σ eˣ` over dimensions `[start, end)`, without overflow. */
export function logsumexp(x: NDArray, start: number, end: number): NDArray {
  const [outer, length, inner] = around(x.shape, start, end);
  const y = zeros(x.dtype, without(x.shape, start, end));
  const powers = new Float64Array(length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * length * inner + i;
      const most = largestAlong(x.data, at, length, inner);
      const shift = Number.isFinite(most) ? most : 0; // −∞ − −∞ would be NaN
      for (let l = 0; l < length; l++) powers[l] = Math.exp(x.data[at + l * inner] - shift);
      y.data[o * inner + i] = Math.log(sumAlong(powers, 0, length, 1)) + shift;
    }
  }
  return y;
}

/** `eˣ / Σ eˣ` along `dim`. */
export function softmax(x: NDArray, dim: number): NDArray {
  const [outer, length, inner] = around(x.shape, dim, dim + 1);
  const y = zerosLike(x);
  const powers = new Float64Array(length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * length * inner + i;
      const most = largestAlong(x.data, at, length, inner);
      for (let l = 0; l < length; l++) powers[l] = Math.exp(x.data[at + l * inner] - most);
      const total = sumAlong(powers, 0, length, 1);
      for (let l = 0; l < length; l++) y.data[at + l * inner] = powers[l] / total;
    }
  }
  return y;
}

/** `x − ln Σ eˣ` along `dim`. */
export function logSoftmax(x: NDArray, dim: number): NDArray {
  const [outer, length, inner] = around(x.shape, dim, dim + 1);
  const y = zerosLike(x);
  const powers = new Float64Array(length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = o * length * inner + i;
      const most = largestAlong(x.data, at, length, inner);
      for (let l = 0; l < length; l++) powers[l] = Math.exp(x.data[at + l * inner] - most);
      const logTotal = Math.log(sumAlong(powers, 0, length, 1));
      for (let l = 0; l < length; l++) y.data[at + l * inner] = x.data[at + l * inner] - most - logTotal;
    }
  }
  return y;
}

/** The running sum along `dim`; that of whole numbers wraps. */
export function cumsum(x: NDArray, dim: number): NDArray {
  const [outer, length, inner] = around(x.shape, dim, dim + 1);
  const y = zerosLike(x);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total = 0;
      let lost = 0;
      if (x.dtype === "int32") {
        for (let l = 0, at = o * length * inner + i; l < length; l++, at += inner) {
          total = (total + x.data[at]) | 0;
          y.data[at] = total;
        }
        continue;
      }
      for (let l = 0; l < length; l++) {
        const at = (o * length + l) * inner + i;
        const sum = total + x.data[at];
        lost += roundedOff(total, x.data[at], sum);
        total = sum;
        y.data[at] = completed(total, lost);
      }
    }
  }
  return y;
}

/** For each line along `dim`, where its elements stand once sorted; stable, NaN the largest. The first `count` only. */
export function argsort(x: NDArray, dim: number, descending: boolean, count: number): NDArray {
  const [outer, length, inner] = around(x.shape, dim, dim + 1);
  const y = zeros("int32", [...x.shape.slice(0, dim), count, ...x.shape.slice(dim + 1)]);
  const [from, to] = [x.data, y.data];
  if (to.length === 0) return y;
  if (!areFew(from, length, count)) {
    const size = length * inner;
    const blocks = Math.max(1, Math.floor(atOnce / size));
    for (let o = 0; o < outer; o += blocks) {
      const order = orderOf(from.subarray(o * size, (o + blocks) * size), descending);
      const found = new Int32Array(blocks * inner);
      for (let n = 0; n < order.length; n++) {
        const row = Math.floor(order[n] / inner);
        const block = Math.floor(row / length);
        const line = order[n] - row * inner + block * inner;
        const rank = found[line]++;
        if (rank < count) to[(o + block) * count * inner + rank * inner + line - block * inner] = row - block * length;
      }
    }
    return y;
  }
  const copy = inner === 1 ? null : fresh(x.dtype, length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const line = copy ?? from.subarray(o * length, (o + 1) * length);
      if (copy !== null) for (let l = 0, at = o * length * inner + i; l < length; l++, at += inner) copy[l] = from[at];
      const order = firstFew(line, descending, count);
      for (let l = 0; l < count; l++) to[(o * count + l) * inner + i] = order[l];
    }
  }
  return y;
}
