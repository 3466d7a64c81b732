import { zeros, zerosLike } from "../../functions/factories.ts";
import { adamOf } from "../../kernels/beside/adam.ts";
import { kernels } from "../../kernels/index.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Optimizer } from "../optimizer.ts";
import type { DeclaredRules } from "../optimizerKind.ts";
import { flag, notNegative, twoBelowOne } from "../optionRules.ts";
import type { GroupParams, ParamGroup } from "../paramGroup.ts";

/** Options of {@link Adam} and {@link AdamW}. */
export interface AdamOptions {
  /** The learning rate, 0 or more. Default `1e-3`. */
  readonly lr?: number;
  /** How much of the mean of the gradients, and of that of their squares, a step keeps, in [0, 1). Default `[0.9, 0.999]`. */
  readonly betas?: readonly [number, number];
  /** Added to the root before it divides, 0 or more. Default `1e-8`. */
  readonly eps?: number;
  /** How much of a parameter decays, 0 or more: by way of the gradient, or decoupled. Default `0`, of AdamW `1e-2`. */
  readonly weightDecay?: number;
  /** Whether to divide by the largest mean of squares so far. Default `false`. */
  readonly amsgrad?: boolean;
  /** Whether to ascend. Default `false`. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own for {@link Adam} and {@link AdamW}. */
export interface AdamGroupOptions extends GroupParams, AdamOptions {}

/** A group of {@link Adam} and {@link AdamW}. */
export interface AdamGroup extends ParamGroup {
  /** As in {@link AdamOptions}. */
  betas: readonly [number, number];
  /** As in {@link AdamOptions}. */
  eps: number;
  /** As in {@link AdamOptions}. */
  weightDecay: number;
  /** As in {@link AdamOptions}. */
  amsgrad: boolean;
  /** As in {@link AdamOptions}. */
  maximize: boolean;
}

const rules = {
  lr: { is: notNegative, default: 1e-3 },
  betas: { is: twoBelowOne, default: [0.9, 0.999] },
  eps: { is: notNegative, default: 1e-8 },
  weightDecay: notNegative, // its default is that of the class
  amsgrad: { is: flag, default: false },
  maximize: { is: flag, default: false },
} as const satisfies DeclaredRules<AdamOptions>;

const stateNames = { step: false, exp_avg: false, exp_avg_sq: false, max_exp_avg_sq: true };

/** What Adam and AdamW share: all but where the weight decays. */
export abstract class AdamOptimizer extends Optimizer<AdamGroup> {
  private readonly decoupled: boolean;

  /** @internal */
  constructor(
    name: string,
    params: readonly Tensor[] | readonly GroupParams[],
    options: AdamOptions,
    { weightDecay, decoupled }: { readonly weightDecay: number; readonly decoupled: boolean },
  ) {
    super({ name, rules, stateNames }, params, options, { weightDecay });
    this.decoupled = decoupled;
  }

  protected override update(p: Tensor, g: Tensor, group: AdamGroup): void {
    const state = this.stateOf(p);
    state.step ??= zeros([]);
    state.exp_avg ??= zerosLike(p);
    state.exp_avg_sq ??= zerosLike(p);
    if (group.amsgrad) state.max_exp_avg_sq ??= zerosLike(p);
    const { lr, betas, eps, weightDecay, maximize } = group;
    const settings = { lr, betas, eps, weightDecay, maximize, decoupled: this.decoupled };
    const { exp_avg: mean, exp_avg_sq: square, step, max_exp_avg_sq: largest } = state;
    const inputs = [p, g, mean, square, step, ...(group.amsgrad ? [largest] : [])];
    kernels().beside(
      adamOf,
      inputs.map(({ array }) => array),
      settings,
    );
  }

  /** @internal */
  protected override arraysUpdate(): unknown {
    return AdamOptimizer.prototype.update;
  }
}
