import { full, zeros } from "../functions/factories.ts";
import { adagradStep } from "../kernels/steps/adagrad.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Optimizer } from "./optimizer.ts";
import type { DeclaredRules, OptimizerKind } from "./optimizerKind.ts";
import { flag, notNegative } from "./optionRules.ts";
import type { GroupParams, ParamGroup } from "./paramGroup.ts";

/** Options of {@link Adagrad}. */
export interface AdagradOptions {
  /** The learning rate, 0 or more. Default `1e-2`. */
  readonly lr?: number;
  /** How fast the learning rate falls from step to step, 0 or more. Default `0`. */
  readonly lrDecay?: number;
  /** Times the parameter itself, it is added to the gradient, 0 or more. Default `0`. */
  readonly weightDecay?: number;
  /** What the sums of squares start from, 0 or more. Default `0`. */
  readonly initialAccumulatorValue?: number;
  /** Added to the root before it divides, 0 or more. Default `1e-10`. */
  readonly eps?: number;
  /** Whether to ascend. Default `false`. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own for {@link Adagrad}. */
export interface AdagradGroupOptions extends GroupParams, AdagradOptions {}

/** A group of {@link Adagrad}. */
export interface AdagradGroup extends ParamGroup {
  /** As in {@link AdagradOptions}. */
  lrDecay: number;
  /** As in {@link AdagradOptions}. */
  weightDecay: number;
  /** As in {@link AdagradOptions}. */
  initialAccumulatorValue: number;
  /** As in {@link AdagradOptions}. */
  eps: number;
  /** As in {@link AdagradOptions}. */
  maximize: boolean;
}

const rules = {
  lr: { is: notNegative, default: 1e-2 },
  lrDecay: { is: notNegative, default: 0 },
  eps: { is: notNegative, default: 1e-10 },
  weightDecay: { is: notNegative, default: 0 },
  initialAccumulatorValue: { is: notNegative, default: 0 },
  maximize: { is: flag, default: false },
} as const satisfies DeclaredRules<AdagradOptions>;

const kind: OptimizerKind = {
  name: "Adagrad",
  rules,
  stateNames: { step: false, sum: false },
};

/**
 * Adagrad, `p ← p − lr/(1 + (t − 1)·lrDecay) · d/(√s + eps)`: `s ← s + d²` is the sum of the squares of all
 * `d = grad + weightDecay·p` so far, from `initialAccumulatorValue` on.
 *
 * To maximise, the gradient is negated before the decay is added. A parameter has its state from the start, before its
 * first gradient.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, or
 * if an option is unknown or out of range.
 * @see Duchi et al. 2011, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization".
 * @see PyTorch `torch.optim.Adagrad`, where parameters of a group that is added later have no state, and cannot be trained.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.Adagrad([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.detach()); // => tensor([ 0.9000, -1.9000])
 * ```
 */
export class Adagrad extends Optimizer<AdagradGroup> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Adagrad";
  constructor(params: readonly Tensor[] | readonly AdagradGroupOptions[], options: AdagradOptions = {}) {
    super(kind, params, options);
    this.startAll();
  }

  /** As that of every {@link Optimizer}; the parameters get their state at once. */
  override addParamGroup(group: GroupParams & Partial<Omit<AdagradGroup, "params">>): void {
    super.addParamGroup(group);
    this.startAll();
  }

  private startAll(): void {
    for (const group of this.paramGroups) for (const p of group.params) this.started(p, group);
  }

  /** The state of a parameter. */
  private started(p: Tensor, { initialAccumulatorValue }: AdagradGroup): { step: Tensor; sum: Tensor } {
    const state = this.stateOf(p);
    state.step ??= zeros([]);
    state.sum ??= full(p.shape, initialAccumulatorValue, { dtype: p.dtype });
    return state as { step: Tensor; sum: Tensor };
  }

  protected override update(p: Tensor, g: Tensor, group: AdagradGroup): void {
    const { sum, step } = this.started(p, group);
    adagradStep(p.array, g.array, sum.array, step.array, group);
  }

  /** @internal */
  protected override arraysUpdate(): unknown {
    return Adagrad.prototype.update;
  }
}
