import { wholeNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";

/** Options of {@link Flatten}. */
export interface FlattenOptions {
  /** The first dimension that becomes part of the one. Default `1`. */
  readonly startDim?: number;
  /** The last. Default `-1`. */
  readonly endDim?: number;
}

const rules = {
  startDim: { is: wholeNumber, default: 1 },
  endDim: { is: wholeNumber, default: -1 },
} as const satisfies OptionRules<FlattenOptions>;

/**
 * Makes one dimension of dimensions `startDim` to `endDim`: by default, one row of each example.
 *
 * Shapes: `[n, …]` → `[n, features]`.
 *
 * @throws {@link TensorError} if an input has no such dimensions.
 * @see PyTorch `torch.nn.Flatten`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.Flatten().forward(zeros([8, 28, 28])).shape); // => [ 8, 784 ]
 * ```
 */
export class Flatten extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Flatten";
  /** @internal */
  static readonly evenkeelLayer: string = "Flatten";
  /** The first dimension that becomes part of the one. */
  readonly startDim: number;
  /** The last. */
  readonly endDim: number;

  /** @param options - which dimensions. */
  constructor(options: FlattenOptions = {}) {
    const { startDim, endDim } = optionsOf("Flatten", options, rules);
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  override forward(x: Tensor): Tensor {
    checkTensor("Flatten.forward", "input", x);
    return x.flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `startDim=${this.startDim}, endDim=${this.endDim}`;
  }
}
