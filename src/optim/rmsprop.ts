import { zeros, zerosLike } from "../functions/factories.ts";
import { rmspropStep } from "../kernels/steps/rmsprop.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Optimizer } from "./optimizer.ts";
import type { DeclaredRules, OptimizerKind } from "./optimizerKind.ts";
import { flag, notNegative } from "./optionRules.ts";
import type { GroupParams, ParamGroup } from "./paramGroup.ts";

/** Options of {@link RMSprop}. */
export interface RMSpropOptions {
  /** The learning rate, 0 or more. Default `1e-2`. */
  readonly lr?: number;
  /** How much of the mean of the squares a step keeps, 0 or more. Default `0.99`. */
  readonly alpha?: number;
  /** Added to the root before it divides, 0 or more. Default `1e-8`. */
  readonly eps?: number;
  /** Times the parameter itself, it is added to the gradient, 0 or more. Default `0`. */
  readonly weightDecay?: number;
  /** How much of the last direction the next one keeps, 0 or more. Default `0`. */
  readonly momentum?: number;
  /** Whether to divide by the spread of the gradients about their mean, not by their size. Default `false`. */
  readonly centered?: boolean;
  /** Whether to ascend. Default `false`. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own for {@link RMSprop}. */
export interface RMSpropGroupOptions extends GroupParams, RMSpropOptions {}

/** A group of {@link RMSprop}. */
export interface RMSpropGroup extends ParamGroup {
  /** As in {@link RMSpropOptions}. */
  alpha: number;
  /** As in {@link RMSpropOptions}. */
  eps: number;
  /** As in {@link RMSpropOptions}. */
  weightDecay: number;
  /** As in {@link RMSpropOptions}. */
  momentum: number;
  /** As in {@link RMSpropOptions}. */
  centered: boolean;
  /** As in {@link RMSpropOptions}. */
  maximize: boolean;
}

const rules = {
  lr: { is: notNegative, default: 1e-2 },
  alpha: { is: notNegative, default: 0.99 },
  eps: { is: notNegative, default: 1e-8 },
  weightDecay: { is: notNegative, default: 0 },
  momentum: { is: notNegative, default: 0 },
  centered: { is: flag, default: false },
  maximize: { is: flag, default: false },
} as const satisfies DeclaredRules<RMSpropOptions>;

const kind: OptimizerKind = {
  name: "RMSprop",
  rules,
  stateNames: { step: false, square_avg: false, grad_avg: true, momentum_buffer: true },
};

/**
 * RMSprop, `p ← p − lr·d/(√v + eps)`: `v ← αv + (1 − α)d²` is the mean of the squares of `d = grad + weightDecay·p`. With
 * momentum `p ← p − lr·b`, where `b ← momentum·b + d/(√v + eps)`; `centered` takes the square of the mean from `v`.
 *
 * To maximise, the gradient is negated before the decay is added.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, or
 * if an option is unknown or out of range.
 * @see Tieleman & Hinton 2012, "Neural Networks for Machine Learning", lecture 6.5; centred, Graves 2013, "Generating
 * Sequences With Recurrent Neural Networks", arXiv:1308.0850, (38) to (45).
 * @see PyTorch `torch.optim.RMSprop`.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.RMSprop([w], { lr: 0.01 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.detach()); // => tensor([ 0.9000, -1.9000])
 * ```
 */
export class RMSprop extends Optimizer<RMSpropGroup> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "RMSprop";
  constructor(params: readonly Tensor[] | readonly RMSpropGroupOptions[], options: RMSpropOptions = {}) {
    super(kind, params, options);
  }

  protected override update(p: Tensor, g: Tensor, group: RMSpropGroup): void {
    const state = this.stateOf(p);
    state.step ??= zeros([]);
    state.square_avg ??= zerosLike(p);
    if (group.momentum > 0) state.momentum_buffer ??= zerosLike(p);
    if (group.centered) state.grad_avg ??= zerosLike(p);
    const mean = group.centered ? state.grad_avg.array : null;
    const buffer = group.momentum > 0 ? state.momentum_buffer.array : null;
    rmspropStep(p.array, g.array, state.square_avg.array, mean, buffer, state.step.array, group);
  }

  /** @internal */
  protected override arraysUpdate(): unknown {
    return RMSprop.prototype.update;
  }
}
