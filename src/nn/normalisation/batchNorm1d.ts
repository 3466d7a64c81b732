import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import type { Dtype } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { checkOptions } from "../../base/options.ts";
import { ones, zeros } from "../../functions/factories.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFlag, checkMaking, checkRange, checkRows, checkSize, checkWord } from "../module/checks.ts";
import { hidesOutput } from "../module/hidesOutput.ts";
import { layerKey } from "../module/layerClass.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";
import { pytorchNames } from "../module/spelling.ts";
import { batchNormFor } from "./batchNorm.ts";

/** Options of {@link BatchNorm1d}. */
export interface BatchNorm1dOptions {
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

/** The names of {@link BatchNorm1dOptions}. */
export const batchNorm1dOptionNames = [
  "eps",
  "momentum",
  "affine",
  "trackRunningStats",
  "dtype",
  "variance",
  "runningAverage",
];

/**
 * Normalises each feature over the batch, then scales and shifts it:
 * `y = (x − mean)/√(variance + eps)·weight + bias`.
 *
 * While training, mean and variance are those of the batch (the variance biased), and the running statistics move
 * towards them (the variance unbiased): `running ← (1 − momentum)·running + momentum·batch`, in `forward`, also under
 * `noGrad`. With a momentum of null, the n-th batch counts `1/n`. While evaluating, the running statistics take the
 * batch's place, as constants. Without them (`trackRunningStats: false`) it behaves alike in both modes.
 *
 * Written by hand it is often `(x − x.mean(0))/x.std(0)`, with a running mean and a running std. That is
 * `{ variance: "unbiased", eps: 0, momentum: 0.001, runningAverage: "std" }`, whatever the momentum. `variance:
 * "unbiased"` makes the output smaller by `√((n − 1)/n)`. With `runningAverage: "std"` what moves is
 * `√runningVar ← (1 − momentum)·√runningVar + momentum·std`, so that `runningVar` is the square of the average and stays
 * a variance: names and evaluation are the same, and so is what a state dict means. With an `eps` of 0 a constant
 * feature gives NaN.
 *
 * Shapes: `[n, numFeatures]` or `[n, numFeatures, l]` → the same. Statistics are over `n`, or `n` and `l`.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of one value per feature where the statistics
 * are the batch's. Nothing has changed then.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, Algorithms 1 and 2.
 * @see PyTorch `torch.nn.BatchNorm1d`, same defaults, same statistics. There `num_batches_tracked` is int64, and has
 * counted a batch that is then refused; momentum may be any number; and without parameters and running statistics the
 * number of features is not checked. 1.13 takes an `eps` of 0, as here; later versions refuse it in training. It
 * has neither `variance` nor `runningAverage`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const norm = new nn.BatchNorm1d(2);
 * const x = tensor([[1, 10], [3, 14], [8, 12]]);
 * console.log(norm.forward(x).mean(0).abs().lt(1e-6)); // => tensor([true, true])
 * console.log(norm.runningMean, norm.runningVar); // => tensor([0.4000, 1.2000]) tensor([2.2000, 1.3000])
 * console.log(norm.eval().forward(tensor([[0.4, 1.2]])).abs().lt(1e-6)); // => tensor([[true, true]])
 * ```
 */
export class BatchNorm1d extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "BatchNorm1d";
  /** @internal */
  static readonly [layerKey]: string = "BatchNorm1d";
  /** @internal */
  static readonly [pytorchNames] = ["runningMean", "runningVar", "numBatchesTracked"];
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

  /** @param options - see {@link BatchNorm1dOptions}. */
  constructor(numFeatures: number, options: BatchNorm1dOptions = {}) {
    checkOptions("BatchNorm1d", options, batchNorm1dOptionNames);
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype = "float32" } = options;
    const { variance = "biased", runningAverage = "variance" } = options;
    checkSize("BatchNorm1d", "numFeatures", numFeatures);
    checkRange("BatchNorm1d", "eps", eps, 0, Number.POSITIVE_INFINITY);
    if (momentum !== null) checkRange("BatchNorm1d", "momentum", momentum, 0, 1);
    checkFlag("BatchNorm1d", "affine", affine);
    checkFlag("BatchNorm1d", "trackRunningStats", trackRunningStats);
    checkMaking("BatchNorm1d", dtype);
    checkWord("BatchNorm1d", "variance", variance, ["biased", "unbiased"]);
    checkWord("BatchNorm1d", "runningAverage", runningAverage, ["variance", "std"]);
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
  }

  /** @internal The rarer forms make more than one array, of which the tape knows one. */
  get [hidesOutput](): boolean {
    const { variance, runningAverage } = this;
    return this.forward === BatchNorm1d.prototype.forward && variance === "biased" && runningAverage === "variance";
  }

  override forward(x: Tensor): Tensor {
    const where = "BatchNorm1d.forward";
    checkRows(where, x, this.numFeatures);
    const { runningMean, runningVar, weight, bias, eps, variance, runningAverage, numBatchesTracked } = this;
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
   * @see PyTorch `BatchNorm1d.reset_running_stats`.
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

function checkCount(where: string, count: unknown): void {
  if (count === null || count === undefined) return;
  if (!isTensor(count) || count.numel() !== 1 || count.dtype === "bool") {
    throw new TensorError(where, { expected: "one number as numBatchesTracked", got: describe(count) });
  }
  refuseDetached(where, count.array);
}
