import type { Data } from "../../base/dtype.ts";

/** Lines of at most so many elements have room for a key and a place in one double. */
const most = 2 ** 21;

/** Of many lines so many elements are sorted at once: what is read here and there is near then. */
export const atOnce = 2 ** 16;

/** Whether it takes less time to look for the first `count` of a line alone than to sort it. */
export function areFew(line: Data, length: number, count: number): boolean {
  return count < length / 8 && length <= most && !(line instanceof Float64Array);
}

/**
 * Where all elements stand once they are sorted; equal ones in the order they have, NaN the largest. By each byte of their keys
 * in turn, from the last to the first: places with the same byte stay in the order they have.
 */
export function orderOf(elements: Data, descending: boolean): Int32Array {
  const { length } = elements;
  const starts = new Int32Array(256);
  let order = new Int32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  let next = new Int32Array(length);
  for (const keys of keysOf(elements, descending)) {
    for (let shift = 0; shift < 32; shift += 8) {
      starts.fill(0);
      for (let i = 0; i < length; i++) starts[(keys[i] >> shift) & 255]++;
      if (starts[(keys[0] >> shift) & 255] === length) continue; // all have the same
      for (let byte = 0, start = 0; byte < 256; byte++) {
        const count = starts[byte];
        starts[byte] = start;
        start += count;
      }
      for (let i = 0; i < length; i++) {
        const at = order[i];
        next[starts[(keys[at] >> shift) & 255]++] = at;
      }
      const last = order;
      order = next;
      next = last;
    }
  }
  return order;
}

/**
 * Keys, whose bits are ordered as the elements are, in words of 32 bits, the last words first. The bits of positive floats are
 * ordered as they are, those of negative ones the other way round; −0 is 0.
 */
function keysOf(elements: Data, descending: boolean): readonly Int32Array[] {
  const { length } = elements;
  const turn = descending ? -1 : 0;
  const first = new Int32Array(length);
  if (elements instanceof Float32Array) {
    const bits = new Int32Array(elements.buffer, elements.byteOffset, length);
    for (let i = 0; i < length; i++) first[i] = keyOf(elements[i], bits[i]) ^ (1 << 31) ^ turn;
  } else if (elements instanceof Float64Array) {
    const bits = new Int32Array(elements.buffer, elements.byteOffset, 2 * length);
    const last = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const high = keyOf(elements[i], bits[2 * i + 1]);
      first[i] = high ^ (1 << 31) ^ turn;
      if (high !== 0x7fffffff && elements[i] !== 0) last[i] = bits[2 * i];
      last[i] ^= high < 0 ? ~turn : turn;
    }
    return [last, first];
  } else {
    // Whole numbers from the least on: where they are no more than 256, all bytes but one are the same.
    let least = 0;
    for (let i = 0; i < length; i++) least = Math.min(least, elements[i]);
    for (let i = 0; i < length; i++) first[i] = (elements[i] - least) ^ turn;
  }
  return [first];
}

/** The bits of a float, or the first of them, as a whole number that is ordered as floats are. */
function keyOf(value: number, bits: number): number {
  if (value === 0) return 0;
  if (Number.isNaN(value)) return 0x7fffffff;
  return bits < 0 ? bits ^ 0x7fffffff : bits;
}

/**
 * Where the first `count` elements of a line stand once it is sorted, if they are few: a heap of numbers made of an element's key
 * and its place, whose root is the last of those kept.
 */
export function firstFew(line: Data, descending: boolean, count: number): Float64Array {
  const heap = new Float64Array(count);
  if (count === 0) return heap;
  const bits = line instanceof Float32Array ? new Int32Array(line.buffer, line.byteOffset, line.length) : line;
  for (let at = 0; at < count; at++) heap[at] = numberOf(line, bits, at, descending);
  for (let i = (count >> 1) - 1; i >= 0; i--) sink(heap, i);
  let last = line[placeOf(heap[0])];
  for (let at = count; at < line.length; at++) {
    const value = line[at];
    if (descending ? value <= last : value >= last) continue;
    const number = numberOf(line, bits, at, descending);
    if (number >= heap[0]) continue; // where one of the two is NaN
    heap[0] = number;
    sink(heap, 0);
    last = line[placeOf(heap[0])];
  }
  return heap.sort().map(placeOf);
}

/** The key of an element and its place: numbers that are ordered as the elements are, of equal ones as the places. */
function numberOf(line: Data, bits: Data, at: number, descending: boolean): number {
  const key = bits === line ? bits[at] : keyOf(line[at], bits[at]);
  return (descending ? -1 - key : key) * most + at;
}

const placeOf = (number: number): number => number - Math.floor(number / most) * most;

function sink(heap: Float64Array, from: number): void {
  const value = heap[from];
  let at = from;
  for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1] > heap[child]) child++;
    if (heap[child] <= value) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = value;
}
