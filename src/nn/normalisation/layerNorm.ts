import { show } from "../../base/errors.ts";
import { ones, zeros } from "../../functions/factories.ts";
import type { Dtype } from "../../kernels/array.ts";
import { checkOptions } from "../../base/options.ts";
import { newShape } from "../../base/shapes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFlag, checkMaking, checkRange } from "../module/checks.ts";
import { layerNormFor } from "../functional/layerNorm.ts";
import { layerKey } from "../module/layerClass.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link LayerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
  /** Whether to scale and shift, by parameters. Default `true`. */
  readonly elementwiseAffine?: boolean;
  /** Whether to shift, where it scales. Default `true`. */
  readonly bias?: boolean;
  /** The type of the parameters. Default `"float32"`. */
  readonly dtype?: Dtype;
}

/**
 * Normalises each example over its last dimensions, then scales and shifts each element:
 * `y = (x − mean)/√(variance + eps)·weight + bias`, the variance biased. It behaves alike in training and evaluation.
 *
 * Shapes: `[…, …normalizedShape]` → the same.
 *
 * @throws {@link TensorError} if an input does not end in `normalizedShape`, or is of another dtype.
 * @see PyTorch `torch.nn.LayerNorm`; `bias` as in version 2.1 and later.
 * @see Ba, Kiros & Hinton 2016, "Layer Normalization", arXiv:1607.06450, equation 4.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.LayerNorm(2).forward(tensor([[1, 3], [10, 20]])));
 * // => tensor([[-1.0000,  1.0000],
 * //         [-1.0000,  1.0000]], gradFn=<add>)
 * ```
 */
export class LayerNorm extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "LayerNorm";
  /** @internal */
  static readonly [layerKey]: string = "LayerNorm";
  /** The sizes of the last dimensions of inputs. */
  readonly normalizedShape: readonly number[];
  /** Added to the variance before its root is taken. */
  readonly eps: number;
  /** What each element is multiplied by, 1 at first; null unless `elementwiseAffine`. */
  weight: Parameter | null;
  /** What is added to each element, 0 at first; null unless `elementwiseAffine` and `bias`. */
  bias: Parameter | null;

  /** @param normalizedShape - the sizes of the last dimensions, or the last one alone. */
  constructor(normalizedShape: number | readonly number[], options: LayerNormOptions = {}) {
    checkOptions("LayerNorm", options, ["eps", "elementwiseAffine", "bias", "dtype"]);
    const { eps = 1e-5, elementwiseAffine = true, bias = true, dtype = "float32" } = options;
    const shape = newShape("LayerNorm", typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape);
    checkRange("LayerNorm", "eps", eps, 0, Number.POSITIVE_INFINITY);
    checkFlag("LayerNorm", "elementwiseAffine", elementwiseAffine);
    checkFlag("LayerNorm", "bias", bias);
    checkMaking("LayerNorm", dtype);
    super();
    this.normalizedShape = shape;
    this.eps = eps;
    this.weight = elementwiseAffine ? ownParameter(ones(shape, { dtype })) : null;
    this.bias = elementwiseAffine && bias ? ownParameter(zeros(shape, { dtype })) : null;
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return layerNormFor("LayerNorm.forward", x, this.normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    const affine = `elementwiseAffine=${this.weight !== null}, bias=${this.bias !== null}`;
    return `${show(this.normalizedShape)}, eps=${showNumber(this.eps)}, ${affine}`;
  }
}
