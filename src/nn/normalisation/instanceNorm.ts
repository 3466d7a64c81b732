import { noGrad } from "../../autograd/gradMode.ts";
import { type Dtype, type Shape, sizeOf } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { flag, notNegative, share } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkOperand, floatDtype, optionalTensor } from "../module/checks.ts";
import { batchNormFor } from "./batchNorm.ts";
import { eachNormalised, scaled } from "./groupNorm.ts";
import { lastOf, type NormalisedOver } from "./normalisedOver.ts";
import { checkCount, RunningNorm } from "./runningNorm.ts";

/** Options of {@link instanceNorm}. */
export interface InstanceNormFunctionOptions {
  /** The running mean of each channel, `[c]`, which is moved where the input's own statistics are taken. Default: none. */
  readonly runningMean?: Tensor | null;
  /** The running unbiased variance of each channel, `[c]`. Default: none. */
  readonly runningVar?: Tensor | null;
  /** Scales each channel, `[c]`. Default: none. */
  readonly weight?: Tensor | null;
  /** Shifts each channel, `[c]`. Default: none. */
  readonly bias?: Tensor | null;
  /** Whether to normalise by the input's own statistics, not by the running ones. Default `true`. */
  readonly useInputStats?: boolean;
  /** The weight of the newest batch in the running statistics, from 0 to 1. Default `0.1`. */
  readonly momentum?: number;
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
}

const functionRules = {
  runningMean: optionalTensor,
  runningVar: optionalTensor,
  weight: optionalTensor,
  bias: optionalTensor,
  useInputStats: { is: flag, default: true },
  momentum: { is: share, default: 0.1 },
  eps: { is: notNegative, default: 1e-5 },
} as const satisfies OptionRules<InstanceNormFunctionOptions>;

/**
 * Normalises each channel of each example over its own places: `y = (x − mean)/√(variance + eps)·weight + bias`, with mean and
 * biased variance of its places, or by running statistics.
 *
 * Shapes: `x` `[n, c, …]`, all else `[c]` → as `x`.
 *
 * @throws {@link TensorError} for other shapes or dtypes, one running statistic without the other, none where they are to be
 * used, and a single place where its own statistics are taken.
 * @see Ulyanov, Vedaldi & Lempitsky 2016, "Instance Normalization", arXiv:1607.08022.
 * @see PyTorch `torch.nn.functional.instance_norm`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([[[1, 3], [10, 30]]]);
 * console.log(nn.functional.instanceNorm(x, { eps: 0 }).flatten()); // => tensor([-1.,  1., -1.,  1.])
 * ```
 */
export function instanceNorm(x: Tensor, options?: InstanceNormFunctionOptions): Tensor {
  const { useInputStats, ...settings } = optionsOf("instanceNorm", options, functionRules);
  const { runningMean, runningVar, weight, bias } = settings;
  checkFloats("instanceNorm", "input", x);
  if (x.ndim < 3) throw new TensorError("instanceNorm", { expected: "an input [n, c, …]", got: show(x.shape) });
  for (const [name, value] of Object.entries({ weight, bias, runningMean, runningVar })) {
    checkOperand("instanceNorm", name, value, [x.shape[1]], x);
  }
  if ((runningMean === null) !== (runningVar === null) || (!useInputStats && runningMean === null)) {
    throw new TensorError("instanceNorm", {
      expected: useInputStats ? "both running statistics, or neither" : "runningMean and runningVar, to normalise by",
      got: runningMean === null ? (runningVar === null ? "neither" : "no runningMean") : "no runningVar",
    });
  }
  return useInputStats
    ? byInput("instanceNorm", x, settings)
    : batchNormFor("instanceNorm", x, runningMean, runningVar, { ...settings, training: false });
}

/** What instance norm works with, checked. */
type Settings = Required<Omit<InstanceNormFunctionOptions, "useInputStats">>;

/** `x` `[n, c, …]` normalised by its own statistics, towards which those that run are moved. */
function byInput(where: string, x: Tensor, settings: Settings): Tensor {
  const length = sizeOf(x.shape.slice(2));
  if (length === 1) {
    throw new TensorError(where, {
      expected: "more than one place, whose mean and variance are taken",
      got: `an input of shape ${show(x.shape)}`,
    });
  }
  move(x, settings);
  return scaled(eachNormalised(x, x.shape[0] * x.shape[1], length, settings.eps), settings.weight, settings.bias);
}

/** Moves the running statistics towards the means, over the examples, of those of each. */
function move(x: Tensor, { runningMean, runningVar, momentum }: Settings): void {
  if (runningMean === null || runningVar === null || x.numel() === 0) return;
  noGrad(() => {
    const rows = x.detach().reshape([x.shape[0], x.shape[1], -1]).to("float64");
    runningMean.lerp_(rows.mean([0, 2]), momentum);
    runningVar.lerp_(rows.var(2).mean(0), momentum);
  });
}

/** Options of {@link InstanceNorm1d} and {@link InstanceNorm2d}. */
export interface InstanceNormOptions {
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
  /** The weight of the newest batch in the running statistics, from 0 to 1. Default `0.1`. */
  readonly momentum?: number;
  /** Whether to scale and shift, by parameters. Default `false`. */
  readonly affine?: boolean;
  /** Whether to keep running statistics, for evaluation. Default `false`. */
  readonly trackRunningStats?: boolean;
  /** The type of parameters and running statistics. Default `"float32"`. */
  readonly dtype?: Dtype;
}

