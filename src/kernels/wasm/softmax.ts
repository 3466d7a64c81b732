import { around, empty, emptyLike, isFloat, type NDArray, without } from "../array.ts";
import type { Kernels } from "../index.ts";
import * as reference from "../reference/index.ts";
import { type Machine, mostBytes } from "./machine.ts";

type SoftmaxKernels = Pick<Kernels, "softmax" | "logSoftmax" | "logsumexp">;

/** The softmax family of float32 and float64, without the engine's own `exp` and `log`. */
export function softmaxOn(machine: Machine): SoftmaxKernels {
  const { softmaxF32, softmaxF64, logsumexpF32, logsumexpF64 } = machine.run;

  const along = (x: NDArray, dim: number, isLog: 0 | 1): NDArray => {
    const kernel = x.dtype === "float32" ? softmaxF32 : softmaxF64;
    const y = emptyLike(x);
    const [outer, length, inner] = around(x.shape, dim, dim + 1);
    machine.begin();
    const from = machine.put(x.data);
    kernel(from, outer * inner, length, inner, isLog, machine.room(64));
    machine.get(from, y.data);
    return y;
  };
  const isFit = ({ data, dtype }: NDArray) => isFloat(dtype) && 2 * data.byteLength < mostBytes;

  return {
    softmax: (x, dim) => (isFit(x) ? along(x, dim, 0) : reference.softmax(x, dim)),

    logSoftmax: (x, dim) => (isFit(x) ? along(x, dim, 1) : reference.logSoftmax(x, dim)),

    logsumexp(x, start, end) {
      if (!isFit(x)) return reference.logsumexp(x, start, end);
      const kernel = x.dtype === "float32" ? logsumexpF32 : logsumexpF64;
      const y = empty(x.dtype, without(x.shape, start, end));
      const [outer, length, inner] = around(x.shape, start, end);
      machine.begin();
      const from = machine.put(x.data);
      const to = machine.room(y.data.byteLength);
      kernel(from, to, outer * inner, length, inner, machine.room(64));
      machine.get(to, y.data);
      return y;
    },
  };
}
