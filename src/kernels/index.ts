import { describe, TensorError } from "../base/errors.ts";
import { shared } from "../base/shared.ts";
import type { Kernels, KernelsName } from "./kernels.ts";
import * as reference from "./reference/index.ts";
import { wasmKernels } from "./wasm/index.ts";
import { relaxedKernels } from "./wasm/relaxed.ts";

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

/**
 * Chooses the kernels. `"wasm"`, SIMD in WebAssembly, is the default where it can run, and has the same bits in every
 * engine. `"wasm-relaxed"` is the same with matrix products by relaxed SIMD: a multiplication and an addition are rounded
 * once, where the processor can do that, and twice where it cannot, so products differ in their last bits from one
 * machine to another. `"reference"` are plain loops in JavaScript that run anywhere, such as under a content security
 * policy without `wasm-unsafe-eval`.
 *
 * @throws {@link TensorError} if there is no such set, or it cannot run here; the set in use stays. Relaxed SIMD is in
 * Node 22, Chrome 114, and what came after them.
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
  if (typeof name !== "string" || !Object.hasOwn(sets, name)) {
    throw new TensorError("useKernels", { expected: '"wasm", "wasm-relaxed" or "reference"', got: describe(name) });
  }
  const found = sets[name]();
  if (found === null) {
    const isRelaxed = name === "wasm-relaxed";
    throw new TensorError("useKernels", {
      expected: `WebAssembly with ${isRelaxed ? "relaxed " : ""}SIMD`,
      got: "none that may run",
      hint: isRelaxed
        ? 'Node 22 and Chrome 114 have it; useKernels("wasm") differs in speed and in rounding only.'
        : 'A content security policy has to allow "wasm-unsafe-eval"; useKernels("reference") runs anywhere.',
    });
  }
  active = { name, kernels: found };
}

/** The sets by name, each null where it cannot run. */
const sets: Record<KernelsName, () => Kernels | null> = {
  wasm: () => complete(wasmKernels()),
  "wasm-relaxed": () => complete(relaxedKernels(), wasmKernels()),
  reference: () => loops,
};

/** What a fast set leaves out is done by its base, and what that leaves out by the plain loops; null where one is. */
function complete(fast: Partial<Kernels> | null, base: Partial<Kernels> | null = {}): Kernels | null {
  return fast && base && { ...loops, ...base, ...fast };
}

function fastest(): Active {
  const wasm = sets.wasm();
  return wasm ? { name: "wasm", kernels: wasm } : { name: "reference", kernels: loops };
}
