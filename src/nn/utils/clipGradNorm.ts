import { noGrad } from "../../autograd/gradMode.ts";
import { TensorError } from "../../base/errors.ts";
import { aNumber, flag, threshold } from "../../base/optionKinds.ts";
import { checkKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { shared, whole } from "../../base/shared.ts";
import { stack } from "../../functions/combine.ts";
import { tensor } from "../../functions/create.ts";
import { elementOf, type NDArray } from "../../kernels/array.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { gradientsOf } from "./gradients.ts";

/** Options of {@link clipGradNorm_}. */
export interface ClipGradNormOptions {
  /** The order of the norm, as in {@link Tensor.norm}; `Infinity` for the largest size of all. Default `2`. */
  readonly normType?: number;
  /** Whether a total norm that is NaN or infinite is refused, before any gradient is changed. Default `false`. */
  readonly errorIfNonfinite?: boolean;
}

const rules = {
  normType: { is: aNumber, default: 2 },
  errorIfNonfinite: { is: flag, default: false },
} as const satisfies OptionRules<ClipGradNormOptions>;

/**
 * Scales the gradients of all parameters by `min(1, maxNorm/(total + 1e-6))`, in place, where `total` is their norm as one
 * vector: together they are at most about `maxNorm` long afterwards. A parameter without a gradient is passed over.
 *
 * @param parameters - a tensor, or an array of them.
 * @param maxNorm - the largest norm, 0 or more.
 * @returns the norm there was before, a tensor of one number; 0 where there are no gradients.
 * @throws {@link TensorError} if what is given are no tensors, `maxNorm` is below 0 or NaN, an option is wrong, or, with
 * `errorIfNonfinite`, the norm is not finite. By default a norm that is not finite makes the gradients 0 or NaN, as in PyTorch.
 * @see Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", arXiv:1211.5063, Algorithm 1.
 * @see PyTorch `torch.nn.utils.clip_grad_norm_`, which takes a `max_norm` below 0 too, and any iterable.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const w = tensor([3, 4], { requiresGrad: true });
 * w.square().sum().div(2).backward();
 * console.log(nn.utils.clipGradNorm_([w], 1).item()); // => 5
 * console.log(w.grad); // => tensor([0.6000, 0.8000])
 * ```
 */
export function clipGradNorm_(
  parameters: Tensor | readonly Tensor[],
  maxNorm: number,
  options?: ClipGradNormOptions,
): Tensor {
  const where = "clipGradNorm_";
  const { normType, errorIfNonfinite } = optionsOf(where, options, rules);
  checkKind(where, threshold, "maxNorm", maxNorm);
  const gradients = gradientsOf(where, parameters);
  if (gradients.length === 0) return tensor(0);
  return noGrad(() => {
    const norms = gradients.map((g) => (g.numel() === 0 ? g.sum() : g.norm(normType)));
    const total = stack(norms).norm(normType);
    if (errorIfNonfinite) whole("a check of the norm", [total.array, where], refuseNonfinite, "looks");
    const scale = total.add(1e-6).pow(-1).mul(maxNorm).clamp(null, 1);
    // Who listens wants to know what comes of longer gradients too.
    if (shared().listener !== null || scale.item() !== 1) for (const g of gradients) g.mul_(scale);
    return total;
  });
}

function refuseNonfinite(norm: NDArray, where: string): void {
  const total = elementOf(norm, 0);
  if (Number.isFinite(total)) return;
  throw new TensorError(where, {
    expected: "gradients of a finite norm",
    got: `${total}`,
    hint: "Without errorIfNonfinite they are scaled all the same. detectAnomaly finds where it comes from.",
  });
}
