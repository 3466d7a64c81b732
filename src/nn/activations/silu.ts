import { silu as op } from "../../ops/activations.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";
import { Module } from "../module/module.ts";

/**
 * `y = x·sigmoid(x)`, elementwise; also called swish.
 *
 * @throws {@link TensorError} if `x` is not a float tensor.
 * @see PyTorch `torch.nn.functional.silu`, without `inplace`.
 * @see Elfwing et al. 2017, "Sigmoid-Weighted Linear Units", arXiv:1702.03118.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.silu(tensor([-1, 0, 1]))); // => tensor([-0.2689,  0.0000,  0.7311])
 * ```
 */
export function silu(x: Tensor): Tensor {
  return siluFor("silu", x);
}

function siluFor(where: string, x: Tensor): Tensor {
  checkFloats(where, "input", x);
  return apply(op(), x);
}

/**
 * `y = x·sigmoid(x)`, elementwise; also called swish.
 *
 * @throws {@link TensorError} in `forward` if the input is not a float tensor.
 * @see PyTorch `torch.nn.SiLU`, without `inplace`.
 * @see Elfwing et al. 2017, "Sigmoid-Weighted Linear Units", arXiv:1702.03118.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.SiLU().forward(tensor([-1, 0, 1]))); // => tensor([-0.2689,  0.0000,  0.7311])
 * ```
 */
export class SiLU extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "SiLU";
  /** @internal */
  static readonly evenkeelLayer: string = "SiLU";

  override forward(x: Tensor): Tensor {
    return siluFor("SiLU.forward", x);
  }
}
