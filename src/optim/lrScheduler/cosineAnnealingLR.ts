import { finiteNumber } from "../../base/optionKinds.ts";
import { checkKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { cos } from "../../random/libm/sinCos.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { fromOne } from "./checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link CosineAnnealingLR}. */
export interface CosineAnnealingLROptions extends SchedulerOptions {
  /** The learning rate at epoch `tMax`. Default `0`. */
  readonly etaMin?: number;
}

const rules = { etaMin: { is: finiteNumber, default: 0 }, lastEpoch } satisfies OptionRules<CosineAnnealingLROptions>;

/** What the scheduler keeps in its state. */
type CosineAnnealingLRSettings = { T_max: number; eta_min: number };

/**
 * Half a cosine from the first learning rate down to `etaMin` in `tMax` epochs, and on up again:
 * `lr = etaMin + (lr₀ − etaMin)·(1 + cos(π·epoch/tMax))/2`, each computed from the one before.
 *
 * @throws {@link TensorError} if `tMax` is not a whole number of 1 or more, or an option is wrong.
 * @see Loshchilov & Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", arXiv:1608.03983, (5).
 * @see PyTorch `lr_scheduler.CosineAnnealingLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, 3);
 * for (let epoch = 0; epoch < 2; epoch++) scheduler.step();
 * console.log(scheduler.getLastLr()[0].toFixed(3)); // => 0.250
 * ```
 */
export class CosineAnnealingLR extends LRScheduler<CosineAnnealingLRSettings> {
  constructor(optimizer: Optimizer, tMax: number, options: CosineAnnealingLROptions = {}) {
    const { etaMin, lastEpoch } = optionsOf("CosineAnnealingLR", options, rules);
    super("CosineAnnealingLR", optimizer, { T_max: tMax, eta_min: etaMin }, lastEpoch);
    this.start();
  }

  protected override check(where: string, { T_max, eta_min: etaMin }: CosineAnnealingLRSettings): void {
    checkKind(where, fromOne, "tMax", T_max);
    optionsOf(where, { etaMin }, rules);
  }

  protected override next({ lr }: ParamGroup, i: number, epoch: number, isInitial: boolean): GroupChange {
    if (isInitial) return { lr };
    const { T_max, eta_min } = this.settings;
    if ((epoch - 1 - T_max) % (2 * T_max) === 0) {
      // The epoch before was at the bottom, where the ratio below would be 1/0.
      return { lr: lr + ((this.baseLr(i) - eta_min) * (1 - cos(Math.PI / T_max))) / 2 };
    }
    const height = (at: number) => 1 + cos((Math.PI * at) / T_max);
    return { lr: (height(epoch) / height(epoch - 1)) * (lr - eta_min) + eta_min };
  }
}
