import { finiteNumber } from "../../base/optionKinds.ts";
import { checkKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { fromOne } from "./checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link StepLR}. */
export interface StepLROptions extends SchedulerOptions {
  /** What the learning rate is multiplied by. Default `0.1`. */
  readonly gamma?: number;
}

const rules = { gamma: { is: finiteNumber, default: 0.1 }, lastEpoch } as const satisfies OptionRules<StepLROptions>;

/** What the scheduler keeps in its state. */
type StepLRSettings = { step_size: number; gamma: number };

/**
 * `lr ← gamma·lr` every `stepSize` epochs.
 *
 * @throws {@link TensorError} if `stepSize` is not a whole number of 1 or more, or an option is wrong.
 * @see PyTorch `lr_scheduler.StepLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const scheduler = new optim.lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 });
 * const rates = [0, 1, 2, 3, 4].map(() => {
 *   const [rate] = scheduler.getLastLr();
 *   optimizer.step();
 *   scheduler.step();
 *   return rate;
 * });
 * console.log(rates); // => [ 1, 1, 0.5, 0.5, 0.25 ]
 * ```
 */
export class StepLR extends LRScheduler<StepLRSettings> {
  constructor(optimizer: Optimizer, stepSize: number, options: StepLROptions = {}) {
    const { gamma, lastEpoch } = optionsOf("StepLR", options, rules);
    super("StepLR", optimizer, { step_size: stepSize, gamma }, lastEpoch);
    this.start();
  }

  protected override check(where: string, { step_size, gamma }: StepLRSettings): void {
    checkKind(where, fromOne, "stepSize", step_size);
    optionsOf(where, { gamma }, rules);
  }

  protected override next({ lr }: ParamGroup, _: number, epoch: number): GroupChange {
    const { step_size, gamma } = this.settings;
    return { lr: epoch === 0 || epoch % step_size !== 0 ? lr : lr * gamma };
  }
}
