import { wholeNumber } from "../../base/optionKinds.ts";
import { checkKind } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module/module.ts";
import { logSoftmax, softmax } from "./activations.ts";

/**
 * `y = eˣ/Σ eˣ` along a dimension, without overflow. Cross-entropy wants logits, not this.
 *
 * @throws {@link TensorError} if `dim` is not a whole number; in `forward` if the input has no such dimension.
 * @see PyTorch `torch.nn.Softmax`, whose `dim` may be left out, with a warning; not here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.Softmax(1).forward(tensor([[1, 1, 2]]))); // => tensor([[0.2119, 0.2119, 0.5761]])
 * ```
 */
export class Softmax extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Softmax";
  /** @internal */
  static readonly evenkeelLayer: string = "Softmax";
  /** The dimension along which the outputs add up to 1. */
  readonly dim: number;

  /** @param dim - the dimension along which the outputs add up to 1; of the last ones if below 0. */
  constructor(dim: number) {
    checkKind("Softmax", wholeNumber, "dim", dim);
    super();
    this.dim = dim;
  }

  override forward(x: Tensor): Tensor {
    return softmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/**
 * `y = x − ln Σ eˣ` along a dimension, without overflow.
 *
 * @throws {@link TensorError} if `dim` is not a whole number; in `forward` if the input has no such dimension.
 * @see PyTorch `torch.nn.LogSoftmax`, whose `dim` may be left out, with a warning; not here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.LogSoftmax(1).forward(tensor([[1, 1, 2]]))); // => tensor([[-1.5514, -1.5514, -0.5514]])
 * ```
 */
export class LogSoftmax extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "LogSoftmax";
  /** @internal */
  static readonly evenkeelLayer: string = "LogSoftmax";
  /** The dimension along which the exponentials of the outputs add up to 1. */
  readonly dim: number;

  /** @param dim - the dimension along which the exponentials of the outputs add up to 1; of the last ones if below 0. */
  constructor(dim: number) {
    checkKind("LogSoftmax", wholeNumber, "dim", dim);
    super();
    this.dim = dim;
  }

  override forward(x: Tensor): Tensor {
    return logSoftmax(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
