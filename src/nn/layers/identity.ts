import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";

/**
 * `y = x`: stands where another layer was.
 * @see PyTorch `torch.nn.Identity`, which takes any arguments; here none.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([1, 2]);
 * console.log(new nn.Identity().forward(x) === x); // => true
 * ```
 */
export class Identity extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Identity";
  /** @internal */
  static readonly evenkeelLayer: string = "Identity";
  override forward(x: Tensor): Tensor {
    checkTensor("Identity.forward", "input", x);
    return x;
  }
}
