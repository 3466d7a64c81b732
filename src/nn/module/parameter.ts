import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { Tensor } from "../../tensor/tensor.ts";

export const parameterBrand: unique symbol = Symbol.for("evenkeel.Parameter") as never;

const rules = { requiresGrad: { is: flag, default: true } } as const satisfies OptionRules<{
  readonly requiresGrad?: boolean;
}>;

/**
 * A tensor that training changes: a leaf that wants a gradient. Assigned to a field of a module it is one of its
 * parameters.
 *
 * @throws {@link TensorError} if it is made from anything but a float32 or float64 tensor.
 * @see PyTorch `torch.nn.Parameter`. It shares the memory of the tensor that it is made from, as there.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * const weight = new nn.Parameter(zeros([2, 3]));
 * console.log(weight.requiresGrad, weight.isLeaf); // => true true
 * ```
 */
export class Parameter extends Tensor {
  /** @internal */
  readonly [parameterBrand] = true;

  /** Makes a parameter of the values of `x`; with `requiresGrad: false` it is frozen. Default `true`. */
  constructor(x: Tensor, options?: { readonly requiresGrad?: boolean }) {
    const { requiresGrad } = optionsOf("Parameter", options, rules);
    if (!isTensor(x)) throw new TensorError("Parameter", { expected: "a tensor", got: describe(x) });
    super(x.array);
    this.requiresGrad = requiresGrad;
  }

  /** The values, under a heading. */
  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}

/** A parameter of a layer's own making, whose memory nobody has seen: training may move it to where kernels find it. */
export function ownParameter(x: Tensor): Parameter {
  const parameter = new Parameter(x);
  parameter.array.isHidden = true;
  return parameter;
}

/** Whether a value is a {@link Parameter}, of this copy of the package or another. */
export function isParameter(value: unknown): value is Parameter {
  return isTensor(value) && parameterBrand in value;
}