const rules = {
  eps: { is: notNegative, default: 1e-5 },
  momentum: { is: share, default: 0.1 },
  affine: { is: flag, default: false },
  trackRunningStats: { is: flag, default: false },
  dtype: floatDtype,
} as const satisfies OptionRules<InstanceNormOptions>;

/** What instance norm is of sequences and of pictures. */
abstract class InstanceNorm extends RunningNorm {
  /** The weight of the newest batch in the running statistics. */
  declare momentum: number;
  /** The running unbiased variance, 1 at first; null unless `trackRunningStats`. */
  declare runningVar: Tensor | null;
  /** Always 0, as in PyTorch, int32; null unless `trackRunningStats`. */
  declare readonly numBatchesTracked: Tensor | null;
  /** @internal */
  protected readonly places: readonly string[];

  /** @internal */
  protected constructor(where: string, places: readonly string[], numFeatures: number, options: InstanceNormOptions) {
    const settings = optionsOf(where, options, rules);
    super(where, numFeatures, settings, "runningVar");
    this.places = places;
  }

  override forward(x: Tensor): Tensor {
    const { where, places, numFeatures, runningMean, runningVar, weight, bias, eps } = this;
    checkFloats(where, "input", x);
    checkCount(where, this.numBatchesTracked);
    const isBatch = x.ndim === places.length + 2;
    if ((!isBatch && x.ndim !== places.length + 1) || x.shape[isBatch ? 1 : 0] !== numFeatures) {
      const one = [numFeatures, ...places].join(", ");
      throw new TensorError(where, { expected: `an input of shape [n, ${one}] or [${one}]`, got: show(x.shape) });
    }
    for (const [name, value] of Object.entries({ weight, bias, runningMean, runningVar })) {
      checkOperand(where, name, value, [numFeatures], x);
    }
    const batch = isBatch ? x : x.unsqueeze(0);
    const usesInput = this.training || runningMean === null;
    const running = this.training ? { runningMean, runningVar } : { runningMean: null, runningVar: null };
    const y = usesInput
      ? byInput(where, batch, { ...running, weight, bias, momentum: this.momentum, eps })
      : batchNormFor(where, batch, runningMean, runningVar, { weight, bias, training: false, momentum: 0, eps });
    return isBatch ? y : y.squeeze(0);
  }

  /** @internal Over which elements of an input of a shape its statistics are taken. */
  normalisedOver(shape: Shape): NormalisedOver {
    const over = lastOf(shape, this.places.length, "variance");
    return { ...over, affineAxes: [shape.length - this.places.length - 1] };
  }

  /** What stands in the brackets when it is printed. */
  override extraRepr(): string {
    return `${this.numFeatures}, ${super.extraRepr()}`;
  }
}

/**
 * Normalises each channel of each sequence over its own places: `y = (x − mean)/√(variance + eps)·weight + bias`, with the
 * biased variance.
 *
 * It is the same in training and in evaluation, unless it tracks running statistics, the means over the batch of the mean and
 * the unbiased variance: these then take the input's place in evaluation.
 *
 * Shapes: `[n, numFeatures, l]` or `[numFeatures, l]` → the same.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of a single place where its own statistics are taken.
 * @see Ulyanov, Vedaldi & Lempitsky 2016, "Instance Normalization", arXiv:1607.08022.
 * @see PyTorch `torch.nn.InstanceNorm1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const norm = new nn.InstanceNorm1d(2, { eps: 0 });
 * console.log(norm.forward(tensor([[1, 3], [10, 30]])));
 * // => tensor([[-1.,  1.],
 * //         [-1.,  1.]])
 * ```
 */
export class InstanceNorm1d extends InstanceNorm {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "InstanceNorm1d";
  /** @internal */
  static readonly evenkeelLayer: string = "InstanceNorm1d";

  /**
   * @param numFeatures - how many channels there are.
   * @param options - see {@link InstanceNormOptions}.
   */
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super("InstanceNorm1d", ["l"], numFeatures, options);
  }
}

/**
 * Normalises each channel of each picture over its own places: see {@link InstanceNorm1d}.
 *
 * Shapes: `[n, numFeatures, h, w]` or `[numFeatures, h, w]` → the same.
 *
 * @throws {@link TensorError} for an input of another shape or dtype, or of a single place where its own statistics are taken.
 * @see Ulyanov, Vedaldi & Lempitsky 2016, "Instance Normalization", arXiv:1607.08022.
 * @see PyTorch `torch.nn.InstanceNorm2d`.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 *
 * const y = new nn.InstanceNorm2d(3).forward(randn([8, 3, 5, 5]));
 * console.log(y.mean([2, 3]).abs().lt(1e-6).all().item()); // => true
 * ```
 */
export class InstanceNorm2d extends InstanceNorm {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "InstanceNorm2d";
  /** @internal */
  static readonly evenkeelLayer: string = "InstanceNorm2d";

  /**
   * @param numFeatures - how many channels there are.
   * @param options - see {@link InstanceNormOptions}.
   */
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super("InstanceNorm2d", ["h", "w"], numFeatures, options);
  }
}
