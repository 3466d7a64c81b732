import type { Reduction } from "../../kernels/kernels.ts";
import type { Tensor } from "../../tensor/tensor.ts";

export type { Reduction };

/** What becomes of single losses. */
export const reduction = { words: ["mean", "sum", "none"], default: "mean" } as const;

/** The losses as they are, their sum, or their mean. */
export function reduced(losses: Tensor, to: Reduction): Tensor {
  if (to === "none") return losses;
  return to === "sum" ? losses.sum() : losses.mean();
}
