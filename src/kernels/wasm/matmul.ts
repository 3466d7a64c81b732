import { empty, type NDArray } from "../array.ts";
import type { Kernels } from "../index.ts";
import * as reference from "../reference/index.ts";
import { productSizes } from "../reference/matmul.ts";
import { type Machine, mostBytes } from "./machine.ts";

/** Below so many multiplications a product is done before its operands are copied into WebAssembly's memory. */
const fewProducts = 512;

/** Products of float32 and float64; small ones, and those of whole numbers, are the reference's. */
export function matmulOn(machine: Machine): Kernels["matmul"] {
  const { matmulF32, matmulF64, matmulScratchF32, matmulScratchF64 } = machine.run;

  return (a, b, transposeA, transposeB) => {
    const { batch, m, k, n, shape } = productSizes(a, b, transposeA, transposeB);
    const isSingle = a.dtype === "float32";
    const size = isSingle ? 4 : 8;
    const isSmall = m * n * k < fewProducts || (m * k + k * n + m * n) * size > mostBytes;
    if (isSmall || !(isSingle || a.dtype === "float64")) return reference.matmul(a, b, transposeA, transposeB);
    const run = isSingle ? matmulF32 : matmulF64;
    const scratchFor = isSingle ? matmulScratchF32 : matmulScratchF64;
    const y = empty(a.dtype, shape);
    for (let z = 0; z < batch; z++) {
      machine.begin();
      const left = machine.put(part(a, z, batch));
      const right = machine.put(part(b, z, batch));
      const to = machine.room(m * n * size);
      const scratch = machine.room(scratchFor(n, k));
      run(left, right, to, scratch, 0, m, m, n, k, Number(transposeA), Number(transposeB));
      machine.get(to, part(y, z, batch));
    }
    return y;
  };
}

/** The elements of matrix `z` among `batch`. */
function part({ data }: NDArray, z: number, batch: number): NDArray["data"] {
  const size = data.length / batch;
  return batch === 1 ? data : data.subarray(z * size, (z + 1) * size);
}
