import type { Kernels } from "../kernels.ts";
import { batchNormOn } from "./calls/batchNorm.ts";
import { batchNormPlacesOn } from "./calls/batchNormPlaces.ts";
import { besideOn } from "./calls/beside.ts";
import { binaryOn } from "./calls/binary.ts";
import { crossEntropyOn } from "./calls/crossEntropy.ts";
import { matmulOn } from "./calls/matmul.ts";
import { optimizerOn } from "./calls/optimizer.ts";
import { randomOn } from "./calls/random.ts";
import { reduceOn } from "./calls/reduce.ts";
import { rowsOn } from "./calls/rows.ts";
import { scalarOpsOn } from "./calls/scalarOps.ts";
import { selectOn } from "./calls/select.ts";
import { softmaxOn } from "./calls/softmax.ts";
import { unaryOn } from "./calls/unary.ts";
import type { Machine } from "./machine.ts";
import { binary } from "./module.generated.ts";
import { startKernels } from "./start.ts";

/** The kernels worth writing in SIMD, or null where they cannot run. */
export function wasmKernels(): Partial<Kernels> | null {
  return startKernels(binary, kernelsOn);
}

function kernelsOn(machine: Machine): Partial<Kernels> {
  const batchNorm = batchNormOn(machine);
  const arithmetic = { ...binaryOn(machine), ...unaryOn(machine) };
  return {
    matmul: matmulOn(machine),
    ...batchNorm,
    ...batchNormPlacesOn(machine, batchNorm),
    ...besideOn(machine),
    ...crossEntropyOn(machine),
    ...optimizerOn(machine),
    ...randomOn(machine),
    ...reduceOn(machine),
    ...rowsOn(machine),
    ...softmaxOn(machine),
    ...arithmetic,
    ...scalarOpsOn(machine, arithmetic),
    ...selectOn(machine),
  };
}
