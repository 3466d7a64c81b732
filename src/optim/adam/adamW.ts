import type { Tensor } from "../../tensor/tensor.ts";
import { type AdamGroupOptions, AdamOptimizer, type AdamOptions } from "./adamOptimizer.ts";

/**
 * Adam with decoupled weight decay: first `p ← p − lr·weightDecay·p`, then a step of {@link Adam} along the plain
 * gradient.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, or
 * if an option is unknown or out of range.
 * @see Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", arXiv:1711.05101, Algorithm 2.
 * @see PyTorch `torch.optim.AdamW`.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([1, -2], { requiresGrad: true });
 * const optimizer = new optim.AdamW([w], { lr: 0.1, weightDecay: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * console.log(w.detach()); // => tensor([ 0.8500, -1.8000])
 * ```
 */
export class AdamW extends AdamOptimizer {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "AdamW";
  constructor(params: readonly Tensor[] | readonly AdamGroupOptions[], options: AdamOptions = {}) {
    super("AdamW", params, options, { weightDecay: 1e-2, decoupled: true });
  }
}
