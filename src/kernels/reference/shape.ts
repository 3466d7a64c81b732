import { type Data, type Shape, sizeOf } from "../../base/dtype.ts";
import { around, empty, type NDArray, zeros } from "../array.ts";
import { narrow } from "./walk.ts";

/** Row-major strides: how far apart in memory neighbours along each dimension are. */
function strides(shape: Shape): number[] {
  const steps = new Array<number>(shape.length);
  for (let d = shape.length - 1, step = 1; d >= 0; d--) {
    steps[d] = step;
    step *= shape[d];
  }
  return steps;
}

/** A dimension of a result: how many, how far apart in what is read, and in the result. */
interface Way {
  readonly size: number;
  readonly step: number;
  readonly to: number;
}

/** The dimensions of a result of which each is read in steps of its own, without those that go on where the next ends. */
function waysOf(shape: Shape, steps: readonly number[]): Way[] {
  const ways: Way[] = [];
  const own = strides(shape);
  for (const [d, size] of shape.entries()) {
    const last = ways.at(-1);
    if (size === 1) continue;
    if (last?.step === size * steps[d]) ways.pop();
    ways.push({ size: last?.step === size * steps[d] ? last.size * size : size, step: steps[d], to: own[d] });
  }
  return ways;
}

/** A dimension of one element. */
const alone: Way = { size: 1, step: 1, to: 1 };

/** Reads `x` in an order of its own: element `[i, j, …]` of the result lies at `first + i·steps[0] + j·steps[1] + …`. */
function gatherStrided(x: NDArray, shape: Shape, steps: readonly number[], first = 0): NDArray {
  const y = empty(x.dtype, shape);
  if (y.data.length === 0) return y;
  const ways = waysOf(shape, steps);
  const inner = ways.pop() ?? alone;
  const beside = inner.step > 1 ? ways.findIndex(({ step }) => step === 1) : -1;
  if (beside >= 0) {
    const [across] = ways.splice(beside, 1);
    forPlaces(ways, first, (from, to) => turn(x.data, y.data, from, to, across, inner));
  } else if (inner.step === 0) {
    forPlaces(ways, first, (from, to) => y.data.fill(x.data[from], to, to + inner.size));
  } else if (inner.step === 1 && inner.size >= narrow) {
    forPlaces(ways, first, (from, to) => copyRow(x.data, from, y.data, to, inner.size));
  } else {
    const lines = ways.pop() ?? alone;
    forPlaces(ways, first, (from, to) => pick(x.data, y.data, from, to, lines, inner));
  }
  return y;
}

