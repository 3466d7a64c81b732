import { grad } from "../../autograd/grad.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import { preserving } from "../measuring/preserving.ts";
import { dotOf } from "../numbers/longVector.ts";
import {
  type BatchNormForm,
  type BatchNormFormChoice,
  type BatchNormLike,
  type BatchNormSettings,
  batchNormFormRules,
  checkAlike,
  columnsOf,
  formOf,
  normalised,
  statisticsOf,
  type Unit,
  type UnitStatistics,
  unitsOf,
} from "./batchNormTerms.ts";

/** Theorem 4.1 for some gradients: what batch norm takes out, what it leaves, and what a mere rescale would do. */
export interface GradientShares {
  /** `‖g‖²`, of the gradient at the output. */
  readonly gradOutputSquared: number;
  /** The share of `‖g‖²` taken out along `1`, the mean of the gradient. From 0 to 1. */
  readonly meanShare: number;
  /** The share of `‖g‖²` taken out along `x̂`. From 0 to 1. */
  readonly xhatShare: number;
  /** `1 − meanShare − xhatShare`. A rescale by `γ/σ` keeps 1: the difference is what is "not a simple rescale". */
  readonly kept: number;
  /** `‖dL/dy‖²` by the theorem: the sum of `scale·(‖g‖² − meanTerm − xhatTerm)` over the units. */
  readonly predicted: number;
  /** `‖dL/dy‖²` by backpropagation. */
  readonly measured: number;
  /** `‖(γ/σ)·g‖²`, the gradient if batch norm were a rescale only. */
  readonly rescaled: number;
  /** The cosine between the gradient and the rescaled one, from −1 to 1; 1 if both are 0, 0 if one is. */
  readonly cosine: number;
}

/** Theorem 4.1 for one unit, term by term. */
export interface UnitGradient extends UnitStatistics, GradientShares {
  /** `γ²/σ²`. */
  readonly scale: number;
  /** `⟨1, g⟩²/m`. */
  readonly meanTerm: number;
  /** `⟨g, x̂⟩²/m`, exactly `⟨g, x̂⟩²/d·(2 − v/(v + eps))`, with `v` the variance, `d` `m` or `m − 1` as it is made. */
  readonly xhatTerm: number;
  /** `⟨g, x̂⟩`. Above 0, growing along `x̂` raises the loss. */
  readonly alongXhat: number;
  /** `⟨1, dL/dy⟩` as measured: 0, by the batch's statistics. */
  readonly measuredAlongOnes: number;
  /** `⟨x̂, dL/dy⟩` as measured: 0 without eps, by the batch's statistics. */
  readonly measuredAlongXhat: number;
}

/** What {@link explainBatchNormGradient} returns. */
export interface BatchNormGradient {
  /** What it is. */
  readonly kind: "batchNormGradient";
  /** Each unit's terms. */
  readonly units: UnitGradient[];
  /** The same for all units together: sums, and shares of the sums. */
  readonly total: GradientShares;
  /** How many values each unit was normalised over. */
  readonly m: number;
  /** The options used. */
  readonly options: BatchNormSettings;
  /** The passes through the batch norm. */
  readonly cost: Cost;
}

const where = "explainBatchNormGradient";

/** @declaration Read by the laws of test/analysis. */
export const explainBatchNormGradientAnalysis = {
  name: where,
  kind: "batchNormGradient",
  of: ["batchNorm", "x", "gradOutput"],
  rules: batchNormFormRules,
  plot: "theoremTerms",
  work,
} as const satisfies Analysis;

/**
 * How the gradient passes a batch norm `z = γx̂ + β`, `x̂ = (y − mean)/σ`, unit by unit: Theorem 4.1 in its exact form,
 *
 * `‖dL/dy‖² = γ²/σ²·(‖g‖² − ⟨1, g⟩²/m − ⟨g, x̂⟩²/d·(2 − v/(v + eps)))`, `g = dL/dz`,
 *
 * with `σ² = v + eps`, and `d = m` for the biased variance, `m − 1` for the unbiased. Without eps the last bracket is 1.
 * `γ²/σ²` is a rescale; the two terms subtracted are none: of the gradient's shape, what is constant over the batch is
 * lost, and what would only spread the activations further apart or draw them together. With running statistics, which
 * are constants, nothing is lost, and batch norm is a rescale.
 *
 * Shapes: `x` and `gradOutput` `[m, c]`, or `[n, c, l]` with `m = n·l`.
 *
 * @param batchNorm - a `BatchNorm1d`; it stays bit for bit as it is.
 * @param x - its input, `y` in the paper.
 * @param gradOutput - the gradient of a loss at its output, such as `grad(loss, [z])[0]`.
 * @param options - another eps or variance than the module's; the gradient is then measured on that form.
 * @throws TensorError for anything but a batch norm, for tensors of other shapes, and for a unit that is constant on
 * the batch while eps is 0.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Theorem 4.1 and Fact C.1. Version 3 prints `1/√m` for the last term:
 * its proof gives `1/m`, with which the bound is an equality.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { explainBatchNormGradient } from "evenkeel/analysis";
 *
 * const norm = new nn.BatchNorm1d(1, { eps: 0, dtype: "float64" });
 * const x = tensor([[1], [2], [3], [6]], { dtype: "float64" });
 * const gradOutput = tensor([[1], [0], [2], [2]], { dtype: "float64" });
 * const { meanShare, xhatShare, kept, predicted, measured } = explainBatchNormGradient(norm, x, gradOutput).units[0];
 * console.log([meanShare, xhatShare, kept].map((share) => share.toFixed(3))); // => [ '0.694', '0.127', '0.179' ]
 * console.log(predicted.toFixed(6), measured.toFixed(6)); // => 0.459184 0.459184
 * ```
 */
