import { share } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { fromZero, someShare } from "./checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link LinearLR}. */
export interface LinearLROptions extends SchedulerOptions {
  /** What the learning rate is multiplied by at first, above 0 and at most 1. Default `1/3`. */
  readonly startFactor?: number;
  /** What it is multiplied by in the end, from 0 to 1. Default `1`. */
  readonly endFactor?: number;
  /** The number of epochs between the two, a whole number. Default `5`. */
  readonly totalIters?: number;
}

const rules = {
  startFactor: { is: someShare, default: 1 / 3 },
  endFactor: { is: share, default: 1 },
  totalIters: { is: fromZero, default: 5 },
  lastEpoch,
} as const satisfies OptionRules<LinearLROptions>;

/** What the scheduler keeps in its state. */
type LinearLRSettings = { start_factor: number; end_factor: number; total_iters: number };

/**
 * A line from `startFactor·lr₀` to `endFactor·lr₀` in `totalIters` epochs, as for a warm-up; each learning rate is computed
 * from the one before.
 *
 * @throws {@link TensorError} if an option is unknown or out of range.
 * @see PyTorch `lr_scheduler.LinearLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const scheduler = new optim.lrScheduler.LinearLR(optimizer, { startFactor: 0.25, totalIters: 3 });
 * const rates = [0, 1, 2, 3, 4].map(() => {
 *   const [rate] = scheduler.getLastLr();
 *   scheduler.step();
 *   return rate;
 * });
 * console.log(rates); // => [ 0.25, 0.5, 0.75, 1, 1 ]
 * ```
 */
export class LinearLR extends LRScheduler<LinearLRSettings> {
  constructor(optimizer: Optimizer, options: LinearLROptions = {}) {
    const { startFactor, endFactor, totalIters, lastEpoch } = optionsOf("LinearLR", options, rules);
    const settings = { start_factor: startFactor, end_factor: endFactor, total_iters: totalIters };
    super("LinearLR", optimizer, settings, lastEpoch);
    this.start();
  }

  protected override check(where: string, settings: LinearLRSettings): void {
    const { start_factor: startFactor, end_factor: endFactor, total_iters: totalIters } = settings;
    optionsOf(where, { startFactor, endFactor, totalIters }, rules);
  }

  protected override next({ lr }: ParamGroup, _: number, epoch: number): GroupChange {
    const { start_factor, end_factor, total_iters } = this.settings;
    if (epoch === 0) return { lr: lr * start_factor };
    if (epoch > total_iters) return { lr };
    const rise = end_factor - start_factor;
    return { lr: lr * (1 + rise / (total_iters * start_factor + (epoch - 1) * rise)) };
  }
}
