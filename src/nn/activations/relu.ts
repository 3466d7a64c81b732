import type { Tensor } from "../../tensor/tensor.ts";
import { hidden } from "../module/hidesOutput.ts";
import { Module } from "../module/module.ts";
import { relu } from "./activations.ts";

/**
 * `y = max(x, 0)`, elementwise; the gradient at 0 is 0.
 * @see PyTorch `torch.nn.ReLU`, without `inplace`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.ReLU().forward(tensor([-1, 0, 2]))); // => tensor([0., 0., 2.])
 * ```
 */
export class ReLU extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "ReLU";
  /** @internal */
  static readonly evenkeelLayer: string = "ReLU";
  /** @internal */
  get hidesOutput(): object | null {
    return hidden(this.forward, ReLU.prototype.forward);
  }

  override forward(x: Tensor): Tensor {
    return relu(x);
  }
}
