import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";

/** Options of {@link gelu}. */
export interface GELUOptions {
  /** `"none"` for the error function, `"tanh"` for an approximation by tanh. Default `"none"`. */
  readonly approximate?: "none" | "tanh";
}

const rules = { approximate: { words: ["none", "tanh"], default: "none" } } as const satisfies OptionRules<GELUOptions>;

/**
 * `y = x·Φ(x)`, elementwise, `Φ` the normal distribution function.
 *
 * @throws {@link TensorError} for an unknown approximation.
 * @see PyTorch `torch.nn.functional.gelu`.
 * @see Hendrycks & Gimpel 2016, "Gaussian Error Linear Units", arXiv:1606.08415.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.gelu(tensor([-1, 0, 1]))); // => tensor([-0.1587,  0.0000,  0.8413])
 * ```
 */
export function gelu(x: Tensor, options?: GELUOptions): Tensor {
  checkTensor("gelu", "input", x);
  return x.gelu(optionsOf("gelu", options, rules));
}

/**
 * `y = x·Φ(x)`, elementwise, `Φ` the normal distribution function.
 *
 * @throws {@link TensorError} for an unknown approximation.
 * @see PyTorch `torch.nn.GELU`.
 * @see Hendrycks & Gimpel 2016, "Gaussian Error Linear Units", arXiv:1606.08415.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.GELU({ approximate: "tanh" }).forward(tensor([-1, 0, 1])));
 * // => tensor([-0.1588,  0.0000,  0.8412])
 * ```
 */
export class GELU extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "GELU";
  /** @internal */
  static readonly evenkeelLayer: string = "GELU";
  /** `"none"` or `"tanh"`. */
  readonly approximate: "none" | "tanh";

  /** @param options - whether to approximate. */
  constructor(options: GELUOptions = {}) {
    const { approximate } = optionsOf("GELU", options, rules);
    super();
    this.approximate = approximate;
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate="${this.approximate}"`;
  }
}
