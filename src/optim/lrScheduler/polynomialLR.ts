import { notNegative } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { exp } from "../../random/libm/exp.ts";
import { log } from "../../random/libm/log.ts";
import type { Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { fromZero } from "./checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link PolynomialLR}. */
export interface PolynomialLROptions extends SchedulerOptions {
  /** The number of epochs until the learning rate is 0, a whole number. Default `5`. */
  readonly totalIters?: number;
  /** The power of the polynomial, 0 or more. Default `1`, a line. */
  readonly power?: number;
}

const rules = {
  totalIters: { is: fromZero, default: 5 },
  power: { is: notNegative, default: 1 },
  lastEpoch,
} as const satisfies OptionRules<PolynomialLROptions>;

/** What the scheduler keeps in its state. */
type PolynomialLRSettings = { total_iters: number; power: number };

/**
 * `lr = lr₀·(1 − epoch/totalIters)^power`, down to 0 in `totalIters` epochs; each learning rate is computed from the one before.
 *
 * @throws {@link TensorError} if an option is unknown or out of range.
 * @see PyTorch `lr_scheduler.PolynomialLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const scheduler = new optim.lrScheduler.PolynomialLR(optimizer, { totalIters: 4, power: 2 });
 * for (let epoch = 0; epoch < 2; epoch++) scheduler.step();
 * console.log(scheduler.getLastLr()[0].toFixed(4)); // => 0.2500
 * ```
 */
export class PolynomialLR extends LRScheduler<PolynomialLRSettings> {
  constructor(optimizer: Optimizer, options: PolynomialLROptions = {}) {
    const { totalIters, power, lastEpoch } = optionsOf("PolynomialLR", options, rules);
    super("PolynomialLR", optimizer, { total_iters: totalIters, power }, lastEpoch);
    this.start();
  }

  protected override check(where: string, { total_iters: totalIters, power }: PolynomialLRSettings): void {
    optionsOf(where, { totalIters, power }, rules);
  }

  protected override next({ lr }: ParamGroup, _: number, epoch: number): GroupChange {
    const { total_iters, power } = this.settings;
    if (epoch === 0 || epoch > total_iters) return { lr };
    const ratio = (1 - epoch / total_iters) / (1 - (epoch - 1) / total_iters);
    return { lr: lr * powerOf(ratio, power) };
  }
}

/** `x^power`, for `x` from 0 to 1. */
function powerOf(x: number, power: number): number {
  if (power === 1) return x;
  if (x === 0) return power === 0 ? 1 : 0;
  return exp(power * log(x));
}
