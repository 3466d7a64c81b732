import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { cos } from "../../random/libm/sinCos.ts";
import { fromZero, perGroup } from "../lrScheduler/checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "../lrScheduler/scheduler.ts";
import { isOptimizer, type Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";

/** Options of {@link SWALR}. */
export interface SWALROptions extends SchedulerOptions {
  /** In how many epochs the learning rate comes there, a whole number. Default `10`. */
  readonly annealEpochs?: number;
  /** Along what: half a cosine, or a line. Default `"cos"`. */
  readonly annealStrategy?: "cos" | "linear";
}

const rules = {
  annealEpochs: { is: fromZero, default: 10 },
  annealStrategy: { words: ["cos", "linear"], default: "cos" },
  lastEpoch,
} as const satisfies OptionRules<SWALROptions>;

/** What the scheduler keeps in its state. */
type SWALRSettings = { swa_lrs: readonly number[]; anneal_epochs: number; anneal_strategy: "cos" | "linear" };

/**
 * From the learning rate that there is to `swaLr` in `annealEpochs` epochs, and stays there, for the epochs whose weights are averaged;
 * each learning rate is computed from the one before.
 *
 * @throws {@link TensorError} if an option is unknown or out of range.
 * @see Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization", arXiv:1803.05407.
 * @see PyTorch `torch.optim.swa_utils.SWALR`, which keeps `swa_lr` in the groups of the optimiser; here it is in the state dict.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const options = { annealEpochs: 2, annealStrategy: "linear" } as const;
 * const scheduler = new optim.lrScheduler.SWALR(optimizer, 0.5, options);
 * const rates = [0, 1, 2, 3].map(() => {
 *   const [rate] = scheduler.getLastLr();
 *   scheduler.step();
 *   return rate;
 * });
 * console.log(rates); // => [ 1, 0.75, 0.5, 0.5 ]
 * ```
 */
export class SWALR extends LRScheduler<SWALRSettings> {
  /**
   * @param optimizer - whose groups it changes.
   * @param swaLr - the learning rate in the end, one for all groups or one for each.
   * @param options - see {@link SWALROptions}.
   */
  constructor(optimizer: Optimizer, swaLr: number | readonly number[], options: SWALROptions = {}) {
    const { annealEpochs, annealStrategy, lastEpoch } = optionsOf("SWALR", options, rules);
    const swa_lrs = isOptimizer(optimizer) ? perGroup("SWALR", "swaLr", swaLr, optimizer.paramGroups) : [];
    const settings = { swa_lrs, anneal_epochs: annealEpochs, anneal_strategy: annealStrategy };
    super("SWALR", optimizer, settings, lastEpoch);
    this.start();
  }

  protected override check(where: string, settings: SWALRSettings): void {
    const { swa_lrs, anneal_epochs: annealEpochs, anneal_strategy: annealStrategy } = settings;
    if (this.optimizer !== undefined) perGroup(where, "swaLr", swa_lrs, this.optimizer.paramGroups);
    optionsOf(where, { annealEpochs, annealStrategy }, rules);
  }

  protected override next({ lr }: ParamGroup, i: number, epoch: number): GroupChange {
    const { swa_lrs, anneal_epochs, anneal_strategy } = this.settings;
    const swaLr = swa_lrs[i];
    /** How much of the way is behind after so many steps. */
    const behind = (steps: number): number => {
      const t = Math.max(0, Math.min(1, steps / Math.max(1, anneal_epochs)));
      return anneal_strategy === "linear" ? t : (1 - cos(Math.PI * t)) / 2;
    };
    const step = anneal_epochs === 0 ? Math.max(1, epoch) : epoch;
    const [before, now] = [behind(step - 1), behind(step)];
    const first = before === 1 ? swaLr : (lr - before * swaLr) / (1 - before);
    return { lr: swaLr * now + first * (1 - now) };
  }
}
