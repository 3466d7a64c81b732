import type { Kernels } from "../index.ts";
import { batchNormOn } from "./batchNorm.ts";
import { binaryOn } from "./binary.ts";
import { crossEntropyOn } from "./crossEntropy.ts";
import type { Machine } from "./machine.ts";
import { matmulOn } from "./matmul.ts";
import { binary } from "./module.generated.ts";
import { optimizerOn } from "./optimizer.ts";
import { randomOn } from "./random.ts";
import { reduceOn } from "./reduce.ts";
import { scalarOpsOn } from "./scalarOps.ts";
import { selectOn } from "./select.ts";
import { softmaxOn } from "./softmax.ts";
import { startKernels } from "./start.ts";
import { unaryOn } from "./unary.ts";

/** The kernels worth writing in SIMD, or null where they cannot run. */
export function wasmKernels(): Partial<Kernels> | null {
  return startKernels(binary, kernelsOn);
}

function kernelsOn(machine: Machine): Partial<Kernels> {
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
