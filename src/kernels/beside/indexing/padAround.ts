import { sizeOf } from "../../../base/dtype.ts";
import { empty } from "../../array.ts";
import { narrow } from "../../reference/walk.ts";
import type { Beside, BesideRun } from "../beside.ts";

/** What stands around: what lies within, mirrored at its edge; its edge; its other end. */
type Mirror = "reflect" | "replicate" | "circular";

/** How much is put before and behind along each dimension; below 0 it is cut off first. */
export interface Around {
  /** The shape of what is padded. */
  readonly shape: readonly number[];
  readonly before: readonly number[];
  readonly behind: readonly number[];
  readonly mode: Mirror;
}

/** Where a place before, within or behind so many is found within. */
const within: Readonly<Record<Mirror, (i: number, size: number) => number>> = {
  reflect: (i, size) => (i < 0 ? -i : i < size ? i : 2 * size - 2 - i),
  replicate: (i, size) => Math.min(Math.max(i, 0), size - 1),
  circular: (i, size) => (i + size) % size,
};

/** For each place of what is made along a dimension, where in what is padded it comes from. */
function sourcesOf({ shape, before, behind, mode }: Around, d: number): Int32Array {
  const [first, size] = [Math.max(0, -before[d]), shape[d] + Math.min(0, before[d]) + Math.min(0, behind[d])];
  const sources = new Int32Array(shape[d] + before[d] + behind[d]);
  for (let i = 0; i < sources.length; i++) sources[i] = first + within[mode](i - Math.max(0, before[d]), size);
  return sources;
}

/** Where each row of what is made starts in what is padded, and where its elements are from there. */
function rowsOf(around: Around): { readonly rows: Int32Array; readonly sources: Int32Array } {
  const { shape } = around;
  const last = shape.length - 1;
  let rows = Int32Array.of(0);
  for (let d = 0; d < last; d++) {
    const [sources, apart] = [sourcesOf(around, d), sizeOf(shape.slice(d + 1))];
    const next = new Int32Array(rows.length * sources.length);
    for (let r = 0, at = 0; r < rows.length; r++) {
      for (let i = 0; i < sources.length; i++) next[at++] = rows[r] + sources[i] * apart;
    }
    rows = next;
  }
  return { rows, sources: sourcesOf(around, last) };
}

const padded: BesideRun<Around> = ([x], around) => {
  const { shape, before, behind } = around;
  const y = empty(
    x.dtype,
    shape.map((size, d) => before[d] + size + behind[d]),
  );
  const { rows, sources } = rowsOf(around);
  const [from, to, width, last] = [x.data, y.data, sources.length, shape.length - 1];
  // What lies within is one run.
  const start = Math.max(0, before[last]);
  const end = width - Math.max(0, behind[last]);
  const isWide = end - start >= narrow;
  for (let r = 0, at = 0; r < rows.length; r++, at += width) {
    const row = rows[r];
    const middle = row + sources[start];
    const stop = isWide ? start : width;
    for (let j = 0; j < stop; j++) to[at + j] = from[row + sources[j]];
    if (!isWide) continue;
    to.set(from.subarray(middle, middle + end - start), at + start);
    for (let j = end; j < width; j++) to[at + j] = from[row + sources[j]];
  }
  return y;
};

const summed: BesideRun<Around> = ([g], around) => {
  const y = empty(g.dtype, around.shape);
  const { rows, sources } = rowsOf(around);
  const [from, to, width] = [g.data, y.data, sources.length];
  to.fill(0);
  for (let r = 0, at = 0; r < rows.length; r++, at += width) {
    const row = rows[r];
    for (let j = 0; j < width; j++) to[row + sources[j]] += from[at + j];
  }
  return y;
};

/** `x` with what lies within around it. */
export const padAroundOf: Beside<Around> = { name: "padAround", plain: padded, simd: () => padded };

/** The reverse: each element added where it came from, in zeros. */
export const unpadAroundOf: Beside<Around> = { name: "unpadAround", plain: summed, simd: () => summed };
