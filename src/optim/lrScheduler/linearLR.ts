import { checkOptions } from "../../base/options.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { checkBetween, checkWhole } from "./checks.ts";
import { type GroupChange, LRScheduler, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link LinearLR}. */
export interface LinearLROptions extends SchedulerOptions {
  /** What the learning rate is multiplied by at first, above 0 and at most 1. Default `1/3`. */
  readonly startFactor?: number;
  /** What it is multiplied by in the end, from 0 to 1. Default `1`. */
  readonly endFactor?: number;
  /** The number of epochs between the two, a whole number. Default `5`. */
  readonly totalIters?: number;
}

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
    checkOptions("LinearLR", options, ["startFactor", "endFactor", "totalIters", "lastEpoch"]);
    const { startFactor = 1 / 3, endFactor = 1, totalIters = 5, lastEpoch } = options;
    const settings = { start_factor: startFactor, end_factor: endFactor, total_iters: totalIters };
    super("LinearLR", optimizer, settings, lastEpoch);
    this.start();
  }

  protected override check(where: string, { start_factor, end_factor, total_iters }: LinearLRSettings): void {
    checkBetween(where, "startFactor", start_factor, Number.MIN_VALUE, 1);
    checkBetween(where, "endFactor", end_factor, 0, 1);
    checkWhole(where, "totalIters", total_iters, 0);
  }

  protected override next({ lr }: ParamGroup, _: number, epoch: number): GroupChange {
    const { start_factor, end_factor, total_iters } = this.settings;
    if (epoch === 0) return { lr: lr * start_factor };
    if (epoch > total_iters) return { lr };
    const rise = end_factor - start_factor;
    return { lr: lr * (1 + rise / (total_iters * start_factor + (epoch - 1) * rise)) };
  }
}
