import { zeros, zerosLike } from "../../functions/factories.ts";
import { radamStep } from "../../kernels/steps/radam.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Optimizer } from "../optimizer.ts";
import type { DeclaredRules, OptimizerKind } from "../optimizerKind.ts";
import { flag, notNegative, twoBelowOne } from "../optionRules.ts";
import type { GroupParams, ParamGroup } from "../paramGroup.ts";

/** Options of {@link RAdam}. */
export interface RAdamOptions {
  /** The learning rate, 0 or more. Default `1e-3`. */
  readonly lr?: number;
  /** How much of the mean of the gradients, and of that of their squares, a step keeps, in [0, 1). Default `[0.9, 0.999]`. */
  readonly betas?: readonly [number, number];
  /** Added to the root before it divides, 0 or more. Default `1e-8`. */
  readonly eps?: number;
  /** How much of a parameter decays, 0 or more. Default `0`. */
  readonly weightDecay?: number;
  /** Whether a parameter decays by itself, as in {@link AdamW}, and not by way of its gradient. Default `false`. */
  readonly decoupledWeightDecay?: boolean;
  /** Whether to ascend. Default `false`. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own for {@link RAdam}. */
export interface RAdamGroupOptions extends GroupParams, RAdamOptions {}

/** A group of {@link RAdam}. */
export interface RAdamGroup extends ParamGroup {
  /** As in {@link RAdamOptions}. */
  betas: readonly [number, number];
  /** As in {@link RAdamOptions}. */
  eps: number;
  /** As in {@link RAdamOptions}. */
  weightDecay: number;
  /** As in {@link RAdamOptions}. */
  decoupledWeightDecay: boolean;
  /** As in {@link RAdamOptions}. */
  maximize: boolean;
}

const rules = {
  lr: { is: notNegative, default: 1e-3 },
  betas: { is: twoBelowOne, default: [0.9, 0.999] },
  eps: { is: notNegative, default: 1e-8 },
  weightDecay: { is: notNegative, default: 0 },
  decoupledWeightDecay: { is: flag, default: false },
  maximize: { is: flag, default: false },
} as const satisfies DeclaredRules<RAdamOptions>;

const kind: OptimizerKind = {
  name: "RAdam",
  rules,
  stateNames: { step: false, exp_avg: false, exp_avg_sq: false },
};

/**
 * RAdam, Adam that rectifies the variance of its steps: with `m̂` and `v` as in {@link Adam},
 * `p ← p − lr·m̂·r·√(1 − β₂ᵗ)/(√v + eps)`, where `r² = (ρ − 4)(ρ − 2)ρ∞/((ρ∞ − 4)(ρ∞ − 2)ρ)`, `ρ∞ = 2/(1 − β₂) − 1` and
 * `ρ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ)`. As long as `ρ ≤ 5` a step is `p ← p − lr·m̂`.
 *
 * To maximise, the gradient is negated before the decay is added.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, or
 * if an option is unknown or out of range.
 * @see Liu et al. 2020, "On the Variance of the Adaptive Learning Rate and Beyond", arXiv:1908.03265, Algorithm 2.
 * @see PyTorch `torch.optim.RAdam`.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.RAdam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.detach()); // => tensor([ 0.8000, -1.6000])
 * ```
 */
export class RAdam extends Optimizer<RAdamGroup> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "RAdam";
  constructor(params: readonly Tensor[] | readonly RAdamGroupOptions[], options: RAdamOptions = {}) {
    super(kind, params, options);
  }

  protected override update(p: Tensor, g: Tensor, group: RAdamGroup): void {
    const state = this.stateOf(p);
    state.step ??= zeros([]);
    state.exp_avg ??= zerosLike(p);
    state.exp_avg_sq ??= zerosLike(p);
    const { step, exp_avg: mean, exp_avg_sq: square } = state;
    radamStep(p.array, g.array, mean.array, square.array, step.array, group);
  }

  /** @internal */
  protected override arraysUpdate(): unknown {
    return RAdam.prototype.update;
  }
}
