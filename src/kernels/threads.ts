import { describe, TensorError } from "../base/errors.ts";
import { kernelsName } from "./index.ts";
import { binary } from "./wasm/module.generated.ts";
import { binary as relaxed } from "./wasm/relaxed.generated.ts";
import { setThreads, threads } from "./wasm/threads/threads.ts";

/** More are a mistake: each costs some megabytes. */
const mostThreads = 256;

/**
 * Shares large matrix products among `count` threads: the calling one, and workers. The results have the same bits
 * however many there are. They keep no process alive, and `setNumThreads(1)`, the state at the start, ends them. It
 * makes no sense to have more than the processor has cores.
 *
 * Node, Deno and Bun have threads; pages have them if they are cross-origin isolated (`crossOriginIsolated` is true) and
 * no content security policy forbids workers from a `blob:`. Elsewhere one warning is written to the console, and one
 * thread does the work. Workers take part as soon as they have started, in a page not before it has been idle. The
 * plain loops, `useKernels("reference")`, use one thread.
 *
 * @throws {@link TensorError} if `count` is not a whole number from 1 to 256.
 *
 * @example
 * ```ts
 * import { getNumThreads, setNumThreads } from "evenkeel";
 *
 * setNumThreads(2);
 * console.log(getNumThreads()); // => 2
 * setNumThreads(1);
 * ```
 *
 * @see `torch.set_num_threads`, which takes any number, and whose default are as many as there are cores.
 */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > mostThreads) {
    throw new TensorError("setNumThreads", {
      expected: `a whole number from 1 to ${mostThreads}`,
      got: describe(count),
    });
  }
  if (count !== threads()) setThreads(count, kernelsName() === "wasm-relaxed" ? relaxed : binary);
}

/**
 * How many threads share large matrix products: what was last set, less the workers that could not be started or were
 * lost.
 *
 * @example
 * ```ts
 * import { getNumThreads } from "evenkeel";
 *
 * console.log(getNumThreads()); // => 1
 * ```
 *
 * @see `torch.get_num_threads`.
 */
export function getNumThreads(): number {
  return threads();
}
