import type { Shape } from "../../base/dtype.ts";
import type { NDArray } from "../array.ts";

// How to walk through an array in an order of one's own, dimension by dimension.

/** Row-major strides: how far apart in memory neighbours along each dimension are. */
export function strides(shape: Shape): number[] {
  const steps = new Array<number>(shape.length);
  for (let d = shape.length - 1, step = 1; d >= 0; d--) {
    steps[d] = step;
    step *= shape[d];
  }
  return steps;
}

/** A dimension of a result: how many, how far apart in what is read, and in the result. */
export interface Way {
  readonly size: number;
  readonly step: number;
  readonly to: number;
}

/** The dimensions of a result of which each is read in steps of its own, without those that go on where the next ends. */
export function waysOf(shape: Shape, steps: readonly number[]): Way[] {
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
export const alone: Way = { size: 1, step: 1, to: 1 };

/** Calls `fn` with each place of what is read, and with that of the result. */
export function forPlaces(ways: readonly Way[], first: number, fn: (from: number, to: number) => void): void {
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

/** Where the elements of an index array along `dim` stand in a larger array of `shape`. */
export function placesAlong(index: NDArray, shape: Shape, dim: number): Int32Array {
  const [named, places] = [index.data, new Int32Array(index.data.length)];
  if (places.length === 0) return places;
  const own = strides(shape);
  const apart = own[dim];
  own[dim] = 0;
  const ways = waysOf(index.shape, own);
  const { size, step } = ways.pop() ?? alone;
  forPlaces(ways, 0, (from, to) => {
    for (let i = 0; i < size; i++) places[to + i] = from + i * step + apart * named[to + i];
  });
  return places;
}