export function explainBatchNormGradient(
  batchNorm: BatchNormLike,
  x: Tensor,
  gradOutput: Tensor,
  options: BatchNormForm = {},
): BatchNormGradient {
  return analyse(explainBatchNormGradientAnalysis, options, batchNorm, x, gradOutput);
}

function work(
  _: string,
  options: BatchNormFormChoice,
  batchNorm: BatchNormLike,
  x: Tensor,
  gradOutput: Tensor,
): Unnamed<BatchNormGradient> {
  const { terms, form } = gradientTerms(where, batchNorm, x, gradOutput, options);
  return {
    units: terms.map(({ dot: _, ...unit }) => unit),
    total: totalOf(terms),
    m: x.numel() / terms.length,
    options: form,
    cost: { forward: 1, backward: 1 },
  };
}

/** The terms of each unit, and the gradient at its inputs. */
export function gradientTerms(
  place: string,
  batchNorm: BatchNormLike,
  x: Tensor,
  gradOutput: Tensor,
  options: BatchNormFormChoice,
): { readonly terms: Terms[]; readonly measured: Float64Array[]; readonly form: BatchNormSettings } {
  const form = formOf(place, batchNorm, x, options);
  checkAlike(place, "a gradient", gradOutput, x);
  const units = unitsOf(place, batchNorm, x, form);
  const measured = columnsOf(measure(batchNorm, x, gradOutput, form));
  return { terms: columnsOf(gradOutput).map((g, j) => termsOf(units[j], g, measured[j])), measured, form };
}

function measure(batchNorm: BatchNormLike, x: Tensor, gradOutput: Tensor, form: BatchNormSettings): Tensor {
  const backward = () => {
    const y = x.detach().clone();
    y.requiresGrad = true;
    return grad(normalised(batchNorm, y, form), [y], { gradOutput: gradOutput.detach() })[0];
  };
  return preserving(batchNorm, backward, { batchNorm: form.batchNorm });
}

/** A unit's terms, and the dot product of its gradient with the rescaled one. */
type Terms = UnitGradient & { readonly dot: number };

function termsOf(unit: Unit, g: Float64Array, measured: Float64Array): Terms {
  const { gamma, variance, sigma, xhat, divisor, centred } = unit;
  const m = g.length;
  const ones = g.reduce((sum, value) => sum + value, 0);
  const alongXhat = dotOf(g, xhat);
  const gradOutputSquared = dotOf(g, g);
  const meanTerm = (centred * ones * ones) / m;
  const xhatTerm = ((alongXhat * alongXhat) / divisor) * (2 - variance / (sigma * sigma));
  const scale = (gamma * gamma) / (sigma * sigma);
  const rescaled = scale * gradOutputSquared;
  const dot = (gamma / sigma) * dotOf(g, measured);
  const measuredSquared = dotOf(measured, measured);
  return {
    ...statisticsOf(unit),
    scale,
    gradOutputSquared,
    meanTerm,
    xhatTerm,
    ...sharesOf(gradOutputSquared, meanTerm, xhatTerm),
    predicted: scale * (gradOutputSquared - meanTerm - xhatTerm),
    measured: measuredSquared,
    rescaled,
    cosine: cosineOf(dot, measuredSquared, rescaled),
    alongXhat,
    measuredAlongOnes: measured.reduce((sum, value) => sum + value, 0),
    measuredAlongXhat: dotOf(measured, xhat),
    dot,
  };
}

function totalOf(terms: readonly Terms[]): GradientShares {
  const sum = (of: (unit: Terms) => number): number => terms.reduce((total, unit) => total + of(unit), 0);
  const gradOutputSquared = sum((unit) => unit.gradOutputSquared);
  const [measured, rescaled] = [sum((unit) => unit.measured), sum((unit) => unit.rescaled)];
  return {
    gradOutputSquared,
    ...sharesOf(
      gradOutputSquared,
      sum((unit) => unit.meanTerm),
      sum((unit) => unit.xhatTerm),
    ),
    predicted: sum((unit) => unit.predicted),
    measured,
    rescaled,
    cosine: cosineOf(
      sum((unit) => unit.dot),
      measured,
      rescaled,
    ),
  };
}

function sharesOf(all: number, meanTerm: number, xhatTerm: number) {
  if (all === 0) return { meanShare: 0, xhatShare: 0, kept: 1 };
  const [meanShare, xhatShare] = [meanTerm / all, xhatTerm / all];
  return { meanShare, xhatShare, kept: 1 - meanShare - xhatShare };
}

function cosineOf(dot: number, a: number, b: number): number {
  if (a <= 1e-24 * b || b <= 1e-24 * a) return a === b ? 1 : 0; // what is left of one is rounding
  return Math.min(1, Math.max(-1, dot / Math.sqrt(a) / Math.sqrt(b)));
}
