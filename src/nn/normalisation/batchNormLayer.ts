import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import type { Dtype } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { checkOptions } from "../../base/options.ts";
import { ones, zeros } from "../../functions/factories.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFlag, checkMaking, checkRange, checkSize, checkWord } from "../module/checks.ts";
import { isLayer, type LayerClass } from "../module/layerClass.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";
import { batchNormFor } from "./batchNorm.ts";

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

/** The names of {@link BatchNormLayerOptions}. */
export const batchNormOptionNames = [
  "eps",
  "momentum",
  "affine",
  "trackRunningStats",
  "dtype",
  "variance",
  "runningAverage",
];

/** Whether a value is batch norm, for inputs of any number of dimensions, of this copy of the package or another. */
export function isBatchNorm(value: unknown): value is BatchNormLayer {
  return isLayer(value, BatchNormLayer as unknown as LayerClass<BatchNormLayer>);
}

/** What batch norm is for inputs of any number of dimensions; which ones it takes its classes say. */
export abstract class BatchNormLayer extends Module {
  /** @internal What all classes of batch norm are known by. */
  static readonly evenkeelLayer: string = "BatchNorm";
  /** @internal */
  static readonly evenkeelPytorchNames = ["runningMean", "runningVar", "numBatchesTracked"];
  /** How many features there are. */
  readonly numFeatures: number;
  /** Added to the variance before its root is taken. */
  eps: number;
  /** The weight of the newest batch in the running statistics, or null. */
  momentum: number | null;
  /** What each feature is multiplied by, 1 at first; null unless `affine`. */
  weight: Parameter | null;
  /** What is added to each feature, 0 at first; null unless `affine`. */
  bias: Parameter | null;
  /** The running mean, 0 at first; null unless `trackRunningStats`. */
  runningMean: Tensor | null;
  /** The running unbiased variance, 1 at first; null unless `trackRunningStats`. */
  runningVar: Tensor | null;
  /** How many batches the running statistics have seen, int32; null unless `trackRunningStats`. */
  readonly numBatchesTracked: Tensor | null;
  /** The variance of the batch by which it is normalised. */
  readonly variance: "biased" | "unbiased";
  /** What is averaged over batches. */
  readonly runningAverage: "variance" | "std";

  /** @internal */
  protected readonly where: string;

  /** @internal */
  protected constructor(where: string, numFeatures: number, options: BatchNormLayerOptions) {
    checkOptions(where, options, batchNormOptionNames);
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype = "float32" } = options;
    const { variance = "biased", runningAverage = "variance" } = options;
    checkSize(where, "numFeatures", numFeatures);
    checkRange(where, "eps", eps, 0, Number.POSITIVE_INFINITY);
    if (momentum !== null) checkRange(where, "momentum", momentum, 0, 1);
    checkFlag(where, "affine", affine);
    checkFlag(where, "trackRunningStats", trackRunningStats);
    checkMaking(where, dtype);
    checkWord(where, "variance", variance, ["biased", "unbiased"]);
    checkWord(where, "runningAverage", runningAverage, ["variance", "std"]);
    super();
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? ownParameter(ones([numFeatures], { dtype })) : null;
    this.bias = affine ? ownParameter(zeros([numFeatures], { dtype })) : null;
    this.runningMean = trackRunningStats ? zeros([numFeatures], { dtype }) : null;
    this.runningVar = trackRunningStats ? ones([numFeatures], { dtype }) : null;
    this.numBatchesTracked = trackRunningStats ? zeros([], { dtype: "int32" }) : null;
    this.variance = variance;
    this.runningAverage = runningAverage;
    this.where = `${where}.forward`;
  }

  /** @internal Refuses an input of a shape that is not for this class. */
  protected abstract check(x: Tensor): void;

  override forward(x: Tensor): Tensor {
    this.check(x);
    const { where, runningMean, runningVar, weight, bias, eps, variance, runningAverage, numBatchesTracked } = this;
    checkCount(where, numBatchesTracked);
    const training = this.training || runningMean === null;
    const momentum = this.momentum ?? 1 / ((numBatchesTracked?.item() ?? 0) + 1);
    const settings = { weight, bias, training, momentum, eps, variance, runningAverage };
    const y = batchNormFor(where, x, runningMean, runningVar, settings);
    if (this.training) this.count();
    return y;
  }

  private count(): void {
    const { numBatchesTracked } = this;
    if (numBatchesTracked !== null) noGrad(() => numBatchesTracked.fill_(numBatchesTracked.item() + 1));
  }

  /**
   * Puts the running statistics back to mean 0, variance 1, no batches: with a momentum of null, what follows is the
   * mean over a whole pass through the data.
   * @see PyTorch `reset_running_stats`.
   *
   * @example
   * ```ts
   * import { nn, tensor } from "evenkeel";
   *
   * const norm = new nn.BatchNorm1d(1);
   * norm.forward(tensor([[1], [3]]));
   * norm.resetRunningStats();
   * console.log(norm.runningMean, norm.runningVar); // => tensor([0.]) tensor([1.])
   * ```
   */
  resetRunningStats(): void {
    noGrad(() => {
      this.runningMean?.fill_(0);
      this.runningVar?.fill_(1);
      this.numBatchesTracked?.fill_(0);
    });
  }

  override extraRepr(): string {
    const momentum = this.momentum === null ? "null" : showNumber(this.momentum);
    const [affine, track] = [this.weight !== null, this.runningMean !== null];
    const numbers = `eps=${showNumber(this.eps)}, momentum=${momentum}`;
    const kind = this.variance === "biased" ? "" : `, variance="${this.variance}"`;
    const average = this.runningAverage === "variance" ? "" : `, runningAverage="${this.runningAverage}"`;
    return `${this.numFeatures}, ${numbers}, affine=${affine}, trackRunningStats=${track}${kind}${average}`;
  }
}

/** Refuses what counts batches, where it is not one number that is in memory. */
export function checkCount(where: string, count: unknown): void {
  if (count === null || count === undefined) return;
  if (!isTensor(count) || count.numel() !== 1 || count.dtype === "bool") {
    throw new TensorError(where, { expected: "one number as numBatchesTracked", got: describe(count) });
  }
  refuseDetached(where, count.array);
}
