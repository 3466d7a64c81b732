import { isTensor } from "../../base/brand.ts";
import { type Shape, sizeOf } from "../../base/dtype.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { notNegative } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import { sameShape } from "../../base/shapes.ts";
import { isModule } from "../../nn/module/fields.ts";
import type { Module } from "../../nn/module/module.ts";
import { isNormalisation } from "../../nn/normalisation/statistics.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type BatchNormMode, batchNormRule } from "../measuring/preserving.ts";

/** How the variance is divided: by `m`, or by `m − 1`. */
export type VarianceKind = "biased" | "unbiased";

/** Which form of batch norm is explained. */
export interface BatchNormForm {
  /** Added to the variance. Default: the module's. `0` gives the paper's form. */
  readonly eps?: number;
  /** Divided by `m`, or by `m − 1` as the usual `std` is. Default: the module's `variance`, else `"biased"`. */
  readonly variance?: VarianceKind;
  /** By the batch's statistics, or by the running ones, which are constants. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** The names of {@link BatchNormForm}. */
export const batchNormFormRules = {
  eps: { is: notNegative },
  variance: { words: ["biased", "unbiased"] },
  batchNorm: batchNormRule,
} satisfies OptionRules<BatchNormForm>;

/** The options with their defaults, but for what the batch norm itself says. */
export type BatchNormFormChoice = Settings<BatchNormForm, typeof batchNormFormRules>;

/** The {@link BatchNormForm} used. */
export type BatchNormSettings = Required<BatchNormForm>;

/** A module that scales, shifts and normalises each feature, as `nn.BatchNorm1d` does. */
export type BatchNormLike = Module & {
  /** Added to the variance. */
  readonly eps: number;
  /** `γ`, `[c]`, or null for 1. */
  readonly weight: Tensor | null;
  /** `β`, `[c]`, or null for 0. */
  readonly bias: Tensor | null;
  /** The running mean, `[c]`, or null. */
  readonly runningMean: Tensor | null;
  /** The running variance, `[c]`, or null. */
  readonly runningVar: Tensor | null;
};

/** One unit of a batch-norm layer on one batch. */
export interface UnitStatistics {
  /** Its place among the features. */
  readonly unit: number;
  /** `γ`. */
  readonly gamma: number;
  /** The mean subtracted. */
  readonly mean: number;
  /** The variance, without eps. */
  readonly variance: number;
  /** `σ = √(variance + eps)`, what was divided by. */
  readonly sigma: number;
}

/** A unit with its normalised activations. */
export interface Unit extends UnitStatistics {
  /** `x̂`, one for each of the `m` values. */
  readonly xhat: Float64Array;
  /** What `Σ x̂²` is divided by in the gradient: `m`, `m − 1`, or infinity for constant statistics. */
  readonly divisor: number;
  /** By how much the mean of the gradient is taken out: 1, or 0 for constant statistics. */
  readonly centred: 0 | 1;
}

/** Checks a batch norm and its input; the form to be explained, with the module's own values filled in. */
export function formOf(where: string, batchNorm: unknown, x: unknown, form: BatchNormFormChoice): BatchNormSettings {
  if (!isModule(batchNorm) || !("runningVar" in batchNorm) || !("eps" in batchNorm)) {
    const hint = "Give the layer itself, such as model[1].";
    throw new TensorError(where, { expected: "a BatchNorm1d", got: describe(batchNorm), hint });
  }
  const module = batchNorm as BatchNormLike & { readonly variance?: VarianceKind };
  const { eps = module.eps, variance = module.variance ?? "biased", batchNorm: mode } = form;
  if (!isTensor(x) || x.ndim < 2 || x.ndim > 5 || !/^float/.test(x.dtype)) {
    throw new TensorError(where, { expected: "a float input of shape [n, c] or [n, c, …places]", got: describe(x) });
  }
  const width = (module.weight ?? module.runningVar)?.numel() ?? x.shape[1];
  if (x.shape[1] !== width) {
    throw new TensorError(where, { expected: `an input of ${width} features`, got: show(x.shape) });
  }
  if (!isOverBatch(module, x.shape)) {
    throw new TensorError(where, {
      expected: "a layer that normalises each feature over the whole batch",
      got: `a ${module.constructor.name}`,
    });
  }
  if (mode === "running" && module.runningVar === null) {
    throw new TensorError(where, { expected: "a batch norm with running statistics", got: "one without" });
  }
  if (mode === "batch" && x.numel() / width < 2) {
    throw new TensorError(where, { expected: "two or more values per feature", got: show(x.shape) });
  }
  return { eps, variance, batchNorm: mode };
}

/** Whether a layer takes the statistics of each feature over all else, as it says; one that says nothing does. */
function isOverBatch(module: Module, shape: Shape): boolean {
  if (!isNormalisation(module)) return true;
  const { sizes, axes } = module.normalisedOver(shape);
  return sameShape(sizes, shape) && axes.length === shape.length - 1 && !axes.includes(1);
}

/** Checks a tensor that goes with another, such as the gradient at an output. */
export function checkAlike(where: string, name: string, value: unknown, x: Tensor): void {
  if (isTensor(value) && sameShape(value.shape, x.shape) && value.dtype === x.dtype) return;
  throw new TensorError(where, { expected: `${name} like the input, ${describe(x)}`, got: describe(value) });
}

/**
 * The output of a batch norm in the form asked for: by the module itself where that is its own, else written out. It
 * can be differentiated twice. To be called within `preserving`.
 */
export function normalised(module: BatchNormLike, x: Tensor, form: BatchNormSettings): Tensor {
  const own = (module as { variance?: VarianceKind }).variance ?? "biased";
  if (form.eps === module.eps && form.variance === own) return module.forward(x);
  const dims = x.shape.map((_, dim) => dim).filter((dim) => dim !== 1);
  const channel = x.shape.map((size, dim) => (dim === 1 ? size : 1));
  const isBatch = form.batchNorm === "batch";
  const { runningMean, runningVar, weight, bias } = module;
  const mean = isBatch ? x.mean(dims, { keepdim: true }) : (runningMean as Tensor).reshape(channel);
  const correction = form.variance === "biased" ? 0 : 1;
  const variance = isBatch ? x.var(dims, { correction, keepdim: true }) : (runningVar as Tensor).reshape(channel);
  const xhat = x.sub(mean).div(variance.add(form.eps).sqrt());
  const scaled = weight === null ? xhat : xhat.mul(weight.reshape(channel));
  return bias === null ? scaled : scaled.add(bias.reshape(channel));
}

/** The units of a batch norm on a batch, in float64. */
export function unitsOf(where: string, module: BatchNormLike, x: Tensor, form: BatchNormSettings): Unit[] {
  const columns = columnsOf(x);
  const [gammas, means, variances] = [module.weight, module.runningMean, module.runningVar];
  return columns.map((column, unit) => {
    const m = column.length;
    const isBatch = form.batchNorm === "batch";
    const mean = isBatch ? column.reduce((sum, y) => sum + y, 0) / m : (means?.data[unit] ?? 0);
    const divisor = form.variance === "biased" ? m : m - 1;
    const squares = column.reduce((sum, y) => sum + (y - mean) * (y - mean), 0);
    const variance = isBatch ? squares / divisor : (variances?.data[unit] ?? 1);
    const sigma = Math.sqrt(variance + form.eps);
    if (!Number.isFinite(sigma)) {
      const expected = "what goes into the batch norm to be finite, and its squares";
      throw new TensorError(where, { expected, got: `unit ${unit}, whose σ is ${sigma}`, code: "EVENKEEL_NOT_FINITE" });
    }
    if (sigma === 0) {
      throw new TensorError(where, {
        expected: "units whose variance and eps are not both 0",
        got: `unit ${unit}, whose √(variance + eps) is 0`,
        hint: "A unit that is constant on the batch has no normalised value without eps.",
      });
    }
    const xhat = column.map((y) => (y - mean) / sigma);
    const gamma = gammas?.data[unit] ?? 1;
    const statistics = { unit, gamma, mean, variance, sigma, xhat };
    return isBatch ? { ...statistics, divisor, centred: 1 } : { ...statistics, divisor: Infinity, centred: 0 };
  });
}

/** What of a unit is reported. */
export const statisticsOf = ({ unit, gamma, mean, variance, sigma }: Unit): UnitStatistics => ({
  unit,
  gamma,
  mean,
  variance,
  sigma,
});

/** `[n, c]` or `[n, c, …places]` as the `n·l` values of each of the `c` features, in float64. */
export function columnsOf(x: Tensor): Float64Array[] {
  const [n, c, ...places] = x.shape;
  const l = sizeOf(places);
  const { data } = x;
  return Array.from({ length: c }, (_, unit) =>
    Float64Array.from({ length: n * l }, (_, i) => data[(Math.floor(i / l) * c + unit) * l + (i % l)]),
  );
}

/** The gradient as it passes a unit: `(γ/σ)(g − ḡ − x̂⟨g, x̂⟩/divisor)`. The map is symmetric. */
export function through({ gamma, sigma, xhat, divisor, centred }: Unit, g: Float64Array): Float64Array {
  const mean = (centred * g.reduce((sum, value) => sum + value, 0)) / g.length;
  const along = g.reduce((sum, value, i) => sum + value * xhat[i], 0) / divisor;
  return g.map((value, i) => (gamma / sigma) * (value - mean - xhat[i] * along));
}
