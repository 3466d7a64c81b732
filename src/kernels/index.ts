export type { BatchStatistics, CrossEntropySaved, CrossEntropySettings, Reduction } from "./reference/index.ts";

import * as reference from "./reference/index.ts";

/** Every kernel: the reference, a plain loop each, is the interface that a faster set has to meet. */
export type Kernels = typeof reference;

/** The kernels in use. */
export function kernels(): Kernels {
  return reference;
}
