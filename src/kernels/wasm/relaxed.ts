import type { Kernels } from "../kernels.ts";
import { matmulOn } from "./calls/matmul.ts";
import { binary } from "./relaxed.generated.ts";
import { startKernels } from "./start.ts";

/** The kernels that gain by fused multiply-adds, or null where they cannot run. */
export function relaxedKernels(): Partial<Kernels> | null {
  return startKernels(binary, (machine) => ({ matmul: matmulOn(machine) }));
}
