import { TensorError } from "../base/errors.ts";
import { zerosLike } from "../functions/factories.ts";
import { kernels } from "../kernels/index.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Optimizer } from "./optimizer.ts";
import type { DeclaredRules, OptimizerKind } from "./optimizerKind.ts";
import { finite, flag, notNegative } from "./optionRules.ts";
import type { GroupParams, ParamGroup } from "./paramGroup.ts";

/** Options of {@link SGD}. */
export interface SGDOptions {
  /** The learning rate, 0 or more. No default: it may be left out only where every group has its own. */
  readonly lr: number;
  /** How much of the last direction the next one keeps, 0 or more. Default `0`. */
  readonly momentum?: number;
  /** How much of a gradient the momentum does not take in, from its second step on. Default `0`. */
  readonly dampening?: number;
  /** Times the parameter itself, it is added to the gradient, 0 or more. Default `0`. */
  readonly weightDecay?: number;
  /** Whether to look ahead along the momentum; needs momentum and no dampening. Default `false`. */
  readonly nesterov?: boolean;
  /** Whether to ascend. Default `false`. */
  readonly maximize?: boolean;
}

/** Parameters with options of their own for {@link SGD}. */
export interface SGDGroupOptions extends GroupParams, Partial<SGDOptions> {}

/** A group of {@link SGD}. */
export interface SGDGroup extends ParamGroup {
  /** As in {@link SGDOptions}. */
  momentum: number;
  /** As in {@link SGDOptions}. */
  dampening: number;
  /** As in {@link SGDOptions}. */
  weightDecay: number;
  /** As in {@link SGDOptions}. */
  nesterov: boolean;
  /** As in {@link SGDOptions}. */
  maximize: boolean;
}

const rules = {
  lr: notNegative,
  momentum: { is: notNegative, default: 0 },
  dampening: { is: finite, default: 0 },
  weightDecay: { is: notNegative, default: 0 },
  nesterov: { is: flag, default: false },
  maximize: { is: flag, default: false },
} as const satisfies DeclaredRules<SGDOptions>;

const kind: OptimizerKind = {
  name: "SGD",
  rules,
  stateNames: { momentum_buffer: true },
  check(where, { nesterov, momentum, dampening }) {
    if (!nesterov || (momentum !== 0 && dampening === 0)) return;
    throw new TensorError(where, {
      expected: "with nesterov, a momentum above 0 and a dampening of 0",
      got: `${momentum} and ${dampening}`,
    });
  },
};

/**
 * Stochastic gradient descent, `p ← p − lr·d`, where `d = grad + weightDecay·p`; with momentum `p ← p − lr·b`, where
 * `b ← momentum·b + (1 − dampening)·d`, and with Nesterov's `p ← p − lr·(d + momentum·b)`.
 *
 * The first `b` is `d` itself, undampened. To maximise, the gradient is negated before the decay is added.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, or
 * if an option is unknown or out of range.
 * @see Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning".
 * @see PyTorch `torch.optim.SGD`, where `lr` has a default.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
 * for (let step = 0; step < 2; step++) {
 *   optimizer.zeroGrad();
 *   w.square().sum().backward();
 *   optimizer.step();
 * }
 * console.log(w.detach()); // => tensor([ 0.4600, -0.9200])
 * ```
 */
export class SGD extends Optimizer<SGDGroup> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "SGD";
  constructor(params: readonly Tensor[], options: SGDOptions);
  constructor(params: readonly SGDGroupOptions[], options?: Partial<SGDOptions>);
  constructor(params: readonly Tensor[] | readonly SGDGroupOptions[], options?: Partial<SGDOptions>) {
    super(kind, params, options);
  }

  protected override update(p: Tensor, g: Tensor, group: SGDGroup): void {
    if (group.momentum === 0) {
      kernels().sgd(p.array, g.array, null, false, group);
      return;
    }
    const state = this.stateOf(p);
    const isFirst = state.momentum_buffer === undefined;
    if (isFirst) state.momentum_buffer = zerosLike(p);
    kernels().sgd(p.array, g.array, state.momentum_buffer.array, isFirst, group);
  }

  /** @internal */
  protected override arraysUpdate(): unknown {
    return SGD.prototype.update;
  }
}
