import { isFloat } from "../../../base/dtype.ts";
import { around, empty, emptyLike, type NDArray, without } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import * as reference from "../../reference/index.ts";
import type { Machine } from "../machine.ts";

type SoftmaxKernels = Pick<Kernels, "softmax" | "logSoftmax" | "logsumexp">;

/** The most bytes that are done at a time, unless the lines of one block have more. */
const most = 2 ** 24;

/** The softmax family of float32 and float64, without the engine's own `exp` and `log`. */
export function softmaxOn(machine: Machine): SoftmaxKernels {
  const softmax = machine.twin("softmax");

  /** `y`, by `keep`: 0 the softmax, 1 its logarithm, 2 the logarithm of the sum. */
  const along = (x: NDArray, y: NDArray, start: number, end: number, keep: 0 | 1 | 2): NDArray => {
    const kernel = softmax(x.dtype);
    const [outer, length, inner] = around(x.shape, start, end);
    const [sizeX, sizeY] = [x.data.length / outer, y.data.length / outer];
    const atOnce = Math.max(1, Math.floor((most * outer) / x.data.byteLength));
    for (let o = 0; o < outer; o += atOnce) {
      const count = Math.min(atOnce, outer - o);
      const part = count === outer ? y.data : y.data.subarray(o * sizeY, (o + count) * sizeY);
      machine.beginRepeatable();
      const from = machine.put(count === outer ? x.data : x.data.subarray(o * sizeX, (o + count) * sizeX));
      const to = keep === 2 ? machine.room(part.byteLength) : from;
      kernel(from, to, count * inner, length, inner, keep, machine.room(64));
      machine.get(to, part);
    }
    return y;
  };

  return {
    softmax: (x, dim) => (isFloat(x.dtype) ? along(x, emptyLike(x), dim, dim + 1, 0) : reference.softmax(x, dim)),

    logSoftmax: (x, dim) => (isFloat(x.dtype) ? along(x, emptyLike(x), dim, dim + 1, 1) : reference.logSoftmax(x, dim)),

    logsumexp: (x, start, end) =>
      isFloat(x.dtype)
        ? along(x, empty(x.dtype, without(x.shape, start, end)), start, end, 2)
        : reference.logsumexp(x, start, end),
  };
}