/** Calls `fn` with each place of what is read, and with that of the result. */
function forPlaces(ways: readonly Way[], first: number, fn: (from: number, to: number) => void): void {
  const last = ways.length - 1;
  const index = ways.map(() => 0);
  for (let from = first, to = 0, d = last; ; d = last) {
    fn(from, to);
    for (; d >= 0; d--) {
      from += ways[d].step;
      to += ways[d].to;
      if (++index[d] < ways[d].size) break;
      from -= ways[d].step * ways[d].size;
      to -= ways[d].to * ways[d].size;
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

/** Lines of elements, one by one. */
function pick(x: Data, y: Data, from: number, to: number, lines: Way, { size, step }: Way): void {
  for (let l = 0, first = from, start = to; l < lines.size; l++, first += lines.step, start += lines.to) {
    for (let i = 0, at = first; i < size; i++, at += step) y[start + i] = x[at];
  }
}

/** So many rows of the result are made at a time, so that what was read is at hand until its neighbours have been. */
const strip = 16;

/** What lies side by side in `x` along `across` is put apart, and what lies apart along `inner` is put side by side. */
function turn(x: Data, y: Data, from: number, to: number, across: Way, inner: Way): void {
  const [{ size, step }, apart] = [inner, across.to];
  for (let top = 0; top < across.size; top += strip) {
    const bottom = Math.min(top + strip, across.size);
    for (let left = 0; left < size; left += strip) {
      const right = Math.min(left + strip, size);
      for (let i = top; i < bottom; i++) {
        const end = to + i * apart + right;
        for (let at = to + i * apart + left, p = from + i + left * step; at < end; at++, p += step) y[at] = x[p];
      }
    }
  }
}

/** `x` repeated along new leading dimensions and dimensions of size one, to `shape`. */
export function expand(x: NDArray, shape: Shape): NDArray {
  const offset = shape.length - x.shape.length;
  if (x.data.length === alikeAtTheEnd(x.shape, shape)) return repeatWhole(x, shape);
  const own = strides(x.shape);
  const steps = shape.map((_, d) => (d < offset || x.shape[d - offset] === 1 ? 0 : own[d - offset]));
  return gatherStrided(x, shape, steps);
}

/** The number of elements in the last dimensions that two shapes have in common. */
function alikeAtTheEnd(a: Shape, b: Shape): number {
  let size = 1;
  for (let d = 1; d <= a.length && a[a.length - d] === b[b.length - d]; d++) size *= a[a.length - d];
  return size;
}

/** All of `x` again and again: each copy twice as long as the one before. */
function repeatWhole(x: NDArray, shape: Shape): NDArray {
  const y = empty(x.dtype, shape);
  if (y.data.length === 0) return y;
  y.data.set(x.data);
  for (let done = x.data.length; done < y.data.length; done *= 2) y.data.copyWithin(done, 0, done);
  return y;
}

/** Dimension `d` of the result is dimension `dims[d]` of `x`. */
export function permute(x: NDArray, dims: readonly number[]): NDArray {
  const own = strides(x.shape);
  return gatherStrided(
    x,
    dims.map((d) => x.shape[d]),
    dims.map((d) => own[d]),
  );
}

/** `count` steps along `dim`, from `start`, `step` apart. */
export function slice(x: NDArray, dim: number, start: number, step: number, count: number): NDArray {
  const own = strides(x.shape);
  return gatherStrided(
    x,
    x.shape.map((size, d) => (d === dim ? count : size)),
    own.map((stride, d) => (d === dim ? stride * step : stride)),
    start * own[dim],
  );
}

/** The reverse of {@link slice}: `g` put back into zeros of `length` along `dim`. */
export function unslice(g: NDArray, dim: number, start: number, step: number, length: number): NDArray {
  const [outer, count, inner] = around(g.shape, dim, dim + 1);
  const y = zeros(g.dtype, [...g.shape.slice(0, dim), length, ...g.shape.slice(dim + 1)]);
  for (let o = 0, at = 0; o < outer; o++) {
    for (let l = 0; l < count; l++, at += inner)
      copyRow(g.data, at, y.data, (o * length + start + l * step) * inner, inner);
  }
  return y;
}

/** Copies so many neighbours. */
function copyRow(x: Data, from: number, y: Data, to: number, size: number): void {
  if (size < narrow) for (let i = 0; i < size; i++) y[to + i] = x[from + i];
  else y.set(x.subarray(from, from + size), to);
}

/** Arrays one after the other along `dim`. */
export function cat(arrays: readonly NDArray[], dim: number): NDArray {
  const first = arrays[0];
  const total = arrays.reduce((size, x) => size + x.shape[dim], 0);
  const y = empty(first.dtype, [...first.shape.slice(0, dim), total, ...first.shape.slice(dim + 1)]);
  const outer = sizeOf(first.shape.slice(0, dim));
  for (let o = 0, at = 0; o < outer; o++) {
    for (const x of arrays) {
      const block = x.data.length / outer;
      copyRow(x.data, o * block, y.data, at, block);
      at += block;
    }
  }
  return y;
}

/** `x` backwards along `dim`. */
export function flip(x: NDArray, dim: number): NDArray {
  const own = strides(x.shape);
  return gatherStrided(
    x,
    x.shape,
    own.map((stride, d) => (d === dim ? -stride : stride)),
    (x.shape[dim] - 1) * own[dim],
  );
}

/** The upper (`column − row ≥ diagonal`) or lower (`≤`) triangle of the last two dimensions, zero elsewhere. */
export function triangle(x: NDArray, diagonal: number, upper: boolean): NDArray {
  const [rows, columns] = x.shape.slice(-2);
  const y = zeros(x.dtype, x.shape);
  for (let at = 0; at < y.data.length; at++) {
    const offset = (at % columns) - (Math.floor(at / columns) % rows);
    if (upper ? offset >= diagonal : offset <= diagonal) y.data[at] = x.data[at];
  }
  return y;
}

/** The diagonal of a matrix, `offset` columns to the right of the main one. */
export function diagonal(x: NDArray, offset: number): NDArray {
  const [rows, columns] = x.shape;
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
  const count = Math.max(0, Math.min(rows - row, columns - column));
  const y = zeros(x.dtype, [count]);
  for (let i = 0; i < count; i++) y.data[i] = x.data[(row + i) * columns + column + i];
  return y;
}

/** A matrix of zeros with `x` on its diagonal, `offset` columns to the right of the main one. */
export function undiagonal(x: NDArray, offset: number, rows: number, columns: number): NDArray {
  const y = zeros(x.dtype, [rows, columns]);
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
  for (let i = 0; i < x.data.length; i++) y.data[(row + i) * columns + column + i] = x.data[i];
  return y;
}
