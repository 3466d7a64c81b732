import { noGrad } from "../../autograd/gradMode.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { finiteNumber } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import { keep } from "../../nn/module/keep.ts";
import { isOptimizer, type Optimizer } from "../../optim/optimizer.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { copies, moved } from "../numbers/vectors.ts";
import type { LossGradient } from "./loss.ts";

/** The step whose effect is looked at: gradient descent at a rate, or what an optimiser would do next. */
export interface UpdateOptions {
  /** The learning rate of plain gradient descent, `θ' = θ − lr·∇L(θ)`. */
  readonly lr?: number;
  /** In place of `lr`: the optimiser that would take the step. It stays as it is. */
  readonly optimizer?: Optimizer;
}

/** What they may be. */
export const updateRules = {
  lr: { is: finiteNumber },
  optimizer: { is: { expected: "an optimiser", accepts: isOptimizer } },
} satisfies OptionRules<UpdateOptions>;

/** Refuses anything but either a rate or an optimiser. */
export function checkUpdate(where: string, { lr, optimizer }: UpdateOptions): void {
  if ((lr === undefined) !== (optimizer === undefined)) return;
  throw new TensorError(where, {
    expected: "either lr or optimizer",
    got: lr === undefined ? "neither" : "both",
    hint: "Such as { lr: 0.1 }.",
  });
}

/** Refuses an optimiser that changes none of the parameters. */
export function checkChanges(where: string, optimizer: Optimizer, parameters: readonly Tensor[]): void {
  if (optimizer.paramGroups.some(({ params }) => params.some((p) => parameters.includes(p)))) return;
  throw new TensorError(where, {
    expected: "an optimiser of this model's parameters",
    got: `${describe(optimizer)} of others`,
    hint: "Is it another model's, or was the model made anew since?",
  });
}

/**
 * The parameters after one step from a gradient, as tensors of their own. The optimiser and all parameters that it has are put
 * back, and for the step they are on copies of their memory, so that a graph recorded from them stays valid. What else it may
 * hold, of another model, has no gradient meanwhile, so that it is passed over; so is a parameter that the loss does not reach.
 */
export function updated(
  where: string,
  parameters: readonly Tensor[],
  { gradient, isUsed }: Pick<LossGradient, "gradient" | "isUsed">,
  { lr = 0, optimizer }: UpdateOptions,
): Tensor[] {
  if (optimizer === undefined) return moved(parameters, gradient, -lr);
  checkChanges(where, optimizer, parameters);
  const { restore } = keep([optimizer, ...parameters]);
  try {
    for (const { params } of optimizer.paramGroups) for (const p of params) p.grad = null;
    parameters.forEach((p, i) => {
      p.grad = isUsed[i] ? gradient[i].detach() : null;
    });
    noGrad(() => optimizer.step());
    return copies(parameters);
  } finally {
    restore();
  }
}
