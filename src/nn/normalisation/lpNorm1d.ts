import { noGrad } from "../../autograd/gradMode.ts";
import type { Dtype } from "../../base/dtype.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { checkOptions } from "../../base/options.ts";
import { ones, zeros } from "../../functions/factories.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFlag, checkMaking, checkRange, checkRows, checkSameDtype, checkSize } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link LpNorm1d}. */
export interface LpNorm1dOptions {
  /** Which norm: 1, 2 or `Infinity`. Default `2`. */
  readonly p?: number;
  /** Added to the norm, so that nothing is divided by 0. Default `1e-5`. */
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

const optionNames = ["p", "eps", "momentum", "affine", "trackRunningStats", "dtype"];

/**
 * Centres each feature over the batch, divides it by the average lp norm that it had before, then scales and shifts it:
 * `y = (x − mean)/(norm + eps)·weight + bias`, where the norm is of the values themselves, not of their deviations from
 * the mean:
 *
 * - `p` of 1: `norm = (1/n)·Σ|x|`;
 * - `p` of 2: `norm = √((1/n)·Σx²)`;
 * - `p` of `Infinity`: `norm = max |x|`.
 *
 * That is how this library reads the paper's "the average of their lp-norm (before shifting the mean)", for which it
 * prints no formula. So `p` of 2 is not batch norm: it divides by `√(variance + mean²)`, and a feature far from 0 comes
 * out small. For a feature whose mean is 0 both are the same.
 *
 * Gradients go through mean and norm. While training both are those of the batch, and the running ones move towards
 * them: `running ← (1 − momentum)·running + momentum·batch`, without any correction for the size of the batch. With a
 * momentum of null, the n-th batch counts `1/n`. While evaluating, the running ones take their place, as constants.
 *
 * Shapes: `[n, numFeatures]` or `[n, numFeatures, l]` → the same. Mean and norm are over `n`, or `n` and `l`.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of one value per feature where the statistics
 * are the batch's. Nothing has changed then.
 * @see Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?", arXiv:1805.11604, section 3.3.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([[1], [3], [8]]);
 * console.log(new nn.LpNorm1d(1, { p: 1, eps: 0, affine: false }).forward(x)); // mean 4, norm 4
 * // => tensor([[-0.7500],
 * //         [-0.2500],
 * //         [ 1.0000]])
 * console.log(new nn.LpNorm1d(1, { p: Infinity, eps: 0, affine: false }).forward(x)); // norm 8
 * // => tensor([[-0.3750],
 * //         [-0.1250],
 * //         [ 0.5000]])
 * ```
 */
export class LpNorm1d extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "LpNorm1d";
  /** @internal */
  static readonly evenkeelLayer: string = "LpNorm1d";
  /** @internal */
  static readonly evenkeelPytorchNames = ["runningMean", "runningNorm", "numBatchesTracked"];
  /** How many features there are. */
  readonly numFeatures: number;
  /** Which norm. */
  readonly p: number;
  /** Added to the norm. */
  eps: number;
  /** The weight of the newest batch in the running statistics, or null. */
  momentum: number | null;
  /** What each feature is multiplied by, 1 at first; null unless `affine`. */
  weight: Parameter | null;
  /** What is added to each feature, 0 at first; null unless `affine`. */
  bias: Parameter | null;
  /** The running mean, 0 at first; null unless `trackRunningStats`. */
  runningMean: Tensor | null;
  /** The running norm, 1 at first; null unless `trackRunningStats`. */
  runningNorm: Tensor | null;
  /** How many batches the running statistics have seen, int32; null unless `trackRunningStats`. */
  readonly numBatchesTracked: Tensor | null;

  /** @param options - see {@link LpNorm1dOptions}. */
  constructor(numFeatures: number, options: LpNorm1dOptions = {}) {
    checkOptions("LpNorm1d", options, optionNames);
    const { p = 2, eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype = "float32" } = options;
    checkSize("LpNorm1d", "numFeatures", numFeatures);
    if (p !== 1 && p !== 2 && p !== Number.POSITIVE_INFINITY) {
      throw new TensorError("LpNorm1d", { expected: "p to be 1, 2 or Infinity", got: describe(p) });
    }
    checkRange("LpNorm1d", "eps", eps, 0, Number.POSITIVE_INFINITY);
    if (momentum !== null) checkRange("LpNorm1d", "momentum", momentum, 0, 1);
    checkFlag("LpNorm1d", "affine", affine);
    checkFlag("LpNorm1d", "trackRunningStats", trackRunningStats);
    checkMaking("LpNorm1d", dtype);
    super();
    this.numFeatures = numFeatures;
    this.p = p;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? ownParameter(ones([numFeatures], { dtype })) : null;
    this.bias = affine ? ownParameter(zeros([numFeatures], { dtype })) : null;
    this.runningMean = trackRunningStats ? zeros([numFeatures], { dtype }) : null;
    this.runningNorm = trackRunningStats ? ones([numFeatures], { dtype }) : null;
    this.numBatchesTracked = trackRunningStats ? zeros([], { dtype: "int32" }) : null;
  }

