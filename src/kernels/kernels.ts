import type * as reference from "./reference/index.ts";

export type { BatchStatistics, CrossEntropySaved, CrossEntropySettings, Reduction } from "./reference/index.ts";

/** Every kernel: the reference, a plain loop each, is the interface that a faster set has to meet. */
export type Kernels = typeof reference;

/** The names of the sets of kernels: SIMD in WebAssembly, that with fused multiply-adds, and plain loops in JavaScript. */
export type KernelsName = "wasm" | "wasm-relaxed" | "reference";
