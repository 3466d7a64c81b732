import { finiteNumber } from "../../base/optionKinds.ts";
import { checkKind, optionsOf } from "../../base/optionRules.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { type GroupChange, LRScheduler, type SchedulerOptions, schedulerRules } from "./scheduler.ts";

/** What the scheduler keeps in its state. */
type ExponentialLRSettings = { gamma: number };

/**
 * `lr ← gamma·lr` every epoch.
 *
 * @throws {@link TensorError} if `gamma` is not a finite number, or an option is wrong.
 * @see PyTorch `lr_scheduler.ExponentialLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.5);
 * for (let epoch = 0; epoch < 3; epoch++) scheduler.step();
 * console.log(scheduler.getLastLr()); // => [ 0.125 ]
 * ```
 */
export class ExponentialLR extends LRScheduler<ExponentialLRSettings> {
  constructor(optimizer: Optimizer, gamma: number, options: SchedulerOptions = {}) {
    const { lastEpoch } = optionsOf("ExponentialLR", options, schedulerRules);
    super("ExponentialLR", optimizer, { gamma }, lastEpoch);
    this.start();
  }

  protected override check(where: string, { gamma }: ExponentialLRSettings): void {
    checkKind(where, finiteNumber, "gamma", gamma);
  }

  protected override next({ lr }: ParamGroup, _i: number, _epoch: number, isInitial: boolean): GroupChange {
    return { lr: isInitial ? lr : lr * this.settings.gamma };
  }
}
