import type { Tensor } from "../../tensor/tensor.ts";

/** Floats of either precision. */
export type Numbers = Float32Array | Float64Array;

/** The numbers of a float tensor, on its memory. */
export const numbersOf = (x: Tensor): Numbers => x.data as Numbers;

/** Sorting by comparison is faster below this many. */
const few = 1024;

/** How many values a digit has: three digits of 11 bits make a float32. */
const digit = 2048;

/**
 * Finite numbers in ascending order, −0 before 0, on the memory they are given. In single precision by their bits, eleven at
 * a time from the lowest, which takes a tenth of the time of comparing them.
 * @see Knuth, "The Art of Computer Programming" 3, section 5.2.5 (radix sorting).
 */
export function sorted(values: Numbers): Numbers {
  if (values instanceof Float64Array || values.length < few) return values.sort();
  const n = values.length;
  const bits = new Uint32Array(values.buffer, values.byteOffset, n);
  const counts = new Uint32Array(3 * digit);
  // Numbers order as their bits do, once the sign of positive ones, and all bits of negative ones, are turned over.
  for (let i = 0; i < n; i++) {
    const turned = bits[i] ^ ((-(bits[i] >>> 31) | 0x80000000) >>> 0);
    bits[i] = turned;
    counts[turned & 0x7ff]++;
    counts[digit + ((turned >>> 11) & 0x7ff)]++;
    counts[2 * digit + (turned >>> 22)]++;
  }
  const other = new Uint32Array(n);
  distribute(bits, other, counts.subarray(0, digit), 0);
  distribute(other, bits, counts.subarray(digit, 2 * digit), 11);
  distribute(bits, other, counts.subarray(2 * digit), 22);
  for (let i = 0; i < n; i++) {
    const turned = other[i];
    bits[i] = turned ^ (((turned >>> 31) - 1) | 0x80000000);
  }
  return values;
}

/** Puts numbers in the order of one digit, those with the same in the order that they had. */
function distribute(from: Uint32Array, to: Uint32Array, counts: Uint32Array, shift: number): void {
  let place = 0;
  for (let d = 0; d < digit; d++) {
    const count = counts[d];
    counts[d] = place;
    place += count;
  }
  for (let i = 0; i < from.length; i++) {
    const value = from[i];
    to[counts[(value >>> shift) & 0x7ff]++] = value;
  }
}
