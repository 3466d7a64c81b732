import { describe, TensorError } from "../../base/errors.ts";
import { finiteNumber } from "../../base/optionKinds.ts";
import { checkKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { wholePower } from "../../kernels/numbers/wholePower.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { fromZero } from "./checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link MultiStepLR}. */
export interface MultiStepLROptions extends SchedulerOptions {
  /** What the learning rate is multiplied by. Default `0.1`. */
  readonly gamma?: number;
}

const rules = {
  gamma: { is: finiteNumber, default: 0.1 },
  lastEpoch,
} as const satisfies OptionRules<MultiStepLROptions>;

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
    const { gamma, lastEpoch } = optionsOf("MultiStepLR", options, rules);
    if (!Array.isArray(milestones)) {
      throw new TensorError("MultiStepLR", { expected: "an array of milestones", got: describe(milestones) });
    }
    const counts: Record<string, number> = {};
    for (const milestone of milestones as readonly number[]) {
      checkKind("MultiStepLR", fromZero, "each milestone", milestone);
      counts[milestone] = (counts[milestone] ?? 0) + 1;
    }
    super("MultiStepLR", optimizer, { milestones: counts, gamma }, lastEpoch);
    this.start();
  }

  protected override check(where: string, { milestones, gamma }: MultiStepLRSettings): void {
    for (const [milestone, count] of Object.entries(milestones)) {
      checkKind(where, fromZero, "each milestone", Number(milestone));
      checkKind(where, fromZero, `the count of milestone ${milestone}`, count);
    }
    optionsOf(where, { gamma }, rules);
  }

  protected override next({ lr }: ParamGroup, _: number, epoch: number): GroupChange {
    const { milestones, gamma } = this.settings;
    return { lr: epoch in milestones ? lr * wholePower(gamma, milestones[epoch]) : lr };
  }
}
