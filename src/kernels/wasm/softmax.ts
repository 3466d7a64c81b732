import { around, empty, emptyLike, isFloat, type NDArray, without } from "../array.ts";
import type { Kernels } from "../index.ts";
import * as reference from "../reference/index.ts";
import { type Machine, mostBytes } from "./machine.ts";

type SoftmaxKernels = Pick<Kernels, "softmax" | "logSoftmax" | "logsumexp">;

/** The softmax family of float32 and float64, without the engine's own `exp` and `log`. */
export function softmaxOn(machine: Machine): SoftmaxKernels {
  const { softmaxF32, softmaxF64 } = machine.run;
  const isFit = ({ data, dtype }: NDArray) => isFloat(dtype) && 3 * data.byteLength < mostBytes;

  /** `y`, by `keep`: 0 the softmax, 1 its logarithm, 2 the logarithm of the sum. */
  const along = (x: NDArray, y: NDArray, start: number, end: number, keep: 0 | 1 | 2): NDArray => {
    const kernel = x.dtype === "float32" ? softmaxF32 : softmaxF64;
    const [outer, length, inner] = around(x.shape, start, end);
    machine.begin();
    const from = machine.put(x.data);
    const to = keep === 2 ? machine.room(y.data.byteLength) : from;
    kernel(from, to, outer * inner, length, inner, keep, machine.room(64));
    machine.get(to, y.data);
    return y;
  };

  return {
    softmax: (x, dim) => (isFit(x) ? along(x, emptyLike(x), dim, dim + 1, 0) : reference.softmax(x, dim)),

    logSoftmax: (x, dim) => (isFit(x) ? along(x, emptyLike(x), dim, dim + 1, 1) : reference.logSoftmax(x, dim)),

    logsumexp: (x, start, end) =>
      isFit(x)
        ? along(x, empty(x.dtype, without(x.shape, start, end)), start, end, 2)
        : reference.logsumexp(x, start, end),
  };
}
