import { ones, zeros, zerosLike } from "../../functions/factories.ts";
import { nadamStep } from "../../kernels/steps/nadam.ts";
import { exp } from "../../random/libm/exp.ts";
import { log } from "../../random/libm/log.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Optimizer } from "../optimizer.ts";
import type { DeclaredRules, OptimizerKind } from "../optimizerKind.ts";
import { flag, notNegative, twoBelowOne } from "../optionRules.ts";
import type { GroupParams, ParamGroup } from "../paramGroup.ts";

/** Options of {@link NAdam}. */
export interface NAdamOptions {
  /** The learning rate, 0 or more. Default `2e-3`. */
  readonly lr?: number;
  /** How much of the mean of the gradients, and of that of their squares, a step keeps, in [0, 1). Default `[0.9, 0.999]`. */
  readonly betas?: readonly [number, number];
  /** Added to the root before it divides, 0 or more. Default `1e-8`. */
  readonly eps?: number;
  /** How much of a parameter decays, 0 or more. Default `0`. */
  readonly weightDecay?: number;
  /** How soon the momentum rises to its full height, 0 or more. Default `4e-3`. */
  readonly momentumDecay?: number;
  /** Whether a parameter decays by itself, as in {@link AdamW}, and not by way of its gradient. Default `false`. */
  readonly decoupledWeightDecay?: boolean;
  /** Whether to ascend. Default `false`. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own for {@link NAdam}. */
export interface NAdamGroupOptions extends GroupParams, NAdamOptions {}

/** A group of {@link NAdam}. */
export interface NAdamGroup extends ParamGroup {
  /** As in {@link NAdamOptions}. */
  betas: readonly [number, number];
  /** As in {@link NAdamOptions}. */
  eps: number;
  /** As in {@link NAdamOptions}. */
  weightDecay: number;
  /** As in {@link NAdamOptions}. */
  momentumDecay: number;
  /** As in {@link NAdamOptions}. */
  decoupledWeightDecay: boolean;
  /** As in {@link NAdamOptions}. */
  maximize: boolean;
}

const rules = {
  lr: { is: notNegative, default: 2e-3 },
  betas: { is: twoBelowOne, default: [0.9, 0.999] },
  eps: { is: notNegative, default: 1e-8 },
  weightDecay: { is: notNegative, default: 0 },
  momentumDecay: { is: notNegative, default: 4e-3 },
  decoupledWeightDecay: { is: flag, default: false },
  maximize: { is: flag, default: false },
} as const satisfies DeclaredRules<NAdamOptions>;

const kind: OptimizerKind = {
  name: "NAdam",
  rules,
  stateNames: { step: false, mu_product: false, exp_avg: false, exp_avg_sq: false },
  singleNumbers: ["mu_product"],
};

/**
 * NAdam, Adam with Nesterov's momentum: with `m` and `v` as in {@link Adam}, `n = √(v/(1 − β₂ᵗ)) + eps`, and a momentum that
 * rises, `μₜ = β₁·(1 − 0.96^(t·momentumDecay)/2)`,
 * `p ← p − lr·(1 − μₜ)/(1 − μ₁⋯μₜ)·d/n − lr·μₜ₊₁/(1 − μ₁⋯μₜ₊₁)·m/n`, where `d = grad + weightDecay·p`.
 *
 * To maximise, the gradient is negated before the decay is added.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, or
 * if an option is unknown or out of range.
 * @see Dozat 2016, "Incorporating Nesterov Momentum into Adam", Algorithm 2.
 * @see PyTorch `torch.optim.NAdam` as it is now; 1.13 multiplies by `μₜ` once too often, unless told `foreach`.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.NAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.detach()); // => tensor([ 0.8944, -1.8944])
 * ```
 */
export class NAdam extends Optimizer<NAdamGroup> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "NAdam";
  constructor(params: readonly Tensor[] | readonly NAdamGroupOptions[], options: NAdamOptions = {}) {
    super(kind, params, options);
  }

  protected override update(p: Tensor, g: Tensor, group: NAdamGroup): void {
    const state = this.stateOf(p);
    state.step ??= zeros([]);
    state.mu_product ??= ones([]);
    state.exp_avg ??= zerosLike(p);
    state.exp_avg_sq ??= zerosLike(p);
    const { step, mu_product: product, exp_avg: mean, exp_avg_sq: square } = state;
    const { betas, momentumDecay } = group;
    const momentum = (t: number) => betas[0] * (1 - 0.5 * exp(t * momentumDecay * log(0.96)));
    nadamStep(p.array, g.array, mean.array, square.array, step.array, product.array, group, momentum);
  }

  /** @internal */
  protected override arraysUpdate(): unknown {
    return NAdam.prototype.update;
  }
}
