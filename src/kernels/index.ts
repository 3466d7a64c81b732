import { changed, shared } from "../base/shared.ts";
import type { Kernels, KernelsName } from "./kernels.ts";
import * as reference from "./reference/index.ts";
import { wasmKernels } from "./wasm/index.ts";

/** The plain loops. */
export const loops: Kernels = reference;

interface Active {
  readonly name: KernelsName;
  readonly kernels: Kernels;
}

let active: Active | undefined;

/** The kernels in use. */
export function kernels(): Kernels {
  active ??= fastest();
  const { listener } = shared();
  return listener ? listener.kernels(active.kernels) : active.kernels;
}

/**
 * Which kernels are in use: those chosen, or `"wasm"` where WebAssembly with SIMD is to be had, else `"reference"`.
 *
 * @example
 * ```ts
 * import { kernelsName } from "evenkeel";
 *
 * console.log(kernelsName()); // => wasm
 * ```
 */
export function kernelsName(): KernelsName {
  active ??= fastest();
  return active.name;
}

/** Has other kernels be in use. */
export function activate(name: KernelsName, kernels: Kernels): void {
  changed();
  active = { name, kernels };
}

/** The SIMD kernels with the plain loops for what they leave out; null where they cannot run. */
export function fastKernels(): Kernels | null {
  const fast = wasmKernels();
  return fast && { ...loops, ...fast };
}

function fastest(): Active {
  const fast = fastKernels();
  return fast ? { name: "wasm", kernels: fast } : { name: "reference", kernels: loops };
}
