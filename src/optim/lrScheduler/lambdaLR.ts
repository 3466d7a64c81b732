import { describe, TensorError } from "../../base/errors.ts";
import { optionsOf } from "../../base/optionRules.ts";
import { isOptimizer, type Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { type GroupChange, LRScheduler, type SchedulerOptions, schedulerRules } from "./scheduler.ts";

/** From the epoch, counted from 0, to a factor. */
export type LrLambda = (epoch: number) => number;

/** Functions cannot be saved: the state dict has null for each. */
type LambdaLRSettings = { lr_lambdas: null[] };

/**
 * `lr = lr₀·lambda(epoch)`, where `lr₀` is the first learning rate.
 *
 * @param lambda - one function for all groups, or one for each.
 * @throws {@link TensorError} if there are not as many functions as groups, or one returns no number.
 * @see PyTorch `lr_scheduler.LambdaLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 0.8 });
 * const scheduler = new optim.lrScheduler.LambdaLR(optimizer, (epoch) => Math.min(1, (epoch + 1) / 4));
 * console.log(scheduler.getLastLr()); // => [ 0.2 ]
 * scheduler.step();
 * console.log(scheduler.getLastLr()); // => [ 0.4 ]
 * ```
 */
export class LambdaLR extends LRScheduler<LambdaLRSettings> {
  private readonly lambdas: readonly LrLambda[];

  constructor(optimizer: Optimizer, lambda: LrLambda | readonly LrLambda[], options: SchedulerOptions = {}) {
    const { lastEpoch } = optionsOf("LambdaLR", options, schedulerRules);
    const count = isOptimizer(optimizer) ? optimizer.paramGroups.length : 0;
    const lambdas: readonly unknown[] = Array.isArray(lambda) ? lambda : Array(count).fill(lambda);
    if (lambdas.length !== count || !lambdas.every((fn) => typeof fn === "function")) {
      throw new TensorError("LambdaLR", {
        expected: count === 1 ? "a function" : `a function, or one for each of the ${count} groups`,
        got: describe(lambda),
      });
    }
    super("LambdaLR", optimizer, { lr_lambdas: lambdas.map(() => null) }, lastEpoch);
    this.lambdas = lambdas as readonly LrLambda[];
    this.start();
  }

  protected override next(_: ParamGroup, i: number, epoch: number): GroupChange {
    return { lr: this.baseLr(i) * this.lambdas[i](epoch) };
  }
}
