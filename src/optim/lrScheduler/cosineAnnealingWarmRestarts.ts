import { finiteNumber } from "../../base/optionKinds.ts";
import { checkKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { cos } from "../../random/libm/sinCos.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { fromOne } from "./checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link CosineAnnealingWarmRestarts}. */
export interface CosineAnnealingWarmRestartsOptions extends SchedulerOptions {
  /** What the length of a cosine is multiplied by for the next, a whole number of 1 or more. Default `1`. */
  readonly tMult?: number;
  /** The learning rate that each cosine goes down to. Default `0`. */
  readonly etaMin?: number;
}

const rules = {
  tMult: { is: fromOne, default: 1 },
  etaMin: { is: finiteNumber, default: 0 },
  lastEpoch,
} as const satisfies OptionRules<CosineAnnealingWarmRestartsOptions>;

/** What the scheduler keeps in its state: the epoch within the cosine, and the length of that, among it. */
type Settings = { T_0: number; T_i: number; T_mult: number; eta_min: number; T_cur: number };

/**
 * Half a cosine from the first learning rate down to `etaMin` in `t0` epochs, then from the top once more, each `tMult`
 * times as long as the one before: `lr = etaMin + (lr₀ − etaMin)·(1 + cos(π·tCur/tᵢ))/2`.
 *
 * @param t0 - the number of epochs until the first restart, a whole number of 1 or more.
 * @throws {@link TensorError} if `t0` is not a whole number of 1 or more, or an option is wrong.
 * @see Loshchilov & Hutter 2017, "SGDR: Stochastic Gradient Descent with Warm Restarts", arXiv:1608.03983, (5).
 * @see PyTorch `lr_scheduler.CosineAnnealingWarmRestarts`, whose `step` takes fractions of an epoch too.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const scheduler = new optim.lrScheduler.CosineAnnealingWarmRestarts(optimizer, 2, { tMult: 2 });
 * const rates = [0, 1, 2, 3, 4].map(() => {
 *   const [rate] = scheduler.getLastLr();
 *   scheduler.step();
 *   return rate.toFixed(2);
 * });
 * console.log(rates.join(" ")); // => 1.00 0.50 1.00 0.85 0.50
 * ```
 */
export class CosineAnnealingWarmRestarts extends LRScheduler<Settings> {
  constructor(optimizer: Optimizer, t0: number, options: CosineAnnealingWarmRestartsOptions = {}) {
    const where = "CosineAnnealingWarmRestarts";
    const { tMult, etaMin, lastEpoch } = optionsOf(where, options, rules);
    super(where, optimizer, { T_0: t0, T_i: t0, T_mult: tMult, eta_min: etaMin, T_cur: lastEpoch }, lastEpoch);
    this.start();
  }

  protected override check(where: string, { T_0, T_i, T_mult: tMult, eta_min: etaMin }: Settings): void {
    checkKind(where, fromOne, "t0", T_0);
    checkKind(where, fromOne, "T_i", T_i);
    optionsOf(where, { tMult, etaMin }, rules);
  }

  protected override advance(epoch: number): void {
    const { settings } = this;
    if (epoch === 0) Object.assign(settings, { T_cur: 0, T_i: settings.T_0 });
    else if (++settings.T_cur >= settings.T_i) {
      settings.T_cur -= settings.T_i;
      settings.T_i *= settings.T_mult;
    }
  }

  protected override next(_: ParamGroup, i: number): GroupChange {
    const { eta_min, T_cur, T_i } = this.settings;
    return { lr: eta_min + ((this.baseLr(i) - eta_min) * (1 + cos((Math.PI * T_cur) / T_i))) / 2 };
  }
}
