import { noGrad } from "../../autograd/gradMode.ts";
import { type Shape, sizeOf } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { flag, notNegative, share } from "../../base/optionKinds.ts";
import { checkRule, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { whole } from "../../base/shared.ts";
import { tensor } from "../../functions/create.ts";
import { ones, zeros } from "../../functions/factories.ts";
import { kernels } from "../../kernels/index.ts";
import type { BatchStatistics } from "../../kernels/kernels.ts";
import { batchNormEvaluating, batchNormTraining } from "../../ops/batchNorm.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkOperand, optionalTensor } from "../module/checks.ts";

/** Options of {@link batchNorm}. */
export interface BatchNormOptions {
  /** Scales each channel, `[c]`. Default: none. */
  readonly weight?: Tensor | null;
  /** Shifts each channel, `[c]`. Default: none. */
  readonly bias?: Tensor | null;
  /** Whether to normalise by the statistics of the batch, and move the running ones. Default `false`. */
  readonly training?: boolean;
  /** The weight of this batch in the running statistics, from 0 to 1. Default `0.1`. */
  readonly momentum?: number;
  /** Added to the variance before its root is taken. Default `1e-5`. */
  readonly eps?: number;
}

const rules = {
  weight: optionalTensor,
  bias: optionalTensor,
  training: { is: flag, default: false },
  momentum: { is: share, default: 0.1 },
  eps: { is: notNegative, default: 1e-5 },
} as const satisfies OptionRules<BatchNormOptions>;

/** The weight of a batch in the running statistics, or who knows it when it comes to that. */
type Weighing = number | { nextMomentum(): number };

const momentumOf = (weighing: Weighing): number => (typeof weighing === "number" ? weighing : weighing.nextMomentum());

/** The options of batch norm, and how it differs from PyTorch's, where it does. */
interface BatchNormSettings extends Required<Omit<BatchNormOptions, "momentum">> {
  readonly momentum: Weighing;
  /** The variance of the batch by which it is normalised. */
  readonly variance?: "biased" | "unbiased";
  /** Of what the running variance is the average: of variances, or the square of an average of standard deviations. */
  readonly runningAverage?: "variance" | "std";
}

/**
 * Normalises each channel: `y = (x − mean)/√(variance + eps)·weight + bias`.
 *
 * In training, and where there are no running statistics, mean and biased variance are those of the batch, taken over
 * all dimensions but the second, in double precision. In training the running statistics move in place, also under
 * `noGrad`: `running ← (1 − momentum)·running + momentum·batch`, with the unbiased variance. Otherwise the running
 * statistics take the batch's place, as constants.
 *
 * Shapes: `x` `[n, c]` or `[n, c, …]`, the others `[c]` → as `x`.
 *
 * @param runningMean - changed in place while training; null for none.
 * @param runningVar - likewise.
 * @throws {@link TensorError} for other shapes or dtypes, for a single value per channel where the batch's statistics
 * are wanted, and if only one of the running statistics is given, or none for evaluation. Nothing has changed then.
 * @see PyTorch `torch.nn.functional.batch_norm`. 1.13 takes one of the running statistics without the other while
 * training, later versions refuse that, as here; and they refuse an `eps` of 0 in training, which 1.13 takes, as here.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, Algorithms 1 and 2.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.batchNorm(tensor([[1], [3]]), null, null, { training: true, eps: 0 }));
 * // => tensor([[-1.],
 * //         [ 1.]])
 * ```
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options?: BatchNormOptions,
): Tensor {
  return batchNormFor("batchNorm", x, runningMean, runningVar, optionsOf("batchNorm", options, rules));
}

/** @internal {@link batchNorm} on behalf of `where`. */
export function batchNormFor(
  where: string,
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  settings: BatchNormSettings,
): Tensor {
  checkFloats(where, "input", x);
  checkBatchNorm(where, x, runningMean, runningVar, settings);
  const { weight, bias, training, momentum, eps, variance: kind = "biased", runningAverage } = settings;
  const [n, c, ...places] = x.shape;
  const count = n * sizeOf(places);

  const [scale, shift] = [weight ?? ones([c], { dtype: x.dtype }), bias ?? zeros([c], { dtype: x.dtype })];
  const flat = x.ndim <= 3 ? x : x.reshape([n, c, sizeOf(places)]);
  if (training && count > 0) {
    const move = runningAverage === "std" ? moveRunningStd : moveRunning;
    let isNews = true; // what has been given back is normalised again for a second gradient
    const observe = (statistics: BatchStatistics) => {
      if (isNews) whole("running statistics", [statistics, runningMean, runningVar, momentum], move);
      isNews = false;
    };
    if (kind === "biased") return alike(apply(batchNormTraining(eps, observe), flat, scale, shift), x);
    const ratio = count / (count - 1); // √(ratio·v + eps) = √ratio·√(v + eps/ratio)
    return alike(apply(batchNormTraining(eps / ratio, observe), flat, scale.div(Math.sqrt(ratio)), shift), x);
  }
  const mean = runningMean?.detach() ?? zeros([c], { dtype: x.dtype });
  const variance = runningVar?.detach() ?? ones([c], { dtype: x.dtype });
  return alike(apply(batchNormEvaluating(eps), flat, mean, variance, scale, shift), x);
}

function checkBatchNorm(
  where: string,
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  { weight, bias, training, momentum, eps }: BatchNormSettings,
): void {
  const { shape } = x;
  if (shape.length < 2) throw new TensorError(where, { expected: "an input [n, c] or [n, c, …]", got: show(shape) });
  const channels = [shape[1]];
  checkOperand(where, "runningMean", runningMean, channels, x);
  checkOperand(where, "runningVar", runningVar, channels, x);
  checkOperand(where, "weight", weight, channels, x);
  checkOperand(where, "bias", bias, channels, x);
  checkRunning(where, runningMean, runningVar, training);
  // Fields of a layer, which anyone may set.
  checkRule(where, rules.training, "training", training);
  if (!(momentum as { nextMomentum?: unknown } | null)?.nextMomentum)
    checkRule(where, rules.momentum, "momentum", momentum);
  checkRule(where, rules.eps, "eps", eps);
  if (training && shape[0] === 1 && shape.every((size, dim) => dim === 1 || size === 1)) refuseSingle(where, shape);
}

const alike = (y: Tensor, x: Tensor): Tensor => (y.ndim === x.ndim ? y : y.reshape(x.shape));

function moveRunning(
  { mean, variance, count }: BatchStatistics,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weighing: Weighing,
): void {
  const momentum = momentumOf(weighing);
  const unbiased = count / (count - 1); // in the running variance, though not in the output: as PyTorch
  move(runningMean, mean, momentum, 1);
  move(runningVar, variance, momentum, unbiased);
}

/** As {@link moveRunning}, but what moves is the standard deviation, of which the running variance is the square. */
function moveRunningStd(
  { mean, variance, count }: BatchStatistics,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weighing: Weighing,
): void {
  const momentum = momentumOf(weighing);
  move(runningMean, mean, momentum, 1);
  noGrad(() => {
    const batch = tensor(variance)
      .mul(count / (count - 1))
      .sqrt();
    const before = runningVar?.to("float64").sqrt(); // rounded once, at the end
    if (before)
      runningVar?.copy_(
        before
          .mul(1 - momentum)
          .add(batch.mul(momentum))
          .square(),
      );
  });
}

function move(running: Tensor | null, batch: Float64Array, momentum: number, scale: number): void {
  if (running === null) return;
  kernels().moveRunning(running.array, batch, momentum, scale);
  running.array.bump();
}

function checkRunning(where: string, mean: Tensor | null, variance: Tensor | null, training: boolean): void {
  if ((mean === null) === (variance === null) && (mean !== null || training)) return;
  throw new TensorError(where, {
    expected: training ? "both running statistics, or neither" : "runningMean and runningVar, to evaluate with",
    got: mean === variance ? "neither" : `no ${mean === null ? "runningMean" : "runningVar"}`,
    hint: training ? "" : "With { training: true } the batch has its own.",
  });
}

function refuseSingle(where: string, shape: Shape): never {
  throw new TensorError(where, {
    expected: "more than one value per channel, where the statistics are those of the batch",
    got: `an input of shape ${show(shape)}`,
    hint: "A last batch of one is left out by a DataLoader with { dropLast: true }; for single examples, model.eval().",
  });
}
