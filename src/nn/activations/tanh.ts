import type { Tensor } from "../../tensor/tensor.ts";
import { hidden } from "../module/hidesOutput.ts";
import { Module } from "../module/module.ts";
import { tanh } from "./activations.ts";

/**
 * `y = tanh x`, elementwise.
 * @see PyTorch `torch.nn.Tanh`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.Tanh().forward(tensor([-1, 0, 1]))); // => tensor([-0.7616,  0.0000,  0.7616])
 * ```
 */
export class Tanh extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Tanh";
  /** @internal */
  static readonly evenkeelLayer: string = "Tanh";
  /** @internal */
  get hidesOutput(): object | null {
    return hidden(this.forward, Tanh.prototype.forward);
  }

  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}
