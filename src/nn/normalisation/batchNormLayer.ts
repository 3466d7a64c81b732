import type { Dtype, Shape } from "../../base/dtype.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isLayer, type LayerClass } from "../module/layerClass.ts";
import { batchNormFor } from "./batchNorm.ts";
import { eachChannel, type NormalisedOver } from "./normalisedOver.ts";
import { checkCount, RunningNorm, runningNormRules } from "./runningNorm.ts";

/** Options of {@link BatchNorm1d}, {@link BatchNorm2d} and {@link BatchNorm3d}. */
export interface BatchNormLayerOptions {
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
  /** The weight of the newest batch in the running statistics, from 0 to 1; null for the mean of all. Default `0.1`. */
  readonly momentum?: number | null;
  /** Whether to scale and shift, by parameters. Default `true`. */
  readonly affine?: boolean;
  /** Whether to keep running statistics; without them those of the batch serve always. Default `true`. */
  readonly trackRunningStats?: boolean;
  /** The type of parameters and running statistics. Default `"float32"`. */
  readonly dtype?: Dtype;
  /** The variance of the batch by which it is normalised, `Σ(x − mean)²` over `n` or `n − 1`. Default `"biased"`. */
  readonly variance?: "biased" | "unbiased";
  /** What is averaged over batches: variances, or standard deviations. Default `"variance"`. */
  readonly runningAverage?: "variance" | "std";
}

/** The rules of {@link BatchNormLayerOptions}. */
export const batchNormRules = /* @__PURE__ */ Object.assign({}, runningNormRules, {
  variance: { words: ["biased", "unbiased"], default: "biased" },
  runningAverage: { words: ["variance", "std"], default: "variance" },
} as const) satisfies OptionRules<BatchNormLayerOptions>;

/** Whether a value is batch norm, for inputs of any number of dimensions, of this copy of the package or another. */
export function isBatchNorm(value: unknown): value is BatchNormLayer {
  return isLayer(value, BatchNormLayer as unknown as LayerClass<BatchNormLayer>);
}

/** What batch norm is for inputs of any number of dimensions; which ones it takes its classes say. */
export abstract class BatchNormLayer extends RunningNorm {
  /** @internal What all classes of batch norm are known by. */
  static readonly evenkeelLayer: string = "BatchNorm";
  /** The running unbiased variance, 1 at first; null unless `trackRunningStats`. */
  declare runningVar: Tensor | null;
  /** The variance of the batch by which it is normalised. */
  readonly variance: "biased" | "unbiased";
  /** What is averaged over batches. */
  readonly runningAverage: "variance" | "std";

  /** @internal */
  protected constructor(where: string, numFeatures: number, options: BatchNormLayerOptions) {
    const settings = optionsOf(where, options, batchNormRules);
    super(where, numFeatures, settings, "runningVar");
    this.variance = settings.variance;
    this.runningAverage = settings.runningAverage;
  }

  /** @internal Refuses an input of a shape that is not for this class. */
  protected abstract check(x: Tensor): void;

  override forward(x: Tensor): Tensor {
    this.check(x);
    const { where, runningMean, runningVar, weight, bias, eps, variance, runningAverage, numBatchesTracked } = this;
    checkCount(where, numBatchesTracked);
    const training = this.training || runningMean === null;
    const momentum = this.momentum ?? this; // that of a mean of all batches is known when it comes to that
    const settings = { weight, bias, training, momentum, eps, variance, runningAverage };
    const y = batchNormFor(where, x, runningMean, runningVar, settings);
    if (this.training) this.count();
    return y;
  }

  /** @internal Over which elements of an input of a shape its statistics are taken. */
  normalisedOver(shape: Shape): NormalisedOver {
    return eachChannel(shape, this.variance === "biased" ? "variance" : "unbiasedVariance");
  }

  /** What stands in the brackets when it is printed. */
  override extraRepr(): string {
    const kind = this.variance === "biased" ? "" : `, variance="${this.variance}"`;
    const average = this.runningAverage === "variance" ? "" : `, runningAverage="${this.runningAverage}"`;
    return `${this.numFeatures}, ${super.extraRepr()}${kind}${average}`;
  }
}
