import { binary } from "../wasm/layers.generated.ts";
import type { Exports, Machine } from "../wasm/machine.ts";
import { compile } from "../wasm/start.ts";

/** The kernels of layers in SIMD, on the memory that a machine has. */
export function layersOn(machine: Machine): Exports {
  return machine.load(binary, compile);
}
