import { inTurn } from "../../autograd/hidden.ts";
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

/** The same of the losses that `make` makes, which only the engine sees where they are reduced. */
export function reducedInTurn(make: () => Tensor, to: Reduction): Tensor {
  return to === "none" ? make() : inTurn(make, (losses) => reduced(losses, to));
}

/** What `losses` makes of `input − target`, which only the engine sees, reduced. */
export function reducedDifference(
  input: Tensor,
  target: Tensor,
  losses: (difference: Tensor) => Tensor,
  to: Reduction,
): Tensor {
  return reducedInTurn(() => inTurn(() => input.sub(target), losses), to);
}
