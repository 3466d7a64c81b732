import type { Dtype, Shape } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { flag, notNegative, orNull } from "../../base/optionKinds.ts";
import { checkRule, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { newShape, sameShape } from "../../base/shapes.ts";
import { ones } from "../../functions/factories.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkOperand, floatDtype, optionalTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";
import { lastOf, type NormalisedOver } from "./normalisedOver.ts";

/** Options of {@link rmsNorm}. */
export interface RMSNormFunctionOptions {
  /** Scales each feature, of shape `normalizedShape`. Default: none. */
  readonly weight?: Tensor | null;
  /** Added to the mean square; null for the distance from 1 to the next number of the dtype. Default `null`. */
  readonly eps?: number | null;
}

const functionRules = {
  weight: optionalTensor,
  eps: { is: /* @__PURE__ */ orNull(notNegative), default: null },
} as const satisfies OptionRules<RMSNormFunctionOptions>;

/**
 * Divides each example by the root of the mean of its squares: `y = x/√(mean(x²) + eps)·weight`, over the last dimensions.
 * Nothing is subtracted.
 *
 * Shapes: `x` `[…, ...normalizedShape]`, `weight` `normalizedShape` → as `x`.
 *
 * @param normalizedShape - the last sizes of `x`.
 * @throws {@link TensorError} for other shapes or dtypes.
 * @see Zhang & Sennrich 2019, "Root Mean Square Layer Normalization", arXiv:1910.07467.
 * @see PyTorch `torch.nn.functional.rms_norm`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.rmsNorm(tensor([[3, 4], [0, 2]]), [2]));
 * // => tensor([[0.8485, 1.1314],
 * //         [0.0000, 1.4142]])
 * ```
 */
export function rmsNorm(x: Tensor, normalizedShape: readonly number[], options?: RMSNormFunctionOptions): Tensor {
  const settings = optionsOf("rmsNorm", options, functionRules);
  return rmsNormFor("rmsNorm", x, newShape("rmsNorm", normalizedShape), settings);
}

function rmsNormFor(
  where: string,
  x: Tensor,
  shape: readonly number[],
  { weight, eps }: Required<RMSNormFunctionOptions>,
): Tensor {
  checkFloats(where, "input", x);
  if (shape.length === 0 || !sameShape(x.shape.slice(-shape.length), shape)) {
    const isNone = shape.length === 0;
    throw new TensorError(where, {
      expected: isNone ? "at least one size to normalise over" : `an input of shape [*, ${shape.join(", ")}]`,
      got: isNone ? "[]" : show(x.shape),
    });
  }
  checkOperand(where, "weight", weight, shape, x);
  checkRule(where, functionRules.eps, "eps", eps); // a field of a layer, which anyone may set
  const least = x.dtype === "float32" ? 2 ** -23 : Number.EPSILON;
  const dims = shape.map((_, d) => x.ndim - shape.length + d);
  const y = x.mul(
    x
      .square()
      .mean(dims, { keepdim: true })
      .add(eps ?? least)
      .rsqrt(),
  );
  return weight === null ? y : y.mul(weight);
}

/** Options of {@link RMSNorm}. */
export interface RMSNormOptions {
  /** Added to the mean square; null for the distance from 1 to the next number of the dtype. Default `null`. */
  readonly eps?: number | null;
  /** Whether to scale, by a parameter. Default `true`. */
  readonly elementwiseAffine?: boolean;
  /** The type of the parameter. Default `"float32"`. */
  readonly dtype?: Dtype;
}

const rules = {
  eps: { is: /* @__PURE__ */ orNull(notNegative), default: null },
  elementwiseAffine: { is: flag, default: true },
  dtype: floatDtype,
} as const satisfies OptionRules<RMSNormOptions>;

/**
 * Divides each example by the root of the mean of its squares, then scales: see {@link rmsNorm}.
 *
 * Shapes: `[…, ...normalizedShape]` → the same.
 *
 * @throws {@link TensorError} for an input of another shape or dtype.
 * @see Zhang & Sennrich 2019, "Root Mean Square Layer Normalization", arXiv:1910.07467.
 * @see PyTorch `torch.nn.RMSNorm`, of 2.4 and later.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 *
 * const y = new nn.RMSNorm(8).forward(randn([4, 8]));
 * console.log(y.square().mean(1).sub(1).abs().lt(1e-5).all().item()); // => true
 * ```
 */
export class RMSNorm extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "RMSNorm";
  /** @internal */
  static readonly evenkeelLayer: string = "RMSNorm";
  /** The sizes of the last dimensions of inputs. */
  readonly normalizedShape: readonly number[];
  /** Added to the mean square; null for the distance from 1 to the next number of the dtype. */
  eps: number | null;
  /** What each feature is multiplied by, 1 at first; null unless `elementwiseAffine`. */
  weight: Parameter | null;

  /**
   * @param normalizedShape - the last sizes of inputs, or the last alone.
   * @param options - see {@link RMSNormOptions}.
   */
  constructor(normalizedShape: number | readonly number[], options: RMSNormOptions = {}) {
    const { eps, elementwiseAffine, dtype } = optionsOf("RMSNorm", options, rules);
    const shape = newShape("RMSNorm", typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape);
    if (shape.length === 0) {
      throw new TensorError("RMSNorm", { expected: "at least one size to normalise over", got: "[]" });
    }
    super();
    this.normalizedShape = shape;
    this.eps = eps;
    this.weight = elementwiseAffine ? ownParameter(ones(shape, { dtype })) : null;
  }

  override forward(x: Tensor): Tensor {
    return rmsNormFor("RMSNorm.forward", x, this.normalizedShape, this);
  }

  /** @internal Over which elements of an input of a shape its statistics are taken. */
  normalisedOver(shape: Shape): NormalisedOver {
    return lastOf(shape, this.normalizedShape.length, "meanSquare");
  }

  override extraRepr(): string {
    const { normalizedShape, eps, weight } = this;
    const shown = eps === null ? "null" : showNumber(eps);
    return `${show(normalizedShape)}, eps=${shown}, elementwiseAffine=${weight !== null}`;
  }
}
