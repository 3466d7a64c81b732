import { describe, TensorError } from "../base/errors.ts";
import { activate, fastKernels, loops } from "./index.ts";
import type { Kernels, KernelsName } from "./kernels.ts";
import { relaxedKernels } from "./wasm/relaxed.ts";

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
  activate(name, found);
}

/** The sets by name, each null where it cannot run. */
const sets: Record<KernelsName, () => Kernels | null> = {
  wasm: fastKernels,
  "wasm-relaxed": () => {
    const [relaxed, fast] = [relaxedKernels(), fastKernels()];
    return relaxed && fast && { ...fast, ...relaxed };
  },
  reference: () => loops,
};
