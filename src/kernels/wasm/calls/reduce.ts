import { isFloat } from "../../../base/dtype.ts";
import { around, empty, emptyLike, give, type NDArray, without } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import * as reference from "../../reference/index.ts";
import { type Machine, mostBytes } from "../machine.ts";

type Sums = "sum" | "mean" | "variance" | "varianceBackward" | "std" | "stdBackward" | "norm2";
type Names = Sums | "prod" | "amax" | "amin" | "argBest";
type ReduceKernels = Pick<Kernels, Names>;

/** Below so many elements a reduction is done before they are copied into WebAssembly's memory. */
export const few = 256;

/** Reductions of float32 and float64; of few elements, and of other dtypes, they are the reference's. */
export function reduceOn(machine: Machine): ReduceKernels {
  const { reduceScratch } = machine.run;
  const [extreme, prod, sum, mean, variance, varianceBackward, stdBackward] = [
    "extreme",
    "prod",
    "sum",
    "mean",
    "variance",
    "varianceBackward",
    "stdBackward",
  ].map((name) => machine.twin(name));
  const isFit = ({ data, dtype }: NDArray) => data.length >= few && isFloat(dtype) && 16 * data.byteLength < mostBytes;

  /** The variance of as many as are fit, or its root, or that about 0. */
  const spread = (x: NDArray, start: number, end: number, divisor: number, isCentred: boolean, isRoot: boolean) => {
    const y = empty(x.dtype, without(x.shape, start, end));
    const [outer, length] = [sizeBetween(x, 0, start), sizeBetween(x, start, end)];
    const inner = y.data.length / outer;
    if (isRoot && x.dtype === "float64")
      machine.begin(); // its numbers are looked at
    else machine.beginRepeatable();
    const from = machine.at(x.data);
    const to = machine.roomFor(y.data);
    const scratch = machine.room(reduceScratch(inner));
    variance(x.dtype)(from, to, outer, length, inner, divisor, Number(isCentred), Number(isRoot), scratch);
    machine.get(to, y.data);
    return y;
  };

  /** A root of squares, by the plain loop where squares of float64 may have left its range. */
  const root = (y: NDArray, plain: () => NDArray): NDArray =>
    y.dtype === "float64" && y.data.some((value: number) => value < 1e-140 || value === Number.POSITIVE_INFINITY)
      ? plain()
      : y;

  /** The sum, what is made of it, or what is found in the same way; told whether the least is looked for, or given scratch memory. */
  const summed = (kernel: typeof sum, plain: ReduceKernels["sum"], isLeast?: 0 | 1): ReduceKernels["sum"] => {
    return (x, start, end) => {
      if (!isFit(x)) return plain(x, start, end);
      const y = empty(x.dtype, without(x.shape, start, end));
      const outer = sizeBetween(x, 0, start);
      const inner = y.data.length / outer;
      machine.beginRepeatable();
      const from = machine.at(x.data);
      const to = machine.roomFor(y.data);
      const last = isLeast ?? machine.room(reduceScratch(inner));
      kernel(x.dtype)(from, to, outer, sizeBetween(x, start, end), inner, last);
      machine.get(to, y.data);
      return y;
    };
  };

  const extremes = { amax: summed(extreme, reference.amax, 0), amin: summed(extreme, reference.amin, 1) };
  const products = summed(prod, reference.prod);

  return {
    sum: summed(sum, reference.sum),
    mean: summed(mean, reference.mean),
    prod: (x, start, end) => (sizeBetween(x, end, x.shape.length) > 1 ? reference.prod : products)(x, start, end),
    ...extremes,

    argBest(x, start, end, sign) {
      const [outer, length, inner] = around(x.shape, start, end);
      if (!isFit(x) || inner > 1) return reference.argBest(x, start, end, sign);
      const best = extremes[sign > 0 ? "amax" : "amin"](x, start, end);
      machine.begin(); // the numbers are looked at
      const y = empty("int32", best.shape);
      for (let o = 0; o < outer; o++) {
        const from = o * length;
        let at = x.data.indexOf(best.data[o], from);
        if (at < 0) for (at = from; !Number.isNaN(x.data[at]); ) at++;
        y.data[o] = at - from;
      }
      give(best);
      return y;
    },

    variance(x, start, end, correction) {
      if (!isFit(x)) return reference.variance(x, start, end, correction);
      return spread(x, start, end, Math.max(0, sizeBetween(x, start, end) - correction), true, false);
    },

    std(x, start, end, correction) {
      const plain = () => reference.std(x, start, end, correction);
      if (!isFit(x)) return plain();
      return root(spread(x, start, end, Math.max(0, sizeBetween(x, start, end) - correction), true, true), plain);
    },

    stdBackward(g, x, start, end, correction) {
      const plain = () => reference.stdBackward(g, x, start, end, correction);
      const [outer, length] = [sizeBetween(x, 0, start), sizeBetween(x, start, end)];
      if (!isFit(x) || length <= correction) return plain();
      const dx = emptyLike(x);
      const inner = g.data.length / outer;
      machine.beginRepeatable();
      const slopes = machine.at(g.data);
      const from = machine.at(x.data);
      const to = machine.roomFor(dx.data);
      const scratch = machine.room(reduceScratch(inner));
      const isBeyond = stdBackward(x.dtype)(slopes, from, to, outer, length, inner, length - correction, scratch);
      machine.repeatIf(0);
      if (isBeyond !== 0) {
        give(dx);
        return plain();
      }
      machine.get(to, dx.data);
      return dx;
    },

    norm2(x, start, end) {
      const plain = () => reference.norm2(x, start, end);
      return isFit(x) ? root(spread(x, start, end, 1, false, true), plain) : plain();
    },

    varianceBackward(g, x, start, end, correction) {
      const [outer, length] = [sizeBetween(x, 0, start), sizeBetween(x, start, end)];
      // A divisor of 0 makes the slope infinite, which may only meet the difference as a whole.
      if (!isFit(x) || length <= correction) return reference.varianceBackward(g, x, start, end, correction);
      const dx = emptyLike(x);
      const inner = g.data.length / outer;
      machine.beginRepeatable();
      const slopes = machine.at(g.data);
      const from = machine.at(x.data);
      const to = machine.roomFor(dx.data);
      varianceBackward(x.dtype)(
        slopes,
        from,
        to,
        outer,
        length,
        inner,
        length - correction,
        machine.room(reduceScratch(inner)),
      );
      machine.get(to, dx.data);
      return dx;
    },
  };
}

/** The number of elements of dimensions `[start, end)`. */
function sizeBetween({ shape }: NDArray, start: number, end: number): number {
  let size = 1;
  for (let d = start; d < end; d++) size *= shape[d];
  return size;
}
