import { empty, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import * as reference from "../../reference/index.ts";
import { productSizes } from "../../reference/matmul.ts";
import { type Machine, mostBytes } from "../machine.ts";
import type { Crew } from "../threads/crew.ts";
import { crewFor, giveUp } from "../threads/sharing.ts";

/** Below so many multiplications a product is done before its operands are copied into WebAssembly's memory. */
export const fewProducts = 512;

/** From so many multiplications on it is worth waking other threads, which takes some hundredths of a millisecond. */
export const manyProducts = 4e6;

/** Products of float32 and float64; small ones, and those of whole numbers, are the reference's. */
export function matmulOn(machine: Machine): Kernels["matmul"] {
  const [kernel, scratchFor] = [machine.twin("matmul"), machine.twin("matmulScratch")];

  return (a, b, transposeA, transposeB) => {
    const { batch, m, k, n, shape } = productSizes(a, b, transposeA, transposeB);
    const isSingle = a.dtype === "float32";
    const size = isSingle ? 4 : 8;
    const bytes = (m * k + k * n + m * n) * size;
    const isSmall = m * n * k < fewProducts || bytes > mostBytes;
    if (isSmall || !(isSingle || a.dtype === "float64")) return reference.matmul(a, b, transposeA, transposeB);
    const run = kernel(a.dtype);
    const scratchBytes = (scratchFor(a.dtype)(n, k) + 63) & ~63;
    let crew = m * n * k < manyProducts ? null : crewFor(machine.binary);
    if (crew !== null && bytes + crew.areas * scratchBytes > mostBytes) crew = null;
    const y = empty(a.dtype, shape);
    for (let z = 0; z < batch; z++) {
      const on = crew === null ? machine : crew.machine;
      if (m * n * k < manyProducts) on.beginRepeatable();
      else on.begin(); // who shares it may change
      const left = on.at(part(a, z, batch));
      const right = on.at(part(b, z, batch));
      const result = part(y, z, batch);
      const to = on.roomFor(result);
      if (crew === null) {
        run(left, right, to, on.room(scratchBytes), 0, 1, m, n, k, Number(transposeA), Number(transposeB));
      } else {
        const tasks = tasksFor(crew, m, n);
        const scratch = on.room(crew.areas * scratchBytes);
        const job = [left, right, to, scratch, 0, tasks, m, n, k, Number(transposeA), Number(transposeB)];
        if (!crew.run(isSingle ? "matmulF32" : "matmulF64", scratchBytes, job, tasks)) {
          giveUp();
          crew = null;
          z--;
          continue;
        }
      }
      on.get(to, result);
    }
    return y;
  };
}

/** Some tasks for each thread, so that one that is held up does fewer, but none so small that packing outweighs it. */
function tasksFor(crew: Crew, m: number, n: number): number {
  const most = 4 * crew.areas;
  const strips = Math.ceil(n / 64);
  return strips >= crew.areas ? Math.min(most, strips) : Math.max(strips, Math.min(most, Math.ceil(m / 64)));
}

/** The elements of matrix `z` among `batch`. */
function part({ data }: NDArray, z: number, batch: number): NDArray["data"] {
  const size = data.length / batch;
  return batch === 1 ? data : data.subarray(z * size, (z + 1) * size);
}
