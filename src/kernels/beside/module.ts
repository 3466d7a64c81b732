import { binary } from "../wasm/beside.generated.ts";
import type { Exports, Machine } from "../wasm/machine.ts";
import { compile } from "../wasm/start.ts";

/** The SIMD kernels that no set has, on the memory of a machine. */
export function moduleOn(machine: Machine): Exports {
  return machine.load(binary, compile);
}
