import { around, type NDArray, zeros } from "../../array.ts";
import type { Beside } from "../beside.ts";

/** What is looked for in each line along a dimension. */
export interface Selection {
  readonly dim: number;
  /** The places that elements would have if the line were sorted, from 0 on. */
  readonly ranks: readonly number[];
  /** Whether of a line with NaN the first of these is taken, whatever is looked for. */
  readonly missing: boolean;
}

/**
 * Where elements of certain ranks stand, in each line along a dimension, in int32; equal ones in the order they have, NaN the
 * largest. Nothing is sorted for it.
 */
export const selectionOf: Beside<Selection> = {
  name: "selection",
  plain([x], { dim, ranks, missing }) {
    const [outer, length, inner] = around(x.shape, dim, dim + 1);
    const y = zeros("int32", [...x.shape.slice(0, dim), ranks.length, ...x.shape.slice(dim + 1)]);
    const line = new Float64Array(length);
    const numbers = new Float64Array(length);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        readLine(x, o * length * inner + i, inner, line);
        const count = withoutNaN(line, numbers);
        ranks.forEach((rank, r) => {
          const place = count < length && missing ? missingAt(line, 0) : placeOf(line, numbers, count, rank);
          y.data[(o * ranks.length + r) * inner + i] = place;
        });
      }
    }
    return y;
  },
  simd: () => selectionOf.plain,
};

/** A line that starts somewhere, in double precision, which holds whatever there is: so one loop is for one kind of array. */
function readLine({ data }: NDArray, start: number, step: number, line: Float64Array): void {
  const { length } = line;
  if (step === 1) line.set(data.subarray(start, start + length));
  else for (let l = 0, at = start; l < length; l++, at += step) line[l] = data[at];
}

/** Copies what is not NaN, and counts it. */
function withoutNaN(line: Float64Array, to: Float64Array): number {
  let count = 0;
  for (let l = 0; l < line.length; l++) {
    const value = line[l];
    to[count] = value;
    if (!Number.isNaN(value)) count++;
  }
  return count;
}

/** Where the element of a rank stands; `numbers` are the first `count`, in any order. */
function placeOf(line: Float64Array, numbers: Float64Array, count: number, rank: number): number {
  if (rank >= count) return missingAt(line, rank - count);
  select(numbers, rank, 0, count - 1);
  const value = numbers[rank];
  let before = 0;
  for (let l = 0; l < line.length; l++) if (line[l] < value) before++;
  let left = rank - before;
  let at = 0;
  for (; line[at] !== value || left > 0; at++) if (line[at] === value) left--;
  return at;
}

/** Where NaN stands that has so many before it. */
function missingAt(line: Float64Array, before: number): number {
  let left = before;
  let at = 0;
  for (; !Number.isNaN(line[at]) || left > 0; at++) if (Number.isNaN(line[at])) left--;
  return at;
}

/** More elements are halved by one that a sample says is near the middle. */
const many = 600;

/**
 * Brings the number of rank `k` to place `k`, those before it in front, those after it behind, within `[first, last]` (Floyd and
 * Rivest's select; how large the sample is only changes how long it takes).
 */
function select(x: Float64Array, k: number, first: number, last: number): void {
  let [left, right] = [first, last];
  while (right > left) {
    if (right - left > many) {
      const n = right - left + 1;
      const rank = k - left + 1;
      const size = Math.sqrt(n * Math.sqrt(n)) / 4;
      const bits = 32 - Math.clz32(n);
      const safety = (0.42 * Math.sqrt((bits * size * (n - size)) / n) * Math.sign(rank - n / 2)) | 0;
      const from = Math.max(left, Math.floor(k - (rank * size) / n + safety));
      const to = Math.min(right, Math.floor(k + ((n - rank) * size) / n + safety));
      select(x, k, from, to);
    }
    const value = x[k];
    let i = left;
    let j = right;
    swap(x, left, k);
    if (x[right] > value) swap(x, left, right);
    while (i < j) {
      swap(x, i, j);
      i++;
      j--;
      while (x[i] < value) i++;
      while (x[j] > value) j--;
    }
    if (x[left] === value) swap(x, left, j);
    else {
      j++;
      swap(x, j, right);
    }
    if (j <= k) left = j + 1;
    if (k <= j) right = j - 1;
  }
}

function swap(x: Float64Array, i: number, j: number): void {
  const value = x[i];
  x[i] = x[j];
  x[j] = value;
}
