import type { Shape } from "./dtype.ts";
import { describe, show, TensorError } from "./errors.ts";

/** So many inputs an operation has at most: they are its arguments, of which a stack holds some ten thousands. */
export const mostInputs = 1024;

/** A tensor has at most so many elements: as many as int32 can count. */
export const mostElements = 2 ** 31 - 1;

/** Refuses what would have more elements. */
export function refuseSize(where: string, got: string): never {
  throw new TensorError(where, { expected: `at most ${mostElements} elements, as many as int32 can count`, got });
}

/** A shape given as one array or as the numbers themselves, checked. */
export function shapeOf(where: string, sizes: readonly unknown[]): number[] {
  const list = sizes.length === 1 && Array.isArray(sizes[0]) ? (sizes[0] as readonly unknown[]) : sizes;
  for (const size of list) {
    if (Number.isInteger(size) && (size as number) >= -1) continue;
    throw new TensorError(where, {
      expected: "a shape of whole numbers",
      got: describe(list),
      hint: typeof size === "object" ? "Give one array, or the numbers themselves." : "",
    });
  }
  return list.map(Number);
}

/** A shape for something new: no size may be left open with −1. */
export function newShape(where: string, shape: unknown): number[] {
  if (!Array.isArray(shape)) {
    throw new TensorError(where, {
      expected: "a shape, such as [2, 3]",
      got: describe(shape),
      hint: typeof shape === "number" ? `A shape is an array: write [${shape}].` : "",
    });
  }
  const sizes = shapeOf(where, [shape]);
  if (sizes.includes(-1)) throw new TensorError(where, { expected: "sizes of 0 or more", got: show(sizes) });
  checkRoom(where, sizes);
  return sizes;
}

/** Refuses a shape of more elements than a tensor can have. */
export function checkRoom(where: string, shape: Shape): void {
  if (shape.reduce((size, length) => size * length, 1) > mostElements) refuseSize(where, show(shape));
}

/** A number of elements for something new. */
export function newSize(where: string, size: unknown): number {
  if (typeof size === "number" && size > mostElements) refuseSize(where, describe(size));
  if (Number.isInteger(size) && (size as number) >= 0) return size as number;
  throw new TensorError(where, { expected: "a whole number of 0 or more", got: describe(size) });
}

/** A dimension counted from the front; negative ones count from the end. */
export function dimOf(where: string, dim: unknown, ndim: number): number {
  const span = Math.max(ndim, 1); // a single number passes for a list of one
  if (Number.isInteger(dim) && (dim as number) >= -span && (dim as number) < span) {
    return (dim as number) < 0 ? (dim as number) + span : (dim as number);
  }
  throw new TensorError(where, {
    expected: `a dimension from ${-span} to ${span - 1}`,
    got: describe(dim),
    hint: typeof dim === "object" && dim !== null ? "Options come after the dimension." : "",
  });
}

/** Several dimensions, each once, in ascending order; all of them where none is given. */
export function dimsOf(where: string, dims: number | readonly number[] | undefined, ndim: number): number[] {
  if (dims === undefined) return Array.from({ length: ndim }, (_, d) => d);
  const list = (Array.isArray(dims) ? dims : [dims]).map((dim) => dimOf(where, dim, ndim));
  if (new Set(list).size < list.length) {
    throw new TensorError(where, { expected: "each dimension once", got: describe(dims) });
  }
  return ndim === 0 ? [] : list.sort((a, b) => a - b);
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let d = 0; d < a.length; d++) if (a[d] !== b[d]) return false;
  return true;
}

/** The shape that two shapes broadcast to: aligned at the last dimension, a size of one stretches. */
export function broadcast(where: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const ndim = Math.max(a.length, b.length);
  const shape = new Array<number>(ndim);
  for (let d = 1; d <= ndim; d++) {
    const [p, q] = [a[a.length - d] ?? 1, b[b.length - d] ?? 1];
    if (p !== q && p !== 1 && q !== 1) {
      throw new TensorError(where, {
        expected: "shapes that broadcast (equal or 1 in each dimension, counted from the last)",
        got: `${show(a)} and ${show(b)}`,
      });
    }
    shape[ndim - d] = p === 1 ? q : p;
  }
  checkRoom(where, shape);
  return shape;
}

/**
 * Whether two shapes are equal, or the sizes of one, without its leading ones, are the last of the other's, which is then
 * what they broadcast to. Kernels of two arrays repeat the shorter.
 */
export function oneRepeats(a: Shape, b: Shape): boolean {
  if (sameShape(a, b)) return true;
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const [first, second] = [long, short].map((shape) => shape.reduce((size, length) => size * length, 1));
  // Of as many elements, or none, neither is the shorter.
  if (first === second || first * second === 0) return false;
  return first > second ? isEnd(short, long) : a.length === b.length && isEnd(long, short);
}

/**
 * How many elements of `other` each of a column meets, a shape whose last sizes are 1: those of its row, where the sizes before are
 * the same, or all of them, where they are 1. 0 of what is no column, or meets one.
 */
export function columnOf(column: Shape, other: Shape): number {
  let at = column.length;
  while (column[at - 1] === 1) at--;
  if (at === 0 || at === column.length) return 0;
  const start = Math.max(other.length - column.length + at, 0);
  const before = other.slice(0, start);
  const meets = sameShape(before, column.slice(0, at)) || before.every((size) => size === 1);
  const met = other.slice(start).reduce((size, length) => size * length, 1);
  return meets && met > 1 ? met : 0;
}

function isEnd(short: Shape, long: Shape): boolean {
  let start = 0;
  while (short[start] === 1) start++;
  const skipped = long.length - short.length;
  for (let d = start; d < short.length; d++) if (short[d] !== long[d + skipped]) return false;
  return true;
}
