import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { aFunction, flag, share } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { sameShape } from "../../base/shapes.ts";
import { whole } from "../../base/shared.ts";
import { zeros } from "../../functions/factories.ts";
import { copyOf } from "../../nn/module/copy.ts";
import { isModule } from "../../nn/module/fields.ts";
import { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** The next average, of the average so far, the model's value, and how many models it is of. */
export type AverageFunction = (averaged: Tensor, current: Tensor, numAveraged: number) => Tensor;

/** Options of {@link AveragedModel}. */
export interface AveragedModelOptions {
  /**
   * The weight of the average so far, from 0 to 1, for an exponential moving average: `averaged·decay + current·(1 − decay)`.
   * Default: none, for the mean of all models.
   */
  readonly decay?: number;
  /** The next average, in place of these. Default: none. */
  readonly avgFn?: AverageFunction;
  /** Whether buffers, such as running statistics, are averaged too; else they stay as they were. Default `false`. */
  readonly useBuffers?: boolean;
}

const rules = {
  decay: { is: share },
  avgFn: { is: aFunction },
  useBuffers: { is: flag, default: false },
} as const satisfies OptionRules<AveragedModelOptions>;

/**
 * A copy of a model whose parameters are averages of the model's over the course of training: the mean of all, as in stochastic weight
 * averaging, or with `decay` an exponential moving average. `updateParameters(model)` takes a further model in; the first is taken as it
 * is. `forward` is that of the copy.
 *
 * Running statistics of batch norm are not those of averaged weights: with `recalibrateBatchNorm(averaged, batches)` of
 * `evenkeel/analysis` they are taken anew, after the last update.
 *
 * @throws {@link TensorError} for no module, unknown options, `decay` out of its range, and `avgFn` beside it.
 * @see Izmailov et al. 2018, "Averaging Weights Leads to Wider Optima and Better Generalization", arXiv:1803.05407.
 * @see PyTorch `torch.optim.swa_utils.AveragedModel`, whose `avg_fn` gets `num_averaged` as a tensor; `decay` is its `get_ema_avg_fn`,
 * `update_bn` is `recalibrateBatchNorm`. Private fields, hooks and gradients of the model are not copied.
 *
 * @example
 * ```ts
 * import { nn, noGrad, optim } from "evenkeel";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const averaged = new optim.AveragedModel(model);
 * for (const value of [1, 2, 6]) {
 *   noGrad(() => model.weight.fill_(value)); // where a step of an optimiser would stand
 *   averaged.updateParameters(model);
 * }
 * console.log(averaged.module.weight.item(), averaged.nAveraged.item()); // => 3 3
 * ```
 */
export class AveragedModel<M extends Module<unknown> = Module> extends Module<ReturnType<M["forward"]>> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "AveragedModel";
  /** @internal */
  static readonly evenkeelPytorchNames = ["nAveraged"];
  /** How many models the averages are of, int32. */
  readonly nAveraged: Tensor;
  /** The copy, with the averages. */
  readonly module: M;
  /** @internal The next average. */
  readonly avgFn: AverageFunction;
  /** Whether buffers are averaged too. */
  readonly useBuffers: boolean;

  /**
   * @param model - what is averaged; it is copied as it is now.
   * @param options - see {@link AveragedModelOptions}.
   */
  constructor(model: M, options: AveragedModelOptions = {}) {
    const { decay, avgFn, useBuffers } = optionsOf("AveragedModel", options, rules);
    if (!isModule(model)) throw new TensorError("AveragedModel", { expected: "a module", got: describe(model) });
    if (avgFn !== undefined && decay !== undefined) {
      throw new TensorError("AveragedModel", { expected: "decay, or avgFn", got: "both" });
    }
    super();
    this.nAveraged = zeros([], { dtype: "int32" });
    this.module = noGrad(() => copyOf(model as Module)) as unknown as M;
    this.avgFn = avgFn ?? (decay === undefined ? mean : movingAverage(decay));
    this.useBuffers = useBuffers;
  }

  override forward(...inputs: Parameters<M["forward"]>): ReturnType<M["forward"]> {
    return this.module.forward(...inputs) as ReturnType<M["forward"]>;
  }

  /**
   * Takes a further model into the averages.
   *
   * @param model - the one that is being trained, with the parameters of the one that was copied.
   * @throws {@link TensorError} if it has others, or `avgFn` returns no tensor of the same shape; then nothing has changed.
   * @see PyTorch `AveragedModel.update_parameters`.
   *
   * @example
   * ```ts
   * import { nn, optim } from "evenkeel";
   *
   * const model = new nn.Linear(2, 1);
   * const averaged = new optim.AveragedModel(model, { decay: 0.99 });
   * averaged.updateParameters(model);
   * console.log(averaged.nAveraged.item()); // => 1
   * ```
   */
  updateParameters(model: M): void {
    const where = "AveragedModel.updateParameters";
    if (!isModule(model)) throw new TensorError(where, { expected: "a module", got: describe(model) });
    whole(where, [this as AveragedModel<M>, model], takeIn);
  }

  /** @internal Takes a model into the averages. */
  takeIn(model: M): void {
    const where = "AveragedModel.updateParameters";
    const given = new Map(this.averagedOf(model as Module));
    const own = this.averagedOf(this.module as Module);
    const count = this.nAveraged.item<number>();
    noGrad(() => {
      const next = own.map(([name, averaged]) => {
        const current = given.get(name)?.detach();
        if (current === undefined || !sameShape(current.shape, averaged.shape)) {
          throw new TensorError(where, {
            expected: `"${name}" of shape ${show(averaged.shape)} in the model`,
            got: current === undefined ? "none" : show(current.shape),
          });
        }
        const value: unknown = count === 0 ? current : this.avgFn(averaged.detach(), current, count);
        if (isTensor(value) && sameShape((value as Tensor).shape, averaged.shape)) return [averaged, value] as const;
        throw new TensorError(where, {
          expected: `avgFn to return a tensor of shape ${show(averaged.shape)}`,
          got: describe(value),
        });
      });
      for (const [averaged, value] of next) averaged.copy_(value as Tensor);
      this.nAveraged.fill_(count + 1);
    });
  }

  /** What is averaged of a model, by name. */
  private averagedOf(model: Module): readonly [name: string, value: Tensor][] {
    return this.useBuffers ? [...model.namedParameters(), ...model.namedBuffers()] : model.namedParameters();
  }
}

const mean: AverageFunction = (averaged, current, count) => averaged.add(current.sub(averaged).div(count + 1));

const movingAverage =
  (decay: number): AverageFunction =>
  (averaged, current) =>
    averaged.mul(decay).add(current.mul(1 - decay));

function takeIn<M extends Module<unknown>>(averaged: AveragedModel<M>, model: M): void {
  averaged.takeIn(model);
}
