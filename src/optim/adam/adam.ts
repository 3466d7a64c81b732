import type { Tensor } from "../../tensor/tensor.ts";
import { type AdamGroupOptions, AdamOptimizer, type AdamOptions } from "./adamOptimizer.ts";

/**
 * Adam, `p ← p − lr·m̂ / (√v̂ + eps)`: `m̂ = m/(1 − β₁ᵗ)` and `v̂ = v/(1 − β₂ᵗ)` are the mean of the gradients and of their
 * squares, `m ← β₁m + (1 − β₁)d`, `v ← β₂v + (1 − β₂)d²`, where `d = grad + weightDecay·p`.
 *
 * With `amsgrad` the largest `v` so far takes the place of `v`. To maximise, the gradient is negated before the decay
 * is added.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, or
 * if an option is unknown or out of range.
 * @see Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization", arXiv:1412.6980, Algorithm 1.
 * @see PyTorch `torch.optim.Adam`, which has `decoupled_weight_decay` too; here that is {@link AdamW}.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.Adam([w], { lr: 0.1 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.detach()); // => tensor([ 0.9000, -1.9000])
 * ```
 */
export class Adam extends AdamOptimizer {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Adam";
  constructor(params: readonly Tensor[] | readonly AdamGroupOptions[], options: AdamOptions = {}) {
    super("Adam", params, options, { weightDecay: 0, decoupled: false });
  }
}
