import { NDArray } from "../array.ts";
import type { Kernels } from "../index.ts";
import * as reference from "../reference/index.ts";
import { productSizes } from "../reference/matmul.ts";
import { type Machine, mostBytes } from "./machine.ts";

/** Below so many multiplications a product is done before its operands are copied into WebAssembly's memory. */
const fewProducts = 512;

/** Products of float32 and float64; small ones, and those of whole numbers, are the reference's. */
export function matmulOn(machine: Machine): Kernels["matmul"] {
  return (a, b, transposeA, transposeB) => {
    const { batch, m, k, n, shape } = productSizes(a, b, transposeA, transposeB);
    const isSingle = a.data instanceof Float32Array;
    const size = isSingle ? 4 : 8;
    const panels = 128 + Math.min(k, 256) * (n + 8) * size;
    const isFloat = isSingle || a.data instanceof Float64Array;
    if (!isFloat || m * n * k < fewProducts || (m * k + k * n + m * n) * size + panels > mostBytes) {
      return reference.matmul(a, b, transposeA, transposeB);
    }
    const [left, right, to, scratch] = machine.reserve(m * k * size, k * n * size, m * n * size, panels);
    const heap = isSingle ? machine.floats() : machine.doubles();
    const run = isSingle ? machine.run.matmulF32 : machine.run.matmulF64;
    const y = isSingle ? new Float32Array(batch * m * n) : new Float64Array(batch * m * n);
    for (let z = 0; z < batch; z++) {
      heap.set(batch === 1 ? a.data : a.data.subarray(z * m * k, (z + 1) * m * k), left / size);
      heap.set(batch === 1 ? b.data : b.data.subarray(z * k * n, (z + 1) * k * n), right / size);
      run(left, right, to, scratch, m, n, k, Number(transposeA), Number(transposeB));
      y.set(heap.subarray(to / size, to / size + m * n), z * m * n);
    }
    return new NDArray(y, shape, a.dtype);
  };
}
