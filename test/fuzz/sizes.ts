import { readFileSync } from "node:fs";
import { mostInputs } from "../../src/base/shapes.ts";
import { few as columns } from "../../src/kernels/beside/columns.ts";
import { smallestOfSystem, smallestUnwritten } from "../../src/kernels/memory/fresh.ts";
import { smallest, smallestInArena } from "../../src/kernels/memory/pool.ts";
import { atOnce } from "../../src/kernels/numbers/order.ts";
import { narrow } from "../../src/kernels/reference/walk.ts";
import { few as places } from "../../src/kernels/wasm/calls/batchNormPlaces.ts";
import { few as binary } from "../../src/kernels/wasm/calls/binary.ts";
import { fewProducts, manyProducts } from "../../src/kernels/wasm/calls/matmul.ts";
import { few as optimizer } from "../../src/kernels/wasm/calls/optimizer.ts";
import { few as random } from "../../src/kernels/wasm/calls/random.ts";
import { few as reduce } from "../../src/kernels/wasm/calls/reduce.ts";
import { few as rows } from "../../src/kernels/wasm/calls/rows.ts";
import { few as select } from "../../src/kernels/wasm/calls/select.ts";
import { few as unary } from "../../src/kernels/wasm/calls/unary.ts";
import { chunk } from "../../src/kernels/wasm/machine.ts";
import { block as bernoulli } from "../../src/random/bernoulli.ts";
import { block as exponential } from "../../src/random/exponential.ts";

// The sizes from which the code goes another way, as the code has them: random tests draw those around each.

/** The terms from which products are packed before they are added up, as the SIMD kernels' source has it. */
const packed = [32, 64].map((bits) => {
  const source = readFileSync(new URL(`../../src/kernels/assembly/matmul/matmul${bits}.ts`, import.meta.url), "utf8");
  return Number(/const FEW: i32 = (\d+);/.exec(source)?.[1]);
});

/** Elements of one array from which something else is done with it, by the constant and its file. */
export const thresholds = {
  "kernels/memory/fresh.ts smallestUnwritten": smallestUnwritten,
  "kernels/memory/pool.ts smallest": smallest,
  "kernels/memory/pool.ts smallestInArena": smallestInArena,
  "kernels/reference/walk.ts narrow": narrow,
  "kernels/wasm/calls/optimizer.ts few": optimizer,
  "kernels/wasm/calls/binary.ts few": binary,
  "kernels/wasm/calls/unary.ts few": unary,
  "kernels/wasm/calls/rows.ts few": rows,
  "kernels/wasm/calls/select.ts few": select,
  "kernels/wasm/calls/random.ts few.normal": random.normal,
  "kernels/wasm/calls/random.ts few.uniform": random.uniform,
  "kernels/wasm/calls/reduce.ts few": reduce,
  "kernels/beside/columns.ts few": columns,
  "kernels/wasm/calls/batchNormPlaces.ts few": places,
} as const;

/** The same of large arrays, of which few are drawn, so that no test takes long. */
export const largeThresholds = {
  "base/shapes.ts mostInputs": mostInputs,
  "kernels/memory/fresh.ts smallestOfSystem": smallestOfSystem,
  "random/bernoulli.ts block": bernoulli,
  "random/exponential.ts block": exponential,
  "kernels/wasm/machine.ts chunk": chunk,
  "kernels/numbers/order.ts atOnce": atOnce,
} as const;

/** Multiplications of one matrix product from which it is done elsewhere, or otherwise. */
export const productThresholds = {
  "kernels/wasm/calls/matmul.ts fewProducts": fewProducts,
  "kernels/assembly/matmul64.ts FEW": Math.min(...packed),
  "kernels/assembly/matmul32.ts FEW": Math.max(...packed),
} as const;

/** Multiplications from which threads share a product. */
export const threadedProduct = { "kernels/wasm/calls/matmul.ts manyProducts": manyProducts } as const;

/** One less than each, each, and one more. */
const around = (table: Readonly<Record<string, number>>) =>
  [...new Set(Object.values(table).flatMap((size) => [size - 1, size, size + 1]))].sort((a, b) => a - b);

/** Numbers of elements around every threshold. */
export const sizes = around(thresholds);
export const largeSizes = around(largeThresholds);
export const productSizes = around(productThresholds);
export const threadedSizes = around(threadedProduct);

/** A matrix of so many elements, as square as it can be, with at least two rows. */
export function matrixOf(size: number): readonly [rows: number, columns: number] {
  let columns = Math.floor(Math.sqrt(size));
  while (size % columns !== 0) columns--;
  return [size / columns, columns];
}

/** The sides of a product of matrices that takes so many multiplications, as equal as they can be. */
export function cubeOf(size: number): readonly [m: number, k: number, n: number] {
  let n = Math.floor(Math.cbrt(size));
  while (size % n !== 0) n--;
  return [...matrixOf(size / n), n];
}
