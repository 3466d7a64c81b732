import { noGrad } from "../../autograd/gradMode.ts";
import { sizeOf } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { notNegative, text } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Module } from "../module/module.ts";
import { ownParameter } from "../module/parameter.ts";
import { eachNormalised } from "../normalisation/groupNorm.ts";
import { checkParameter, reparametrise, restore } from "./reparametrised.ts";

/** Options of {@link weightStandardisation}. */
export interface WeightStandardisationOptions {
  /** The parameter. Default `"weight"`. */
  readonly name?: string;
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
}

const rules = {
  name: { is: text, default: "weight" },
  eps: { is: notNegative, default: 1e-5 },
} as const satisfies OptionRules<WeightStandardisationOptions>;

const kind = "weight standardisation";

/**
 * Has the weights of each output of a linear or convolution layer have mean 0 and variance 1, `ŵ = (v − mean)/√(variance + eps)`, with
 * mean and biased variance over all dimensions but the first; `v` is trained in their place. Returns the module.
 *
 * `module.weight` is made anew whenever it is read, and is no parameter any more; that is `weight_v`, also in state dicts. An optimiser
 * is made afterwards. What is assigned to the field takes its place.
 *
 * @throws {@link TensorError} for a field that is no parameter of two dimensions or more, or is made of others already.
 * @see Qiao et al. 2019, "Micro-Batch Training with Batch-Channel Normalization and Weight Standardization", arXiv:1903.10520,
 * equations 6 and 7.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = nn.utils.weightStandardisation(new nn.Conv2d(3, 4, 3));
 * console.log(layer.weight.mean([1, 2, 3]).abs().lt(1e-6).all().item()); // => true
 * ```
 */
export function weightStandardisation<M extends Module<unknown>>(
  module: M,
  options: WeightStandardisationOptions = {},
): M {
  const { name, eps } = optionsOf("weightStandardisation", options, rules);
  const weight = checkParameter("weightStandardisation", module, name);
  if (weight.ndim < 2) {
    throw new TensorError("weightStandardisation", {
      expected: "a parameter of two dimensions or more",
      got: describe(weight),
    });
  }
  const v = ownParameter(noGrad(() => weight.detach().clone()));
  v.requiresGrad = weight.requiresGrad;
  reparametrise(kind, module, name, { v }, (v) => eachNormalised(v, v.shape[0], sizeOf(v.shape.slice(1)), eps));
  return module;
}

/**
 * Undoes {@link weightStandardisation}: the weights that it makes are a parameter again. Returns the module.
 *
 * @param name - the parameter. Default `"weight"`.
 * @throws {@link TensorError} for a field that is not under weight standardisation.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = nn.utils.weightStandardisation(new nn.Linear(4, 2));
 * console.log(nn.utils.removeWeightStandardisation(layer).weight.mean(1).abs().lt(1e-6).all().item()); // => true
 * ```
 */
export function removeWeightStandardisation<M extends Module<unknown>>(module: M, name = "weight"): M {
  return restore("removeWeightStandardisation", kind, module, name);
}
