import { describe, TensorError } from "../../base/errors.ts";
import { names } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import { greatest, least } from "../numbers/extremes.ts";
import { lengthOf } from "../numbers/longVector.ts";
import { rowLayers, rows } from "./weightRows.ts";

/** Something that has learning rates for parameters: an optimiser. */
export interface HasLearningRates {
  /** Groups of parameters, each with its rate. */
  readonly paramGroups: readonly {
    /** The parameters. */
    readonly params: readonly Tensor[];
    /** Their learning rate. */
    readonly lr: number;
  }[];
}

/** Options of {@link effectiveLearningRate}. */
export interface EffectiveLearningRateOptions {
  /** The names of modules whose `weight` is looked at. Default: each linear layer that a batch norm follows. */
  readonly layers?: readonly string[];
}

/** One layer. */
export interface EffectiveLearningRateLayer {
  /** The module's dotted name. */
  readonly name: string;
  /** The learning rate of its weight. */
  readonly lr: number;
  /** `lr/‖w‖²` for each row; null for a row of 0, for which there is none. */
  readonly rates: (number | null)[];
  /** `‖w‖` for each row. */
  readonly weightNorms: number[];
  /** The mean of `rates`, or null if there are none. */
  readonly mean: number | null;
  /** The smallest of `rates`, or null. */
  readonly smallest: number | null;
  /** The largest of `rates`, or null. */
  readonly largest: number | null;
}

/** What {@link effectiveLearningRate} returns. */
export interface EffectiveLearningRate {
  /** What it is. */
  readonly kind: "effectiveLearningRate";
  /** Each layer, in order. */
  readonly layers: EffectiveLearningRateLayer[];
  /** The options used: the names of the layers. */
  readonly options: {
    /** The names of the layers looked at. */
    readonly layers: string[];
  };
  /** No passes. */
  readonly cost: {
    /** Evaluations of the loss. */
    readonly forward: 0;
    /** Gradients of it. */
    readonly backward: 0;
  };
}

const where = "effectiveLearningRate";

const rules = {
  layers: { is: names },
} satisfies OptionRules<EffectiveLearningRateOptions>;

type Choice = Settings<EffectiveLearningRateOptions, typeof rules>;

/** @declaration Read by the laws of test/analysis. */
export const effectiveLearningRateAnalysis = {
  name: where,
  kind: "effectiveLearningRate",
  of: ["model", "lr"],
  rules,
  work,
} as const satisfies Analysis;

/**
 * What a learning rate comes to for weights whose scale does not matter, as before batch norm: `lr/‖w‖²` for each unit.
 * A step changes the direction `w/‖w‖` by that much times the gradient at weights of length 1, since the gradient at
 * `w` is `1/‖w‖` of it, and `w` itself is `‖w‖` long. So it falls as weights grow, and weight decay keeps it up.
 *
 * It is that of plain gradient descent. Momentum of `μ` makes it `1/(1 − μ)` times as large in the long run; Adam divides
 * by the gradient, and `lr/‖w‖` is nearer to what happens.
 *
 * @param model - any module.
 * @param lr - a learning rate, or an optimiser that has them.
 * @throws TensorError for a rate below 0, an optimiser without the weight of a layer, unknown layers, and where
 * no layers are named and no linear layer has batch norm after it.
 * @see van Laarhoven 2017, "L2 Regularization versus Batch and Weight Normalization", arXiv:1706.05350, section 3;
 * {@link weightScaleInvariance} measures whether it applies.
 *
 * @example
 * ```ts
 * import { nn, optim } from "evenkeel";
 * import { effectiveLearningRate } from "evenkeel/analysis";
 *
 * const linear = new nn.Linear(4, 2);
 * nn.init.constant_(linear.weight, 0.5);
 * const model = new nn.Sequential(linear, new nn.BatchNorm1d(2));
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.3 });
 * console.log(effectiveLearningRate(model, optimizer).layers[0].rates); // => [ 0.3, 0.3 ]
 * nn.init.constant_(linear.weight, 5);
 * console.log(effectiveLearningRate(model, optimizer).layers[0].rates); // => [ 0.003, 0.003 ]
 * ```
 */
export function effectiveLearningRate(
  model: Module,
  lr: number | HasLearningRates,
  options: EffectiveLearningRateOptions = {},
): EffectiveLearningRate {
  return analyse(effectiveLearningRateAnalysis, options, model, lr);
}

function work(
  _: string,
  options: Choice,
  model: Module,
  lr: number | HasLearningRates,
): Unnamed<EffectiveLearningRate> {
  const chosen = rowLayers(where, model, options.layers);
  const layers = chosen.map(({ name, weight }) => {
    const rate = rateOf(name, weight, lr);
    const weightNorms = rows(weight).map(lengthOf);
    const rates = weightNorms.map((length) => (length > 0 ? rate / (length * length) : null));
    const known = rates.filter((value) => value !== null);
    const [mean, smallest, largest] =
      known.length === 0
        ? [null, null, null]
        : [known.reduce((sum, value) => sum + value, 0) / known.length, least(known), greatest(known)];
    return { name, lr: rate, rates, weightNorms, mean, smallest, largest };
  });
  return { layers, options: { layers: chosen.map(({ name }) => name) }, cost: { forward: 0, backward: 0 } };
}

function rateOf(name: string, weight: Tensor, lr: unknown): number {
  const groups = (lr as Partial<HasLearningRates> | null)?.paramGroups;
  const group = Array.isArray(groups) ? groups.find(({ params }) => params.includes(weight)) : undefined;
  if (Array.isArray(groups) && group === undefined) {
    throw new TensorError(where, { expected: `an optimiser that has the weight of "${name}"`, got: "one without" });
  }
  const rate = group === undefined ? lr : group.lr;
  if (typeof rate === "number" && rate >= 0 && Number.isFinite(rate)) return rate;
  throw new TensorError(where, { expected: "a learning rate from 0 on, or an optimiser", got: describe(rate) });
}
