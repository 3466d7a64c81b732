import { noGrad } from "../../autograd/gradMode.ts";
import { threshold } from "../../base/optionKinds.ts";
import { checkKind } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { gradientsOf } from "./gradients.ts";

/**
 * Brings every element of the gradients into `[−clipValue, clipValue]`, in place. A parameter without a gradient is passed
 * over.
 *
 * @param parameters - a tensor, or an array of them.
 * @param clipValue - the largest size of an element, 0 or more.
 * @throws {@link TensorError} if what is given are no tensors, or `clipValue` is below 0 or NaN.
 * @see PyTorch `torch.nn.utils.clip_grad_value_`, where a `clip_value` below 0 makes every element that number.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const w = tensor([3, -0.2], { requiresGrad: true });
 * w.square().sum().backward();
 * nn.utils.clipGradValue_(w, 1);
 * console.log(w.grad); // => tensor([ 1.0000, -0.4000])
 * ```
 */
export function clipGradValue_(parameters: Tensor | readonly Tensor[], clipValue: number): void {
  checkKind("clipGradValue_", threshold, "clipValue", clipValue);
  const gradients = gradientsOf("clipGradValue_", parameters);
  noGrad(() => {
    for (const g of gradients) g.copy_(g.clamp(-clipValue, clipValue));
  });
}
