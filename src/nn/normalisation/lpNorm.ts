import { noGrad } from "../../autograd/gradMode.ts";
import type { Dtype, Shape } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { type OptionKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { whole } from "../../base/shared.ts";
import type { NDArray } from "../../kernels/array.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkPlaces, checkRows, checkSameDtype } from "../module/checks.ts";
import { eachChannel, type NormalisedOver } from "./normalisedOver.ts";
import { RunningNorm, runningNormRules } from "./runningNorm.ts";

/** Options of {@link LpNorm1d} and {@link LpNorm2d}. */
export interface LpNormOptions {
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

/** Options of {@link LpNorm1d}. */
export type LpNorm1dOptions = LpNormOptions;

const order: OptionKind = {
  expected: "1, 2 or Infinity",
  accepts: (p) => p === 1 || p === 2 || p === Number.POSITIVE_INFINITY,
};

const rules = /* @__PURE__ */ Object.assign(
  { p: { is: order, default: 2 } } as const,
  runningNormRules,
) satisfies OptionRules<LpNormOptions>;

/** What lp normalisation is of inputs of any number of dimensions. */
abstract class LpNorm extends RunningNorm {
  /** Which norm. */
  readonly p: number;
  /** The running norm, 1 at first; null unless `trackRunningStats`. */
  declare runningNorm: Tensor | null;

  /** @internal */
  protected constructor(where: string, numFeatures: number, options: LpNormOptions) {
    const settings = optionsOf(where, options, rules);
    super(where, numFeatures, settings, "runningNorm");
    this.p = settings.p;
  }

  /** @internal Refuses an input of a shape that is not for this class. */
  protected abstract check(x: Tensor): void;

  override forward(x: Tensor): Tensor {
    this.checkInput(x);
    const { runningMean, runningNorm, weight, bias, eps } = this;
    const usesBatch = this.training || runningMean === null || runningNorm === null;
    if (x.numel() === 0) {
      if (this.training) this.count();
      return this.affine(x, weight, bias);
    }
    if (!usesBatch)
      return this.affine(x.sub(meeting(x, runningMean)).div(meeting(x, runningNorm).add(eps)), weight, bias);
    const dims = [...x.shape.keys()].filter((dim) => dim !== 1);
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
    whole("running statistics", [this, mean.array, norm.array], moveRunning);
    this.count();
  }

  /** @internal Over which elements of an input of a shape its statistics are taken. */
  normalisedOver(shape: Shape): NormalisedOver {
    return eachChannel(shape, "norm");
  }

  /** What stands in the brackets when it is printed. */
  override extraRepr(): string {
    return `${this.numFeatures}, p=${this.p}, ${super.extraRepr()}`;
  }

  private checkInput(x: Tensor): void {
    this.check(x);
    const own = this.weight ?? this.runningMean;
    if (own !== null) checkSameDtype(this.where, "parameters", own, x);
    for (const state of [this.weight, this.bias, this.runningMean, this.runningNorm, this.numBatchesTracked]) {
      if (state !== null) refuseDetached(this.where, state.array);
    }
    const usesBatch = this.training || this.runningMean === null;
    if (!usesBatch || x.numel() === 0 || x.numel() > this.numFeatures) return;
    throw new TensorError(this.where, {
      expected: "more than one value per feature, where mean and norm are those of the batch",
      got: `an input of shape ${show(x.shape)}`,
      hint: "A last batch of one is left out by a DataLoader with { dropLast: true }; for single examples, model.eval().",
    });
  }
}

function moveRunning(layer: RunningNorm & { runningNorm: Tensor | null }, mean: NDArray, norm: NDArray): void {
  const { runningMean, runningNorm } = layer;
  const momentum = layer.nextMomentum();
  noGrad(() => {
    runningMean?.lerp_(runningMean.wrap(mean).flatten(), momentum);
    runningNorm?.lerp_(runningNorm.wrap(norm).flatten(), momentum);
  });
}

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
export class LpNorm1d extends LpNorm {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "LpNorm1d";
  /** @internal */
  static readonly evenkeelLayer: string = "LpNorm1d";

  /** @param options - see {@link LpNormOptions}. */
  constructor(numFeatures: number, options: LpNormOptions = {}) {
    super("LpNorm1d", numFeatures, options);
  }

  /** @internal */
  protected override check(x: Tensor): void {
    checkRows(this.where, x, this.numFeatures);
  }
}

/**
 * {@link LpNorm1d} of pictures: mean and norm of each channel are over `n`, `h` and `w`.
 *
 * Shapes: `[n, numFeatures, h, w]` → the same.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of one value per channel where the statistics
 * are the batch's. Nothing has changed then.
 * @see Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?", arXiv:1805.11604, section 3.3.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([1, 3, 8, 4]).reshape(1, 1, 2, 2); // mean 4, largest 8
 * console.log(new nn.LpNorm2d(1, { p: Infinity, eps: 0, affine: false }).forward(x).flatten());
 * // => tensor([-0.3750, -0.1250,  0.5000,  0.0000])
 * ```
 */
export class LpNorm2d extends LpNorm {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "LpNorm2d";
  /** @internal */
  static readonly evenkeelLayer: string = "LpNorm2d";

  /** @param options - see {@link LpNormOptions}. */
  constructor(numFeatures: number, options: LpNormOptions = {}) {
    super("LpNorm2d", numFeatures, options);
  }

  /** @internal */
  protected override check(x: Tensor): void {
    checkPlaces(this.where, x, this.numFeatures, ["h", "w"]);
  }
}

/** @internal The p-th root of how many values there are. */
export function rootOf(count: number, p: number): number {
  if (p === 1) return count;
  return p === 2 ? Math.sqrt(count) : 1;
}

/** Features `[c]` laid out to meet `x` `[n, c]` or `[n, c, …]`. */
const meeting = (x: Tensor, v: Tensor): Tensor =>
  x.ndim === 2 ? v : v.reshape([1, v.numel(), ...x.shape.slice(2).map(() => 1)]);
