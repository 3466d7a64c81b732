import { noGrad } from "../autograd/gradMode.ts";
import { isTensor } from "../brand.ts";
import { describe, show, TensorError } from "../errors.ts";
import { ones, zeros } from "../factories.ts";
import type { Dtype, Shape } from "../kernels/array.ts";
import type { BatchStatistics } from "../kernels/index.ts";
import { batchNormEvaluating, batchNormTraining } from "../ops/batchNorm.ts";
import { checkOptions } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { checkFlag, checkMaking, checkRange, checkSize } from "./checks.ts";
import { batchNormFor, moveRunning } from "./functional/batchNorm.ts";
import { areOf, isPlain, type LayerLink, linkOf } from "./link.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { showNumber } from "./repr.ts";

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
}

/**
 * Normalises each feature over the batch, then scales and shifts it:
 * `y = (x − mean)/√(variance + eps)·weight + bias`.
 *
 * While training, mean and variance are those of the batch (the variance biased), and the running statistics move
 * towards them (the variance unbiased): `running ← (1 − momentum)·running + momentum·batch`, in `forward`, also under
 * `noGrad`. With a momentum of null, the n-th batch counts `1/n`. While evaluating, the running statistics take the
 * batch's place, as constants. Without them (`trackRunningStats: false`) it behaves alike in both modes.
 *
 * Shapes: `[n, numFeatures]` or `[n, numFeatures, l]` → the same. Statistics are over `n`, or `n` and `l`.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of one value per feature where the statistics
 * are the batch's. Nothing has changed then.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, Algorithms 1 and 2.
 * @see PyTorch `torch.nn.BatchNorm1d`, same defaults, same statistics. There `num_batches_tracked` is int64, and has
 * counted a batch that is then refused; momentum may be any number; and without parameters and running statistics the
 * number of features is not checked. 1.13 takes an `eps` of 0, as here; later versions refuse it in training.
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
  /** How many features there are. */
  readonly numFeatures: number;
  /** Added to the variance before its root is taken. */
  eps: number;
  /** The weight of the newest batch in the running statistics, or null. */
  momentum: number | null;
  /** What each feature is multiplied by, 1 at first; null unless `affine`. */
  readonly weight: Parameter | null;
  /** What is added to each feature, 0 at first; null unless `affine`. */
  readonly bias: Parameter | null;
  /** The running mean, 0 at first; null unless `trackRunningStats`. */
  readonly runningMean: Tensor | null;
  /** The running unbiased variance, 1 at first; null unless `trackRunningStats`. */
  readonly runningVar: Tensor | null;
  /** How many batches the running statistics have seen, int32; null unless `trackRunningStats`. */
  readonly numBatchesTracked: Tensor | null;

  /** @param options - see {@link BatchNorm1dOptions}. */
  constructor(numFeatures: number, options: BatchNorm1dOptions = {}) {
    checkOptions("BatchNorm1d", options, ["eps", "momentum", "affine", "trackRunningStats", "dtype"]);
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype = "float32" } = options;
    checkSize("BatchNorm1d", "numFeatures", numFeatures);
    checkRange("BatchNorm1d", "eps", eps, 0, Number.POSITIVE_INFINITY);
    if (momentum !== null) checkRange("BatchNorm1d", "momentum", momentum, 0, 1);
    checkFlag("BatchNorm1d", "affine", affine);
    checkFlag("BatchNorm1d", "trackRunningStats", trackRunningStats);
    checkMaking("BatchNorm1d", dtype);
    super();
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? new Parameter(ones([numFeatures], { dtype })) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures], { dtype })) : null;
    this.runningMean = trackRunningStats ? zeros([numFeatures], { dtype }) : null;
    this.runningVar = trackRunningStats ? ones([numFeatures], { dtype }) : null;
    this.numBatchesTracked = trackRunningStats ? zeros([], { dtype: "int32" }) : null;
  }

  override forward(x: Tensor): Tensor {
    this.check(x);
    const { runningMean, runningVar, weight, bias, eps } = this;
    const y = batchNormFor("BatchNorm1d.forward", x, runningMean, runningVar, {
      weight,
      bias,
      training: this.training || runningMean === null,
      momentum: this.momentumNow(),
      eps,
    });
    if (this.training) this.count();
    return y;
  }

  /** The weight of this batch in the running statistics. */
  private momentumNow(): number {
    return this.momentum ?? 1 / ((this.numBatchesTracked?.item() ?? 0) + 1);
  }

  private count(): void {
    const { numBatchesTracked } = this;
    if (numBatchesTracked !== null) noGrad(() => numBatchesTracked.fill_(numBatchesTracked.item() + 1));
  }

  /** @internal */
  [linkOf]([n, width]: Shape, dtype: Dtype): LayerLink | null {
    const { numFeatures, weight, bias, runningMean, runningVar, eps } = this;
    const momentum = this.momentumNow();
    const usesBatch = this.training || runningMean === null || runningVar === null;
    const isSane = eps >= 0 && eps < Number.POSITIVE_INFINITY && momentum >= 0 && momentum <= 1;
    if (!isPlain(this, BatchNorm1d.prototype.forward) || width !== numFeatures || !isSane || n < 2) return null;
    const affine = [weight ?? ones([width], { dtype }), bias ?? zeros([width], { dtype })];
    const running = runningMean === null || runningVar === null ? [] : [runningMean, runningVar];
    if (!areOf(dtype, [...affine, ...running])) return null;
    if (!usesBatch) return { op: batchNormEvaluating(eps), inputs: [...running, ...affine], width };
    let isNews = true; // the same batch may be normalised again for a second gradient
    const observe = (statistics: BatchStatistics) => {
      if (isNews) moveRunning(statistics, runningMean, runningVar, momentum);
      if (isNews && this.training) this.count();
      isNews = false;
    };
    return { op: batchNormTraining(eps, observe), inputs: affine, width };
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
    return `${this.numFeatures}, ${numbers}, affine=${affine}, trackRunningStats=${track}`;
  }

  private check(x: Tensor): void {
    if (isTensor(x) && (x.ndim === 2 || x.ndim === 3) && x.shape[1] === this.numFeatures) return;
    throw new TensorError("BatchNorm1d.forward", {
      expected: `an input of shape [n, ${this.numFeatures}] or [n, ${this.numFeatures}, l]`,
      got: isTensor(x) ? show(x.shape) : describe(x),
      hint: isTensor(x) && x.ndim > 3 ? "To make one row of each example: x.flatten(1)." : "",
    });
  }
}
