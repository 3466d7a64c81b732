import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import type { Dtype } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { flag, notNegative, orNull, share } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import { whole } from "../../base/shared.ts";
import { ones, zeros } from "../../functions/factories.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkSize, floatDtype } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { showNumber } from "../module/repr.ts";

/** The options that layers with running statistics share, each with a value. */
interface RunningNormSettings {
  readonly eps: number;
  readonly momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  readonly dtype: Dtype;
}

/** Rules that layers with running statistics share. */
export const runningNormRules = {
  eps: { is: notNegative, default: 1e-5 },
  momentum: { is: /* @__PURE__ */ orNull(share), default: 0.1 },
  affine: { is: flag, default: true },
  trackRunningStats: { is: flag, default: true },
  dtype: floatDtype,
} as const satisfies OptionRules<Partial<RunningNormSettings>>;

/** What a layer divides by, kept as it runs. */
type Spread = "runningVar" | "runningNorm";

/** What layers share that keep running statistics of each feature, scale it and shift it. */
export abstract class RunningNorm extends Module {
  /** @internal */
  static readonly evenkeelPytorchNames = ["runningMean", "runningVar", "runningNorm", "numBatchesTracked"];
  /** How many features there are. */
  declare readonly numFeatures: number;
  /** Added to the variance before its root is taken, or to the norm. */
  declare eps: number;
  /** The weight of the newest batch in the running statistics, or null. */
  declare momentum: number | null;
  /** What each feature is multiplied by, 1 at first; null unless `affine`. */
  declare weight: Parameter | null;
  /** What is added to each feature, 0 at first; null unless `affine`. */
  declare bias: Parameter | null;
  /** The running mean, 0 at first; null unless `trackRunningStats`. */
  declare runningMean: Tensor | null;
  /** How many batches the running statistics have seen, int32; null unless `trackRunningStats`. */
  declare readonly numBatchesTracked: Tensor | null;
  /** @internal */
  declare protected readonly where: string;

  /** @internal */
  protected constructor(where: string, numFeatures: number, settings: RunningNormSettings, spread: Spread) {
    const { eps, momentum, affine, trackRunningStats, dtype } = settings;
    checkSize(where, "numFeatures", numFeatures);
    super();
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    this.weight = affine ? ownParameter(ones([numFeatures], { dtype })) : null;
    this.bias = affine ? ownParameter(zeros([numFeatures], { dtype })) : null;
    this.runningMean = trackRunningStats ? zeros([numFeatures], { dtype }) : null;
    Reflect.set(this, spread, trackRunningStats ? ones([numFeatures], { dtype }) : null);
    this.numBatchesTracked = trackRunningStats ? zeros([], { dtype: "int32" }) : null;
    this.where = `${where}.forward`;
  }

  /** @internal The weight of the batch that comes, in the running statistics. */
  nextMomentum(): number {
    return this.momentum ?? 1 / ((this.numBatchesTracked?.item() ?? 0) + 1);
  }

  /** @internal Counts a batch. */
  protected count(): void {
    if (this.numBatchesTracked !== null) whole("a count of batches", [this.numBatchesTracked], countOne);
  }

  /**
   * Puts the running statistics back to mean 0, variance or norm 1, no batches: with a momentum of null, what follows is the
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
      for (const spread of ["runningVar", "runningNorm"]) {
        const value: unknown = Reflect.get(this, spread);
        if (isTensor(value)) value.fill_(1);
      }
      this.numBatchesTracked?.fill_(0);
    });
  }

  override extraRepr(): string {
    const momentum = this.momentum === null ? "null" : showNumber(this.momentum);
    const [affine, track] = [this.weight !== null, this.runningMean !== null];
    return `eps=${showNumber(this.eps)}, momentum=${momentum}, affine=${affine}, trackRunningStats=${track}`;
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

function countOne(batches: Tensor): void {
  noGrad(() => batches.fill_(batches.item() + 1));
}
