import type { Data, Shape } from "../../base/dtype.ts";
import { around, empty, type NDArray, zeros } from "../array.ts";
import { narrow } from "./walk.ts";
import { alone, forPlaces, strides, type Way, waysOf } from "./ways.ts";

/** Reads `x` in an order of its own: element `[i, j, …]` of the result lies at `first + i·steps[0] + j·steps[1] + …`. */
function gatherStrided(x: NDArray, shape: Shape, steps: readonly number[], first = 0): NDArray {
  const y = empty(x.dtype, shape);
  if (y.data.length === 0) return y;
  const ways = waysOf(shape, steps);
  const inner = ways.pop() ?? alone;
  const { size, step } = inner;
  const beside = step > 1 ? ways.findIndex(({ step }) => step === 1) : -1;
  if (beside < 0 && size >= narrow && Math.abs(step) <= 1) {
    const back = step < 0 ? size - 1 : 0;
    forPlaces(ways, first, (from, to) => {
      if (step === 0) y.data.fill(x.data[from], to, to + size);
      else y.data.set(x.data.subarray(from - back, from - back + size), to);
      if (back > 0) y.data.subarray(to, to + size).reverse();
    });
  } else {
    const [other = alone] = ways.splice(beside, 1);
    // What lies side by side in what is read is gone along, so that four neighbours are written at a time.
    const [lines, within] = beside < 0 ? [other, inner] : [inner, other];
    forPlaces(ways, first, (from, to) => lay(x.data, y.data, from, to, lines, within));
  }
  return y;
}

/** Lines of elements, four at a time. */
function lay(x: Data, y: Data, from: number, to: number, a: Way, b: Way): void {
  const [lines, { size, step, to: next }] = a.size < 4 ? [b, a] : [a, b];
  const [gap, wide] = [lines.step, lines.to];
  let l = 0;
  // The same twice: a loop that meets arrays of several kinds is some times as slow.
  if (x instanceof Float32Array && y instanceof Float32Array) {
    for (; l + 3 < lines.size; l += 4) {
      for (let i = 0, p = from + l * gap, q = to + l * wide; i < size; i++, p += step, q += next) {
        y[q] = x[p];
        y[q + wide] = x[p + gap];
        y[q + 2 * wide] = x[p + 2 * gap];
        y[q + 3 * wide] = x[p + 3 * gap];
      }
    }
    for (; l < lines.size; l++) {
      for (let i = 0, p = from + l * gap, q = to + l * wide; i < size; i++, p += step, q += next) y[q] = x[p];
    }
  } else {
    for (; l + 3 < lines.size; l += 4) {
      for (let i = 0, p = from + l * gap, q = to + l * wide; i < size; i++, p += step, q += next) {
        y[q] = x[p];
        y[q + wide] = x[p + gap];
        y[q + 2 * wide] = x[p + 2 * gap];
        y[q + 3 * wide] = x[p + 3 * gap];
      }
    }
    for (; l < lines.size; l++) {
      for (let i = 0, p = from + l * gap, q = to + l * wide; i < size; i++, p += step, q += next) y[q] = x[p];
    }
  }
}

/** Rows of `size` neighbours from `x`, where they follow each other from `from` on, to places `apart` in `y`. */
function putRows(x: Data, y: Data, from: number, to: number, rows: number, size: number, apart: number): void {
  if (size < narrow) lay(x, y, from, to, { size: rows, step: size, to: apart }, { size, step: 1, to: 1 });
  else for (let r = 0; r < rows; r++) y.set(x.subarray(from + r * size, from + (r + 1) * size), to + r * apart);
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
  const y = empty(g.dtype, [...g.shape.slice(0, dim), length, ...g.shape.slice(dim + 1)]);
  y.data.fill(0);
  const first = start * inner;
  if (step === 1 || count === 1) putRows(g.data, y.data, 0, first, outer, count * inner, length * inner);
  else if (inner === 1) {
    // A call for each block would take longer than what it copies.
    lay(g.data, y.data, 0, first, { size: outer, step: count, to: length }, { size: count, step: 1, to: step });
  } else {
    const block = count * inner;
    for (let o = 0; o < outer; o++)
      putRows(g.data, y.data, o * block, first + o * length * inner, count, inner, step * inner);
  }
  return y;
}

/** Adds `g` to the `y` that {@link slice} would take it from, in place. */
export function addPart(y: NDArray, g: NDArray, dim: number, start: number, step: number): void {
  const [outer, count, inner] = around(g.shape, dim, dim + 1);
  const [from, to] = [g.data, y.data];
  for (let o = 0, at = 0; o < outer; o++) {
    for (let l = 0; l < count; l++) {
      const first = (o * y.shape[dim] + start + l * step) * inner;
      for (let i = first; i < first + inner; i++) to[i] += from[at++];
    }
  }
}

/** Arrays one after the other along `dim`. */
export function cat(arrays: readonly NDArray[], dim: number): NDArray {
  const first = arrays[0];
  const total = arrays.reduce((size, x) => size + x.shape[dim], 0);
  const [outer, , inner] = around(first.shape, dim, dim + 1);
  const y = empty(first.dtype, [...first.shape.slice(0, dim), total, ...first.shape.slice(dim + 1)]);
  let at = 0;
  for (const { data, shape } of arrays) {
    putRows(data, y.data, 0, at, outer, shape[dim] * inner, total * inner);
    at += shape[dim] * inner;
  }
  return y;
}

/** `x` backwards along dimensions. */
export function flip(x: NDArray, dims: readonly number[]): NDArray {
  const own = strides(x.shape);
  const first = dims.reduce((at, d) => at + (x.shape[d] - 1) * own[d], 0);
  return gatherStrided(
    x,
    x.shape,
    own.map((stride, d) => (dims.includes(d) ? -stride : stride)),
    first,
  );
}

/** The upper (`column − row ≥ diagonal`) or lower (`≤`) triangle of the last two dimensions, zero elsewhere. */
export function triangle({ data, dtype, shape }: NDArray, diagonal: number, upper: boolean): NDArray {
  const [rows, columns] = shape.slice(-2);
  const y = zeros(dtype, shape);
  for (let start = 0, row = 0; start < data.length; start += columns, row = (row + 1) % rows) {
    const bound = start + Math.min(Math.max(0, row + diagonal + Number(!upper)), columns);
    const [from, to] = upper ? [bound, start + columns] : [start, bound];
    if (from < to) y.data.set(data.subarray(from, to), from);
  }
  return y;
}

/** The diagonal of a matrix, `offset` columns to the right of the main one. */
export function diagonal(x: NDArray, offset: number): NDArray {
  const [rows, columns] = x.shape;
  const [row, column] = [Math.max(0, -offset), Math.max(0, offset)];
  const count = Math.max(0, Math.min(rows - row, columns - column));
  return gatherStrided(x, [count], [columns + 1], row * columns + column);
}

/** A matrix of zeros with `x` on its diagonal, `offset` columns to the right of the main one. */
export function undiagonal({ data, dtype }: NDArray, offset: number, rows: number, columns: number): NDArray {
  const y = zeros(dtype, [rows, columns]);
  const first = Math.max(0, -offset) * columns + Math.max(0, offset);
  putRows(data, y.data, 0, first, data.length, 1, columns + 1);
  return y;
}
