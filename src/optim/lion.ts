import { zerosLike } from "../functions/factories.ts";
import { lionStep } from "../kernels/steps/lion.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Optimizer } from "./optimizer.ts";
import type { DeclaredRules, OptimizerKind } from "./optimizerKind.ts";
import { flag, notNegative, twoBelowOne } from "./optionRules.ts";
import type { GroupParams, ParamGroup } from "./paramGroup.ts";

/** Options of {@link Lion}. */
export interface LionOptions {
  /** The learning rate, 0 or more: a third to a tenth of Adam's. Default `1e-4`. */
  readonly lr?: number;
  /** How much of the mean of the gradients a direction keeps, and how much the mean itself, in [0, 1). Default `[0.9, 0.99]`. */
  readonly betas?: readonly [number, number];
  /** How much of a parameter decays, decoupled, 0 or more: three to ten times AdamW's. Default `0`. */
  readonly weightDecay?: number;
  /** Whether to ascend. Default `false`. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own for {@link Lion}. */
export interface LionGroupOptions extends GroupParams, LionOptions {}

/** A group of {@link Lion}. */
export interface LionGroup extends ParamGroup {
  /** As in {@link LionOptions}. */
  betas: readonly [number, number];
  /** As in {@link LionOptions}. */
  weightDecay: number;
  /** As in {@link LionOptions}. */
  maximize: boolean;
}

const rules = {
  lr: { is: notNegative, default: 1e-4 },
  betas: { is: twoBelowOne, default: [0.9, 0.99] },
  weightDecay: { is: notNegative, default: 0 },
  maximize: { is: flag, default: false },
} as const satisfies DeclaredRules<LionOptions>;

const kind: OptimizerKind = {
  name: "Lion",
  rules,
  stateNames: { exp_avg: false },
};

/**
 * Lion, which steps by a sign: `p ← (1 − lr·weightDecay)·p − lr·sign(β₁m + (1 − β₁)·grad)`, then
 * `m ← β₂m + (1 − β₂)·grad`. Every element moves as far as every other, and of a parameter one tensor is kept.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, or
 * if an option is unknown or out of range.
 * @see Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms", arXiv:2302.06675, Algorithm 2. PyTorch does not
 * have it.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.Lion([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.detach()); // => tensor([ 0.9000, -1.9000])
 * ```
 */
export class Lion extends Optimizer<LionGroup> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Lion";
  constructor(params: readonly Tensor[] | readonly LionGroupOptions[], options: LionOptions = {}) {
    super(kind, params, options);
  }

  protected override update(p: Tensor, g: Tensor, group: LionGroup): void {
    const state = this.stateOf(p);
    state.exp_avg ??= zerosLike(p);
    lionStep(p.array, g.array, state.exp_avg.array, group);
  }

  /** @internal */
  protected override arraysUpdate(): unknown {
    return Lion.prototype.update;
  }
}
