import { describe, TensorError } from "../errors.ts";
import * as reference from "./reference/index.ts";
import { wasmKernels } from "./wasm/index.ts";

export type { BatchStatistics, CrossEntropySaved, CrossEntropySettings, Reduction } from "./reference/index.ts";

/** Every kernel: the reference, a plain loop each, is the interface that a faster set has to meet. */
export type Kernels = typeof reference;

/** The names of the sets of kernels: SIMD in WebAssembly, and plain loops in JavaScript. */
export type KernelsName = "wasm" | "reference";

/** The plain loops. */
const loops: Kernels = reference;

interface Active {
  readonly name: KernelsName;
  readonly kernels: Kernels;
}

let active: Active | undefined;

/** The kernels in use. */
export function kernels(): Kernels {
  active ??= fastest();
  return active.kernels;
}

/**
 * Which kernels are in use: `"wasm"` where WebAssembly with SIMD is to be had, else `"reference"`.
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

/**
 * Chooses the kernels: `"wasm"`, SIMD in WebAssembly, is the default where it can run; `"reference"` are plain loops in
 * JavaScript that run anywhere, such as under a content security policy without `wasm-unsafe-eval`.
 *
 * @throws {@link TensorError} if there is no such set, or it cannot run here; the set in use stays.
 *
 * @example
 * ```ts
 * import { kernelsName, useKernels } from "evenkeel";
 *
 * useKernels("reference");
 * console.log(kernelsName()); // => reference
 * useKernels("wasm");
 * ```
 */
export function useKernels(name: KernelsName): void {
  if (name === "reference") {
    active = { name, kernels: loops };
    return;
  }
  if (name !== "wasm") throw new TensorError("useKernels", { expected: '"wasm" or "reference"', got: describe(name) });
  const found = fastest();
  if (found.name !== "wasm") {
    throw new TensorError("useKernels", {
      expected: "WebAssembly with SIMD",
      got: "none that may run",
      hint: 'A content security policy has to allow "wasm-unsafe-eval"; useKernels("reference") runs anywhere.',
    });
  }
  active = found;
}

function fastest(): Active {
  const wasm = wasmKernels();
  return wasm ? { name: "wasm", kernels: { ...loops, ...wasm } } : { name: "reference", kernels: loops };
}