  override forward(x: Tensor): Tensor {
    this.check(x);
    const { runningMean, runningNorm, weight, bias, eps } = this;
    const usesBatch = this.training || runningMean === null || runningNorm === null;
    if (x.numel() === 0) {
      if (this.training) this.count();
      return this.affine(x, weight, bias);
    }
    if (!usesBatch)
      return this.affine(x.sub(meeting(x, runningMean)).div(meeting(x, runningNorm).add(eps)), weight, bias);
    const dims = x.ndim === 2 ? 0 : [0, 2];
    // In float64, where the norm of many large numbers is not infinite before it is divided.
    const wide = x.to("float64");
    const mean = wide.mean(dims, { keepdim: true });
    const norm = wide.norm(this.p, dims, { keepdim: true }).div(rootOf(x.numel() / this.numFeatures, this.p));
    if (this.training) this.move(mean, norm);
    return this.affine(wide.sub(mean).div(norm.add(eps)).to(x.dtype), weight, bias);
  }

  private affine(x: Tensor, weight: Tensor | null, bias: Tensor | null): Tensor {
    const y = weight === null ? x : x.mul(meeting(x, weight));
    return bias === null ? y : y.add(meeting(x, bias));
  }

  private move(mean: Tensor, norm: Tensor): void {
    const momentum = this.momentum ?? 1 / ((this.numBatchesTracked?.item() ?? 0) + 1);
    noGrad(() => {
      this.runningMean?.lerp_(mean.flatten(), momentum);
      this.runningNorm?.lerp_(norm.flatten(), momentum);
    });
    this.count();
  }

  private count(): void {
    const { numBatchesTracked } = this;
    if (numBatchesTracked !== null) noGrad(() => numBatchesTracked.fill_(numBatchesTracked.item() + 1));
  }

  /**
   * Puts the running statistics back to mean 0, norm 1, no batches.
   *
   * @example
   * ```ts
   * import { nn, tensor } from "evenkeel";
   *
   * const norm = new nn.LpNorm1d(1, { p: 1 });
   * norm.forward(tensor([[1], [3]]));
   * console.log(norm.runningMean, norm.runningNorm); // => tensor([0.2000]) tensor([1.1000])
   * norm.resetRunningStats();
   * console.log(norm.runningMean, norm.runningNorm); // => tensor([0.]) tensor([1.])
   * ```
   */
  resetRunningStats(): void {
    noGrad(() => {
      this.runningMean?.fill_(0);
      this.runningNorm?.fill_(1);
      this.numBatchesTracked?.fill_(0);
    });
  }

  override extraRepr(): string {
    const momentum = this.momentum === null ? "null" : showNumber(this.momentum);
    const [affine, track] = [this.weight !== null, this.runningMean !== null];
    const numbers = `p=${this.p}, eps=${showNumber(this.eps)}, momentum=${momentum}`;
    return `${this.numFeatures}, ${numbers}, affine=${affine}, trackRunningStats=${track}`;
  }

  private check(x: Tensor): void {
    checkRows("LpNorm1d.forward", x, this.numFeatures);
    const own = this.weight ?? this.runningMean;
    if (own !== null) checkSameDtype("LpNorm1d.forward", "parameters", own, x);
    for (const state of [this.weight, this.bias, this.runningMean, this.runningNorm, this.numBatchesTracked]) {
      if (state !== null) refuseDetached("LpNorm1d.forward", state.array);
    }
    const usesBatch = this.training || this.runningMean === null;
    if (!usesBatch || x.numel() === 0 || x.numel() > this.numFeatures) return;
    throw new TensorError("LpNorm1d.forward", {
      expected: "more than one value per feature, where mean and norm are those of the batch",
      got: `an input of shape ${show(x.shape)}`,
      hint: "A last batch of one is left out by a DataLoader with { dropLast: true }; for single examples, model.eval().",
    });
  }
}

/** The p-th root of how many values there are. */
function rootOf(count: number, p: number): number {
  if (p === 1) return count;
  return p === 2 ? Math.sqrt(count) : 1;
}

/** Features `[c]` laid out to meet `x` `[n, c]` or `[n, c, l]`. */
const meeting = (x: Tensor, v: Tensor): Tensor => (x.ndim === 2 ? v : v.reshape([1, v.numel(), 1]));
