import { noGrad } from "../../autograd/gradMode.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { fromZero, orNull, text } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Module } from "../module/module.ts";
import { ownParameter } from "../module/parameter.ts";
import { checkParameter, reparametrise, restore } from "./reparametrised.ts";

/** Options of {@link weightNorm}. */
export interface WeightNormOptions {
  /** The parameter. Default `"weight"`. */
  readonly name?: string;
  /** The dimension along which each slice has a length of its own; null for one length of all. Default `0`. */
  readonly dim?: number | null;
}

const rules = {
  name: { is: text, default: "weight" },
  dim: { is: /* @__PURE__ */ orNull(fromZero), default: 0 },
} as const satisfies OptionRules<WeightNormOptions>;

const kind = "weight norm";

/**
 * Has a parameter of a module be a length times a direction, `w = g·v/‖v‖`, of which `g` and `v` are trained in its place: one
 * length for each slice along `dim`, for each output by default. At first `w` is what it was. Returns the module.
 *
 * `module.weight` is made anew whenever it is read, and is no parameter any more; those are `weight_g` and `weight_v`, also in
 * state dicts. An optimiser is made afterwards. What is assigned to the field takes the place of both.
 *
 * @throws {@link TensorError} for a field that is no parameter, or is made of others already, and for a dimension that it has not.
 * @see Salimans & Kingma 2016, "Weight Normalization", arXiv:1602.07868, equation 2.
 * @see PyTorch `torch.nn.utils.weight_norm`, whose hook makes the weight before each `forward`, and
 * where a `dim` of −1 is one length of all; it is refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const layer = new nn.Linear(2, 1, { bias: false });
 * layer.loadStateDict({ weight: tensor([[3, 4]]) });
 * nn.utils.weightNorm(layer);
 * console.log(Object.keys(layer.stateDict()), layer.stateDict().weight_g.item()); // => [ 'weight_g', 'weight_v' ] 5
 * ```
 */
export function weightNorm<M extends Module<unknown>>(module: M, options: WeightNormOptions = {}): M {
  const { name, dim } = optionsOf("weightNorm", options, rules);
  const weight = checkParameter("weightNorm", module, name);
  if (dim !== null && dim >= weight.ndim) {
    throw new TensorError("weightNorm", {
      expected: `a dimension from 0 to ${weight.ndim - 1}, or null, as dim`,
      got: describe(dim),
    });
  }
  const dims = [...weight.shape.keys()].filter((d) => d !== dim);
  const lengthOf = (v: Tensor) => {
    if (dim === null) return v.norm();
    return dims.length === 0 ? v.abs() : v.norm(2, dims, { keepdim: true });
  };
  const [v, g] = noGrad(() => [weight.detach().clone(), lengthOf(weight)]);
  const parts = { g: ownParameter(g.clone()), v: ownParameter(v) };
  for (const part of Object.values(parts)) part.requiresGrad = weight.requiresGrad;
  reparametrise(kind, module, name, parts, (g, v) => v.mul(g.div(lengthOf(v))));
  return module;
}

/**
 * Undoes {@link weightNorm}: the weight that `g` and `v` make is a parameter again, and they are gone. Returns the module.
 *
 * @param name - the parameter. Default `"weight"`.
 * @throws {@link TensorError} for a field that is not under weight norm.
 * @see PyTorch `torch.nn.utils.remove_weight_norm`.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = nn.utils.removeWeightNorm(nn.utils.weightNorm(new nn.Linear(2, 1)));
 * console.log(layer.namedParameters().map(([name]) => name)); // => [ 'bias', 'weight' ]
 * ```
 */
export function removeWeightNorm<M extends Module<unknown>>(module: M, name = "weight"): M {
  return restore("removeWeightNorm", kind, module, name);
}
