import { enableGrad, noGrad } from "../../autograd/gradMode.ts";
import { isTensorError } from "../../base/errors.ts";

/** `noGrad` or `enableGrad`. */
export type GradMode = <T>(fn: () => T) => T;

/**
 * Runs what wants no gradients without a tape, which costs several times the pass itself where no backward one follows; or
 * with one where it fails without, as a model does that takes gradients in its own `forward`.
 */
export function lightly<T>(run: (mode: GradMode) => T): T {
  try {
    return run(noGrad);
  } catch (error) {
    if (!isTensorError(error)) throw error;
    return run(enableGrad);
  }
}
