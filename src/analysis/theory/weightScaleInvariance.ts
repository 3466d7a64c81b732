import { names, positive } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { type BatchNormMode, batchNormRule, preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { greatest } from "../numbers/extremes.ts";
import { dotOf, lengthOf } from "../numbers/longVector.ts";
import { copies, moveTo, norm } from "../numbers/vectors.ts";
import { rowLayers, rows } from "./weightRows.ts";

/** Options of {@link weightScaleInvariance}. */
export interface WeightScaleInvarianceOptions extends LongOptions {
  /** The names of modules whose `weight` is looked at. Default: each linear layer that a batch norm follows. */
  readonly layers?: readonly string[];
  /** `a`, by which the weights are multiplied, above 0. Default `2`. */
  readonly scale?: number;
  /** Which statistics batch norm uses. With the running ones nothing is invariant. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
  /** How far from exact still counts as invariant; eps makes it inexact. Default `1e-3`. */
  readonly tolerance?: number;
}

/** One row of a weight: what makes one unit. */
export interface ScaleInvarianceUnit {
  /** `‖w‖`. */
  readonly weightNorm: number;
  /** `‖dL/dw‖`. */
  readonly gradientNorm: number;
  /** `⟨w, dL/dw⟩`: 0 if the scale of the row does not matter. */
  readonly inner: number;
  /** `inner/(‖w‖·‖dL/dw‖)`, from −1 to 1; 0 where either is 0. */
  readonly cosine: number;
}

/** One layer. */
export interface ScaleInvarianceLayer {
  /** The module's dotted name. */
  readonly name: string;
  /** Each row of the weight. */
  readonly units: ScaleInvarianceUnit[];
  /** The largest `|cosine|` of a row. */
  readonly largestCosine: number;
  /** `L(aW) − L(W)`, with the layer's whole weight multiplied: 0 if its scale does not matter. */
  readonly lossChange: number;
  /** `a·‖∇L(aW)‖/‖∇L(W)‖`, of the gradient at the layer's weight: 1 if its scale does not matter; 0 of no gradient. */
  readonly gradientRatio: number;
  /** Whether `largestCosine`, `lossChange/|L|` and `gradientRatio − 1` are all within `tolerance` of 0. */
  readonly isInvariant: boolean;
}

/** What {@link weightScaleInvariance} returns. */
export interface WeightScaleInvariance {
  /** What it is. */
  readonly kind: "weightScaleInvariance";
  /** Each layer, in order. */
  readonly layers: ScaleInvarianceLayer[];
  /** The loss as it is. */
  readonly loss: number;
  /** The options used, with the names of the layers. */
  readonly options: {
    /** The names of the layers looked at. */
    readonly layers: string[];
    /** The factor of the weights. */
    readonly scale: number;
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
    /** How far from exact still counted as invariant. */
    readonly tolerance: number;
  };
  /** The passes it took. */
  readonly cost: Cost;
}

/** The passes it takes to look at so many layers. */
const costOf = ({ layers }: { readonly layers: number }): Cost => ({
  forward: layers + 3,
  backward: layers + 1,
});

const rules = {
  layers: { is: names },
  scale: { is: positive, default: 2 },
  batchNorm: batchNormRule,
  tolerance: { is: positive, default: 1e-3 },
  ...longRules,
} satisfies OptionRules<WeightScaleInvarianceOptions>;

export const weightScaleInvarianceAnalysis = {
  name: "weightScaleInvariance",
  kind: "weightScaleInvariance",
  of: ["model", "loss"],
  rules,
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * Whether the scale of weights matters. Before batch norm it does not: `BN((aW)x) = BN(Wx)`, hence the loss is the same
 * for `aW`, its gradient there is `1/a` of that at `W`, and each row's gradient is orthogonal to the row. Then weights
 * grow with each step of gradient descent, and what counts of a learning rate is {@link effectiveLearningRate}.
 *
 * Exact for an eps of 0. With eps, `⟨w, dL/dw⟩ = γ⟨g, x̂⟩·eps/(variance + eps)`.
 *
 * @param model - any module; it stays bit for bit as it is.
 * @param loss - its loss on one fixed batch.
 * @param options - see {@link WeightScaleInvarianceOptions}.
 * @throws TensorError for a loss that is not one finite number, not the same twice, or independent of the model;
 * for unknown layers; and where no layers are named and no linear layer has batch norm after it.
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167, section 3.3; van Laarhoven 2017, "L2 Regularization versus Batch and
 * Weight Normalization", arXiv:1706.05350.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { weightScaleInvariance } from "evenkeel/analysis";
 *
 * const options = { dtype: "float64" } as const;
 * const model = new nn.Sequential(new nn.Linear(2, 3, options), new nn.BatchNorm1d(3, { ...options, eps: 0 }));
 * const x = tensor([[1, 2], [3, 5], [4, 1]], options);
 * const { layers } = weightScaleInvariance(model, () => model.forward(x).tanh().sum(), { scale: 10 });
 * const { name, largestCosine, gradientRatio, isInvariant } = layers[0];
 * console.log(name, largestCosine < 1e-9, gradientRatio.toFixed(9), isInvariant); // => 0 true 1.000000000 true
 * ```
 */
export function weightScaleInvariance(
  model: Module,
  loss: Loss,
  options: WeightScaleInvarianceOptions = {},
): WeightScaleInvariance {
  return analyse(weightScaleInvarianceAnalysis, options, model, loss);
}

/**
 * The same as {@link weightScaleInvariance}, and lets others work between layers.
 *
 * @throws TensorError as there, by rejecting; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { weightScaleInvarianceAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3), new nn.Tanh(), new nn.Linear(3, 1));
 * const x = randn([8, 2]);
 * const { cost } = await weightScaleInvarianceAsync(model, () => model.forward(x).square().mean());
 * console.log(cost); // => { forward: 4, backward: 2 }
 * ```
 */
export const weightScaleInvarianceAsync = /* @__PURE__ */ inBackground(
  weightScaleInvarianceAnalysis,
  weightScaleInvariance,
);

function* work(
  where: string,
  options: Settings<WeightScaleInvarianceOptions, typeof rules>,
  model: Module,
  loss: Loss,
): Parts<Unnamed<WeightScaleInvariance>> {
  const { scale, batchNorm, tolerance } = options;
  const chosen = rowLayers(where, model, options.layers);
  const weights = chosen.map(({ weight }) => weight);
  const probe = new Probe(where, model, loss, weights);
  const { forward, backward } = costOf({ layers: chosen.length });
  const total = forward + backward;
  checkBudget(where, total, options);
  const within = preservingParts(model, { batchNorm });

  const start = copies(weights);
  const { value, gradient } = within(() => ({ value: probe.check(), gradient: probe.gradient().gradient }));
  const found: ScaleInvarianceLayer[] = [];
  for (const [i, layer] of chosen.entries()) {
    const own = [start[i]];
    const scaled = within(() => {
      moveTo([weights[i]], own, own, scale - 1);
      return probe.gradient();
    });
    found.push(
      layerOf({ ...layer, weight: start[i] }, gradient[i], scaled.gradient[i], scaled.loss - value, value, {
        scale,
        tolerance,
      }),
    );
    yield { done: probe.cost.forward + probe.cost.backward, total };
  }
  return {
    layers: found,
    loss: value,
    options: { layers: chosen.map(({ name }) => name), scale, batchNorm, tolerance },
    cost: probe.cost,
  };
}

function layerOf(
  { name, weight }: { readonly name: string; readonly weight: Tensor },
  gradient: Tensor,
  scaledGradient: Tensor,
  lossChange: number,
  loss: number,
  { scale, tolerance }: { readonly scale: number; readonly tolerance: number },
): ScaleInvarianceLayer {
  const gradients = rows(gradient);
  const units = rows(weight).map((w, i) => {
    const [weightNorm, gradientNorm, inner] = [lengthOf(w), lengthOf(gradients[i]), dotOf(w, gradients[i])];
    const cosine = weightNorm > 0 && gradientNorm > 0 ? inner / weightNorm / gradientNorm : 0;
    return { weightNorm, gradientNorm, inner, cosine: Math.min(1, Math.max(-1, cosine)) };
  });
  const before = norm([gradient]);
  const gradientRatio = before === 0 ? 0 : (scale * norm([scaledGradient])) / before;
  const largestCosine = greatest(units.map(({ cosine }) => Math.abs(cosine)));
  const isSameGradient = before === 0 || Math.abs(gradientRatio - 1) <= tolerance;
  const isInvariant =
    isSameGradient && largestCosine <= tolerance && Math.abs(lossChange) <= tolerance * Math.abs(loss);
  return { name, units, largestCosine, lossChange, gradientRatio, isInvariant };
}
