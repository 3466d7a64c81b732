import type { Dtype } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { zeros } from "../../functions/factories.ts";
import { linear as fused } from "../../ops/linear.ts";
import { aGenerator } from "../../random/generator.ts";
import { apply, type RandomOptions, type Tensor } from "../../tensor/tensor.ts";
import { drawFrom, uniform_ } from "../init/fill.ts";
import { kaimingUniform_ } from "../init/kaiming.ts";
import { checkOperand, checkSameDtype, checkSize, checkTensor, floatDtype } from "../module/checks.ts";
import { hidden } from "../module/hidesOutput.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";

/**
 * `y = x·Wᵀ + b`, the affine map of the last dimension.
 *
 * Shapes: `x` `[…, in]`, `weight` `[out, in]`, `bias` `[out]` → `[…, out]`.
 *
 * @param bias - default: none.
 * @throws {@link TensorError} if the last size of `x` is not that of `weight`, or the dtypes differ.
 * @see PyTorch `torch.nn.functional.linear`. A `weight` of one dimension is refused.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const [weight, bias] = [tensor([[1, 2], [3, 4]]), tensor([10, 20])];
 * console.log(nn.functional.linear(tensor([1, 1]), weight, bias)); // => tensor([13., 27.])
 * ```
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return linearFor("linear", x, weight, bias);
}

/** {@link linear} on behalf of `where`. */
function linearFor(where: string, x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  checkTensor(where, "input", x);
  checkLinear(where, x, weight, bias);
  if (x.ndim === 2) return bias === null ? apply(fused, x, weight) : apply(fused, x, weight, bias);
  const y = x.matmulTransposed(where, weight);
  return bias === null ? y : y.add(bias);
}

function checkLinear(where: string, x: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkTensor(where, "weight", weight);
  if (weight.ndim !== 2) throw new TensorError(where, { expected: "a weight [out, in]", got: show(weight.shape) });
  const [out, features] = weight.shape;
  checkSameDtype(where, "weight", weight, x);
  checkOperand(where, "bias", bias, [out], x);
  const { length } = x.shape;
  if (length > 0 && x.shape[length - 1] === features) return;
  throw new TensorError(where, {
    expected: `an input of shape [*, ${features}]`,
    got: show(x.shape),
    hint: length > 2 ? "To make one row of each example: x.flatten(1)." : "",
  });
}

/** Options of {@link Linear}. */
export interface LinearOptions extends RandomOptions {
  /** Whether to add a bias. Default `true`. */
  readonly bias?: boolean;
  /** The type of the parameters. Default `"float32"`. */
  readonly dtype?: Dtype;
}

const rules = {
  bias: { is: flag, default: true },
  generator: { is: aGenerator },
  dtype: floatDtype,
} as const satisfies OptionRules<LinearOptions>;

/**
 * `y = x·Wᵀ + b`, an affine map of the last dimension.
 *
 * Weight `[outFeatures, inFeatures]`, then bias `[outFeatures]`, start spread evenly over `±1/√inFeatures`.
 *
 * Shapes: `[…, inFeatures]` → `[…, outFeatures]`.
 *
 * @throws {@link TensorError} if the input is of another size or dtype.
 * @see PyTorch `torch.nn.Linear`: the same initial values from the same seed.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, zeros } from "evenkeel";
 *
 * manualSeed(0);
 * const layer = new nn.Linear(3, 2);
 * console.log(layer.weight);
 * // => Parameter containing:
 * // tensor([[-0.0043,  0.3097, -0.4752],
 * //         [-0.4249, -0.2224,  0.1548]], requiresGrad=true)
 * console.log(layer.forward(zeros([5, 3])).shape); // => [ 5, 2 ]
 * ```
 */
export class Linear extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Linear";
  /** @internal */
  static readonly evenkeelLayer: string = "Linear";
  /** The size of the last dimension of inputs. */
  readonly inFeatures: number;
  /** The size of the last dimension of outputs. */
  readonly outFeatures: number;
  /** `W`, `[outFeatures, inFeatures]`. */
  weight: Parameter;
  /** `b`, `[outFeatures]`, or null. */
  bias: Parameter | null;

  /** @param options - whether there is a bias, and how the parameters are made. */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    const { bias, generator, dtype } = optionsOf("Linear", options, rules);
    checkSize("Linear", "inFeatures", inFeatures);
    checkSize("Linear", "outFeatures", outFeatures);
    super();
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const source = drawFrom({ generator });
    this.weight = ownParameter(zeros([outFeatures, inFeatures], { dtype }));
    this.bias = bias ? ownParameter(zeros([outFeatures], { dtype })) : null;
    kaimingUniform_(this.weight, { a: Math.sqrt(5), ...source }); // in PyTorch's way: gain 1/√3, times √3
    const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0;
    if (this.bias !== null) uniform_(this.bias, { a: -bound, b: bound, ...source });
  }

  /** @internal */
  get hidesOutput(): object | null {
    return hidden(this.forward, Linear.prototype.forward);
  }

  override forward(x: Tensor): Tensor {
    return linearFor("Linear.forward", x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== null}`;
  }
}
