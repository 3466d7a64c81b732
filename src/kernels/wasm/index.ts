import type { Kernels } from "../index.ts";
import { batchNormOn } from "./batchNorm.ts";
import { binaryOn } from "./binary.ts";
import { crossEntropyOn } from "./crossEntropy.ts";
import { matmulOn } from "./matmul.ts";
import { binary } from "./module.generated.ts";
import { optimizerOn } from "./optimizer.ts";
import { randomOn } from "./random.ts";
import { reduceOn } from "./reduce.ts";
import { scalarOpsOn } from "./scalarOps.ts";
import { selectOn } from "./select.ts";
import { softmaxOn } from "./softmax.ts";
import { startMachine } from "./start.ts";
import { unaryOn } from "./unary.ts";

/** The kernels worth writing in SIMD, or null where they cannot run. */
export function wasmKernels(): Partial<Kernels> | null {
  const machine = startMachine(binary);
  if (machine === null) return null;
  const arithmetic = { ...binaryOn(machine), ...unaryOn(machine) };
  return {
    matmul: matmulOn(machine),
    ...batchNormOn(machine),
    ...crossEntropyOn(machine),
    ...optimizerOn(machine),
    ...randomOn(machine),
    ...reduceOn(machine),
    ...softmaxOn(machine),
    ...arithmetic,
    ...scalarOpsOn(arithmetic),
    ...selectOn(machine),
  };
}
