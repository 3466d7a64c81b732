import type { Reduction } from "../../kernels/kernels.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkWord } from "../module/checks.ts";

export type { Reduction };

/** Refuses anything but a {@link Reduction}. */
export function checkReduction(where: string, reduction: unknown): asserts reduction is Reduction {
  checkWord(where, "reduction", reduction, ["mean", "sum", "none"]);
}

/** The losses as they are, their sum, or their mean. */
export function reduced(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "sum" ? losses.sum() : losses.mean();
}
