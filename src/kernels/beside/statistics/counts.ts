import { type Data, sizeOf } from "../../../base/dtype.ts";
import { NDArray } from "../../array.ts";
import { nonzero } from "../../reference/indexing.ts";

// Counting, past the kernels: who calls these says so to whoever records.

/** The coordinates of all elements that are not 0, one element after the other. */
export function coordinatesOf(x: NDArray): Int32Array {
  const flat = nonzero(x).data;
  const last = x.shape.length - 1;
  const found = new Int32Array(flat.length * x.shape.length);
  if (last < 0) return found;
  const place = new Int32Array(last); // of the line that is looked at, which ends before `end`
  const length = x.shape[last];
  for (let i = 0, to = 0, end = length; i < flat.length; i++) {
    for (; flat[i] >= end; end += length) {
      for (let d = last - 1; ++place[d] === x.shape[d]; d--) place[d] = 0;
    }
    for (let d = 0; d < last; d++) found[to++] = place[d];
    found[to++] = flat[i] - end + length;
  }
  return found;
}

/** One more than the largest of whole numbers, 0 of none; −1 if one is below 0. */
export function reachOf(labels: Int32Array): number {
  let reach = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (label < 0) return -1;
    if (label >= reach) reach = label + 1;
  }
  return reach;
}

/** Counters are made four times, as long as they are few: to add to one that has just been added to takes the longest. */
const fewCounters = 4096;

/** How often each whole number below `size` is there. */
export function countsOf(labels: Int32Array, size: number): Int32Array {
  const tables = size <= fewCounters ? 4 : 1;
  const counts = new Int32Array(tables * size);
  if (tables === 1) for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  else for (let i = 0; i < labels.length; i++) counts[labels[i] + size * (i & 3)]++;
  for (let i = size; i < counts.length; i++) counts[i % size] += counts[i];
  return counts.slice(0, size);
}

/** Adds up what each whole number counts, one after the other, in the precision of `sums`. */
export function addUp(labels: Int32Array, shares: Data, sums: Float32Array | Float64Array): void {
  for (let i = 0; i < labels.length; i++) sums[labels[i]] += shares[i];
}

/** So many values are read at once into double precision, which holds whatever there is: so one loop is for one kind of array. */
const atOnce = 4096;

/** Where each value belongs among sorted ones: those of its row, or the only ones. */
export function placesAmong(sorted: NDArray, sought: NDArray, right: boolean): NDArray {
  const isShared = sorted.shape.length === 1;
  const length = sorted.shape[sorted.shape.length - 1];
  const perRow = isShared ? sizeOf(sought.shape) : sought.shape[sought.shape.length - 1];
  const { data } = sought;
  const places = new Int32Array(data.length);
  const values = new Float64Array(Math.min(atOnce, perRow));
  for (let from = 0, row = 0; from < places.length; from += perRow, row += length) {
    const line = sorted.data.subarray(row, row + length);
    const edges = length <= 8 * perRow ? new Float64Array(line) : line;
    for (let start = from; start < from + perRow; start += atOnce) {
      const part = data.subarray(start, Math.min(start + atOnce, from + perRow));
      values.set(part);
      const to = places.subarray(start, start + part.length);
      for (let i = 0; i < to.length; i++) to[i] = placeAmong(edges, values[i], right);
    }
  }
  return new NDArray(places, sought.shape, "int32");
}

/** How many edges are below a value, or with `right` not above it; of NaN all are. */
function placeAmong(edges: Data, value: number, right: boolean): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const edge = edges[middle];
    if (right ? !(edge > value) : !(edge >= value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How many values, or how much of them, are in each bin, added up in the precision of `sums`: from its edge to below the next, or to
 * the last.
 *
 * @param isEven - whether the bins are about as wide as each other, so that where a value belongs can be guessed.
 */
export function binned(values: Data, edges: Data, shares: Data | null, isEven: boolean, sums: Data): void {
  const last = edges.length - 1;
  const bounds = new Float64Array(edges);
  const [lowest, highest] = [bounds[0], bounds[last]];
  const scale = last / (highest - lowest);
  const totals = new Float64Array(last);
  const block = new Float64Array(Math.min(atOnce, values.length));
  for (let start = 0; start < values.length; start += atOnce) {
    const part = values.subarray(start, start + atOnce);
    block.set(part);
    for (let i = 0; i < part.length; i++) {
      const value = block[i];
      if (!(value >= lowest && value <= highest)) continue;
      let bin = last - 1;
      if (value < highest) {
        if (isEven) {
          bin = Math.min(bin, Math.floor((value - lowest) * scale)) || 0; // of no number, 0
          while (value < bounds[bin]) bin--;
          while (value >= bounds[bin + 1]) bin++;
        } else bin = placeAmong(bounds, value, true) - 1;
      }
      if (shares === null) totals[bin]++;
      else sums[bin] += shares[start + i];
    }
  }
  if (shares === null) sums.set(totals);
}
