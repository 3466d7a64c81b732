import { describe, TensorError } from "../../base/errors.ts";
import { checkOptions } from "../../base/options.ts";
import { wholePower } from "../../kernels/numbers/wholePower.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { checkFinite, checkWhole } from "./checks.ts";
import { type GroupChange, LRScheduler, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link MultiStepLR}. */
export interface MultiStepLROptions extends SchedulerOptions {
  /** What the learning rate is multiplied by. Default `0.1`. */
  readonly gamma?: number;
}

/** How often each epoch is a milestone. */
type MultiStepLRSettings = { milestones: Record<string, number>; gamma: number };

/**
 * `lr ← gamma·lr` at each milestone; at one that is given several times, as many times.
 *
 * @param milestones - epochs.
 * @throws {@link TensorError} if a milestone is not a whole number of 0 or more, or an option is wrong.
 * @see PyTorch `lr_scheduler.MultiStepLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const scheduler = new optim.lrScheduler.MultiStepLR(optimizer, [1, 3], { gamma: 0.5 });
 * for (let epoch = 0; epoch < 3; epoch++) scheduler.step();
 * console.log(scheduler.getLastLr()); // => [ 0.25 ]
 * ```
 */
export class MultiStepLR extends LRScheduler<MultiStepLRSettings> {
  constructor(optimizer: Optimizer, milestones: readonly number[], options: MultiStepLROptions = {}) {
    checkOptions("MultiStepLR", options, ["gamma", "lastEpoch"]);
    if (!Array.isArray(milestones)) {
      throw new TensorError("MultiStepLR", { expected: "an array of milestones", got: describe(milestones) });
    }
    const { gamma = 0.1, lastEpoch } = options;
    const counts: Record<string, number> = {};
    for (const milestone of milestones as readonly number[]) {
      checkWhole("MultiStepLR", "each milestone", milestone, 0);
      counts[milestone] = (counts[milestone] ?? 0) + 1;
    }
    super("MultiStepLR", optimizer, { milestones: counts, gamma }, lastEpoch);
    this.start();
  }

  protected override check(where: string, { milestones, gamma }: MultiStepLRSettings): void {
    for (const [milestone, count] of Object.entries(milestones)) {
      checkWhole(where, "each milestone", Number(milestone), 0);
      checkWhole(where, `the count of milestone ${milestone}`, count, 0);
    }
    checkFinite(where, "gamma", gamma);
  }

  protected override next({ lr }: ParamGroup, _: number, epoch: number): GroupChange {
    const { milestones, gamma } = this.settings;
    return { lr: epoch in milestones ? lr * wholePower(gamma, milestones[epoch]) : lr };
  }
}
