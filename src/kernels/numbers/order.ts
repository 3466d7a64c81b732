import type { Data } from "../../base/dtype.ts";

/** Lines of fewer elements have room for a key and a place in one double. */
const most = 2 ** 20;

/**
 * Where the first `count` elements of a line stand once it is sorted; equal ones in the order they have, NaN the largest.
 */
export function orderOf(line: Data, descending: boolean, count: number): ArrayLike<number> {
  return line instanceof Float64Array || line.length >= most
    ? byComparison(line, descending).slice(0, count)
    : byKeys(line, descending, count);
}

function byComparison(line: Data, descending: boolean): number[] {
  const order = Array.from(line, (_, at) => at);
  return order.sort(
    descending
      ? (a, b) => ascending(line[b], line[a]) || a - b //
      : (a, b) => ascending(line[a], line[b]) || a - b,
  );
}

function ascending(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

type Keyed = Exclude<Data, Float64Array>;

/** Sorts numbers that are made of an element's key and its place, so that nothing need be called to compare them. */
function byKeys(line: Keyed, descending: boolean, count: number): Float64Array {
  const bits = line instanceof Float32Array ? new Int32Array(line.buffer, line.byteOffset, line.length) : line;
  if (count < line.length / 8) return firstFew(line, bits, descending, count).sort().map(placeOf);
  const numbers = new Float64Array(line.length);
  for (let at = 0; at < numbers.length; at++) numbers[at] = numberOf(line, bits, at, descending);
  numbers.sort();
  for (let at = 0; at < count; at++) numbers[at] = placeOf(numbers[at]);
  return numbers.subarray(0, count);
}

/** The key of an element and its place: numbers that are ordered as the elements are, of equal ones as the places. */
function numberOf(line: Keyed, bits: Int32Array | Uint8Array, at: number, descending: boolean): number {
  const key = bits === line ? bits[at] : keyOf(line[at], bits[at]);
  return (descending ? -1 - key : key) * most + at;
}

/** The bits of floats are ordered as they are, those of negative ones the other way round; −0 is 0. */
function keyOf(value: number, bits: number): number {
  if (value === 0) return 0;
  if (Number.isNaN(value)) return 0x7fffffff;
  return bits < 0 ? bits ^ 0x7fffffff : bits;
}

const placeOf = (number: number): number => number - Math.floor(number / most) * most;

/** The numbers of the first `count` of many, in any order: a heap whose root is the last of those kept. */
function firstFew(line: Keyed, bits: Int32Array | Uint8Array, descending: boolean, count: number): Float64Array {
  const heap = new Float64Array(count);
  if (count === 0) return heap;
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
  return heap;
}

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
