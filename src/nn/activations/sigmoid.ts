import type { Tensor } from "../../tensor/tensor.ts";
import { hidden } from "../module/hidesOutput.ts";
import { Module } from "../module/module.ts";
import { sigmoid } from "./activations.ts";

/**
 * `y = 1/(1 + e⁻ˣ)`, elementwise.
 * @see PyTorch `torch.nn.Sigmoid`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.Sigmoid().forward(tensor([-1, 0, 1]))); // => tensor([0.2689, 0.5000, 0.7311])
 * ```
 */
export class Sigmoid extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Sigmoid";
  /** @internal */
  static readonly evenkeelLayer: string = "Sigmoid";
  /** @internal */
  get hidesOutput(): object | null {
    return hidden(this.forward, Sigmoid.prototype.forward);
  }

  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}
