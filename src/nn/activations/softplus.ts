import { optionsOf } from "../../base/optionRules.ts";
import { softplusRules } from "../../tensor/elementwise.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link softplus}. */
export interface SoftplusOptions {
  /** How sharp the bend at 0 is; not 0. Default `1`. */
  readonly beta?: number;
  /** Where `beta·x` is above it the output is `x`. Default `20`. */
  readonly threshold?: number;
}

/**
 * `y = ln(1 + e^(beta·x))/beta`, elementwise; beyond the threshold `y = x`.
 *
 * @throws {@link TensorError} if `beta` is 0 or not finite, or the threshold is not a number.
 * @see PyTorch `torch.nn.functional.softplus`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.softplus(tensor([-1, 0, 1]))); // => tensor([0.3133, 0.6931, 1.3133])
 * ```
 */
export function softplus(x: Tensor, options?: SoftplusOptions): Tensor {
  checkTensor("softplus", "input", x);
  return x.softplus(options);
}

/**
 * `y = ln(1 + e^(beta·x))/beta`, elementwise; beyond the threshold `y = x`.
 *
 * @throws {@link TensorError} if `beta` is 0 or not finite, or the threshold is not a number.
 * @see PyTorch `torch.nn.Softplus`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.Softplus({ beta: 2 }).forward(tensor([-1, 0, 1]))); // => tensor([0.0635, 0.3466, 1.0635])
 * ```
 */
export class Softplus extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Softplus";
  /** @internal */
  static readonly evenkeelLayer: string = "Softplus";
  /** How sharp the bend at 0 is. */
  readonly beta: number;
  /** Where `beta·x` is above it the output is `x`. */
  readonly threshold: number;

  /** @param options - the sharpness and the threshold. */
  constructor(options: SoftplusOptions = {}) {
    const { beta, threshold } = optionsOf("Softplus", options, softplusRules);
    super();
    this.beta = beta;
    this.threshold = threshold;
  }

  override forward(x: Tensor): Tensor {
    const { beta, threshold } = this;
    return softplus(x, { beta, threshold });
  }

  override extraRepr(): string {
    return `beta=${showNumber(this.beta)}, threshold=${showNumber(this.threshold)}`;
  }
}
