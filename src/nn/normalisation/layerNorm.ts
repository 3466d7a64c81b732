import { inTurn } from "../../autograd/hidden.ts";
import { type Dtype, type Shape, sizeOf } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { flag, notNegative } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { newShape, sameShape } from "../../base/shapes.ts";
import { ones, zeros } from "../../functions/factories.ts";
import { batchNormTraining } from "../../ops/batchNorm.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkOperand, floatDtype, optionalTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";
import { lastOf, type NormalisedOver } from "./normalisedOver.ts";

/** Options of {@link layerNorm}. */
export interface LayerNormFunctionOptions {
  /** Scales each feature, of shape `normalizedShape`. Default: none. */
  readonly weight?: Tensor | null;
  /** Shifts each feature, of shape `normalizedShape`. Default: none. */
  readonly bias?: Tensor | null;
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
}

const functionRules = {
  weight: optionalTensor,
  bias: optionalTensor,
  eps: { is: notNegative, default: 1e-5 },
} as const satisfies OptionRules<LayerNormFunctionOptions>;

/**
 * Normalises each example over its last dimensions: `y = (x − mean)/√(variance + eps)·weight + bias`, the variance
 * biased.
 *
 * Shapes: `[…, …normalizedShape]` → the same.
 *
 * @param normalizedShape - the sizes of the last dimensions.
 * @throws {@link TensorError} if `x` does not end in `normalizedShape`, or shapes or dtypes of the others do not fit.
 * @see PyTorch `torch.nn.functional.layer_norm`.
 * @see Ba, Kiros & Hinton 2016, "Layer Normalization", arXiv:1607.06450, equation 4.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.layerNorm(tensor([[1, 3], [10, 20]]), [2], { eps: 0 }));
 * // => tensor([[-1.,  1.],
 * //         [-1.,  1.]])
 * ```
 */
export function layerNorm(x: Tensor, normalizedShape: readonly number[], options?: LayerNormFunctionOptions): Tensor {
  return layerNormFor("layerNorm", x, normalizedShape, optionsOf("layerNorm", options, functionRules));
}

/** {@link layerNorm} on behalf of `where`. */
function layerNormFor(
  where: string,
  x: Tensor,
  normalizedShape: readonly number[],
  { weight, bias, eps }: Required<LayerNormFunctionOptions>,
): Tensor {
  checkFloats(where, "input", x);
  const shape = newShape(where, normalizedShape);
  if (shape.length === 0 || !sameShape(x.shape.slice(-shape.length), shape)) {
    throw new TensorError(where, {
      expected:
        shape.length === 0 ? "at least one size to normalise over" : `an input of shape [*, ${shape.join(", ")}]`,
      got: shape.length === 0 ? "[]" : show(x.shape),
    });
  }
  checkOperand(where, "weight", weight, shape, x);
  checkOperand(where, "bias", bias, shape, x);
  const rows = sizeOf(x.shape.slice(0, -shape.length));
  // Examples as the channels of a batch of one: what batch norm does for each channel.
  const channels = x.reshape([1, rows, sizeOf(shape)]);
  const [one, zero] = [ones([rows], { dtype: x.dtype }), zeros([rows], { dtype: x.dtype })];
  const normalise = () => apply(batchNormTraining(eps), channels, one, zero);
  const flat = (v: Tensor) => (v.ndim === 1 ? v : v.reshape(sizeOf(shape)));
  const scale = weight === null ? null : flat(weight);
  const scaled = () => (scale === null ? normalise() : inTurn(normalise, (y) => y.mul(scale)));
  if (bias === null) return scaled().reshape(x.shape);
  const shift = flat(bias);
  return inTurn(scaled, (y) => y.add(shift)).reshape(x.shape);
}

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

const rules = {
  eps: { is: notNegative, default: 1e-5 },
  elementwiseAffine: { is: flag, default: true },
  bias: { is: flag, default: true },
  dtype: floatDtype,
} as const satisfies OptionRules<LayerNormOptions>;

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
 * //         [-1.0000,  1.0000]], gradFn=<reshape>)
 * ```
 */
export class LayerNorm extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "LayerNorm";
  /** @internal */
  static readonly evenkeelLayer: string = "LayerNorm";
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
    const { eps, elementwiseAffine, bias, dtype } = optionsOf("LayerNorm", options, rules);
    const shape = newShape("LayerNorm", typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape);
    super();
    this.normalizedShape = shape;
    this.eps = eps;
    this.weight = elementwiseAffine ? ownParameter(ones(shape, { dtype })) : null;
    this.bias = elementwiseAffine && bias ? ownParameter(zeros(shape, { dtype })) : null;
  }

  override forward(x: Tensor): Tensor {
    return layerNormFor("LayerNorm.forward", x, this.normalizedShape, this);
  }

  /** @internal Over which elements of an input of a shape its statistics are taken. */
  normalisedOver(shape: Shape): NormalisedOver {
    return lastOf(shape, this.normalizedShape.length, "variance");
  }

  override extraRepr(): string {
    const affine = `elementwiseAffine=${this.weight !== null}, bias=${this.bias !== null}`;
    return `${show(this.normalizedShape)}, eps=${showNumber(this.eps)}, ${affine}`;
  }
}
