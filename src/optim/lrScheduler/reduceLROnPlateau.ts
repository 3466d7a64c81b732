import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { notNegative } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { shared } from "../../base/shared.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isOptimizer, type Optimizer } from "../optimizer.ts";
import { forGroups, fromZero, perGroup } from "./checks.ts";
import type { SchedulerStateDict } from "./scheduler.ts";
import { refuseUnlike } from "./state.ts";

/** Options of {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Whether less is better, as of a loss, or more, as of an accuracy. Default `"min"`. */
  readonly mode?: "min" | "max";
  /** What a learning rate is multiplied by, from 0 up to, but not, 1. Default `0.1`. */
  readonly factor?: number;
  /** How many epochs in a row may be no better; the next one reduces. A whole number. Default `10`. */
  readonly patience?: number;
  /** By how much an epoch has to be better to count, 0 or more. Default `1e-4`. */
  readonly threshold?: number;
  /** Whether `threshold` is a part of the best so far, or a difference from it. Default `"rel"`. */
  readonly thresholdMode?: "rel" | "abs";
  /** How many epochs after a reduction are not counted, a whole number. Default `0`. */
  readonly cooldown?: number;
  /** What a learning rate does not fall below, for all groups or for each. Default `0`. */
  readonly minLr?: number | readonly number[];
  /** A smaller change of a learning rate is not made, 0 or more. Default `1e-8`. */
  readonly eps?: number;
}

const rules = {
  mode: { words: ["min", "max"], default: "min" },
  factor: {
    is: {
      expected: "a finite number from 0 up to, but not, 1,",
      accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
    },
    default: 0.1,
  },
  patience: { is: fromZero, default: 10 },
  threshold: { is: notNegative, default: 1e-4 },
  thresholdMode: { words: ["rel", "abs"], default: "rel" },
  cooldown: { is: fromZero, default: 0 },
  minLr: { is: forGroups, default: 0 },
  eps: { is: notNegative, default: 1e-8 },
} as const satisfies OptionRules<ReduceLROnPlateauOptions>;

/** What it keeps, under PyTorch's names. */
type State = {
  factor: number;
  min_lrs: number[];
  patience: number;
  cooldown: number;
  cooldown_counter: number;
  mode: string;
  threshold: number;
  threshold_mode: string;
  best: number;
  num_bad_epochs: number;
  mode_worse: number;
  eps: number;
  last_epoch: number;
  _last_lr: number[];
};

/**
 * `lr ← max(factor·lr, minLr)` once a metric has been no better for more than `patience` epochs.
 *
 * It is no {@link LRScheduler}: `step` takes what is to get better, such as the loss on data that is not trained on.
 *
 * @throws {@link TensorError} if an option is unknown or out of range, or a list is not as long as there are groups.
 * @see PyTorch `lr_scheduler.ReduceLROnPlateau`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 1 });
 * for (const loss of [3, 2, 2, 2]) scheduler.step(loss);
 * console.log(optimizer.paramGroups[0].lr); // => 0.5
 * ```
 */
export class ReduceLROnPlateau {
  /** The optimiser whose groups it changes. */
  readonly optimizer: Optimizer;
  private readonly state: State;

  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    const where = "ReduceLROnPlateau";
    const settled = optionsOf(where, options, rules);
    if (!isOptimizer(optimizer)) {
      throw new TensorError(where, { expected: "an optimiser", got: describe(optimizer), hint: "It comes first." });
    }
    const { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps } = settled;
    const worst = mode === "max" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    const state: State = {
      factor,
      min_lrs: [...perGroup(where, "minLr", minLr, optimizer.paramGroups)],
      patience,
      cooldown,
      cooldown_counter: 0,
      mode,
      threshold,
      threshold_mode: thresholdMode,
      best: worst,
      num_bad_epochs: 0,
      mode_worse: worst,
      eps,
      last_epoch: 0,
      _last_lr: optimizer.paramGroups.map(({ lr }) => lr),
    };
    this.optimizer = optimizer;
    this.state = state;
  }

  /** The number of steps taken since it was made. */
  get lastEpoch(): number {
    return this.state.last_epoch;
  }

  /**
   * Ends an epoch, in which the metric was this.
   *
   * @param metric - a number, or a tensor of one element; NaN is no better than anything.
   * @throws {@link TensorError} if it is neither, or a group has been added since; then nothing has changed.
   * @see PyTorch `ReduceLROnPlateau.step`.
   *
   * @example
   * ```ts
   * import { optim, tensor, zeros } from "evenkeel";
   *
   * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 0 });
   * scheduler.step(tensor(2));
   * scheduler.step(2);
   * console.log(optimizer.paramGroups[0].lr); // => 0.1
   * ```
   */
  step(metric: number | Tensor): void {
    shared().listener?.runs?.("ReduceLROnPlateau.step, which goes by a number");
    const { state, optimizer } = this;
    const value = numberOf(metric);
    const { paramGroups } = optimizer;
    if (paramGroups.length !== state.min_lrs.length) {
      throw new TensorError("ReduceLROnPlateau.step", {
        expected: `the ${state.min_lrs.length} groups that there were when it was made`,
        got: `${paramGroups.length}`,
        hint: "Make the scheduler after the last addParamGroup.",
      });
    }
    state.last_epoch++;
    if (this.isBetter(value)) {
      state.best = value;
      state.num_bad_epochs = 0;
    } else state.num_bad_epochs++;
    if (state.cooldown_counter > 0) {
      state.cooldown_counter--;
      state.num_bad_epochs = 0;
    }
    if (state.num_bad_epochs > state.patience) {
      paramGroups.forEach((group, i) => {
        const lr = Math.max(group.lr * state.factor, state.min_lrs[i]);
        if (group.lr - lr > state.eps) group.lr = lr;
      });
      state.cooldown_counter = state.cooldown;
      state.num_bad_epochs = 0;
    }
    state._last_lr = paramGroups.map(({ lr }) => lr);
  }

  private isBetter(value: number): boolean {
    const { mode, threshold, threshold_mode, best } = this.state;
    if (mode === "min") return value < (threshold_mode === "rel" ? best * (1 - threshold) : best - threshold);
    return value > (threshold_mode === "rel" ? best * (threshold + 1) : best + threshold);
  }

  /**
   * The learning rates of the groups after the last step.
   * @see PyTorch `ReduceLROnPlateau.get_last_lr`.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   * console.log(new optim.lrScheduler.ReduceLROnPlateau(optimizer).getLastLr()); // => [ 1 ]
   * ```
   */
  getLastLr(): number[] {
    return [...this.state._last_lr];
  }

  /**
   * Where it stands, and its settings. The learning rates themselves are in the optimiser's state dict.
   * @see PyTorch `ReduceLROnPlateau.state_dict`.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const scheduler = new optim.lrScheduler.ReduceLROnPlateau(new optim.SGD([zeros([1])], { lr: 1 }));
   * scheduler.step(3);
   * console.log(scheduler.stateDict().best); // => 3
   * ```
   */
  stateDict(): SchedulerStateDict {
    return structuredClone(this.state);
  }

  /**
   * Goes on where another left off, with its settings. Load the optimiser's state dict too.
   *
   * @param dict - of {@link ReduceLROnPlateau.stateDict}'s making, or PyTorch's.
   * @throws {@link TensorError} that lists all that is missing, unknown or of the wrong kind; then nothing has changed.
   * @see PyTorch `ReduceLROnPlateau.load_state_dict`, which takes anything.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const make = () => new optim.lrScheduler.ReduceLROnPlateau(new optim.SGD([zeros([1])], { lr: 1 }));
   * const [first, second] = [make(), make()];
   * first.step(3);
   * second.loadStateDict(first.stateDict());
   * console.log(second.lastEpoch); // => 1
   * ```
   */
  loadStateDict(dict: SchedulerStateDict): void {
    const where = "ReduceLROnPlateau.loadStateDict";
    const expected = `a state dict of ReduceLROnPlateau for ${this.state.min_lrs.length} groups`;
    refuseUnlike(where, expected, dict, this.state);
    const names = Object.keys(this.state) as (keyof State)[];
    const state = Object.fromEntries(names.map((name) => [name, dict[name] ?? this.state[name]])) as State;
    const { threshold_mode: thresholdMode, mode, factor, patience, cooldown, threshold, eps } = state;
    optionsOf(where, { thresholdMode, mode, factor, patience, cooldown, threshold, eps }, rules);
    Object.assign(this.state, structuredClone(state));
  }
}

function numberOf(metric: unknown): number {
  if (typeof metric === "number") return metric;
  if (isTensor(metric) && metric.numel() === 1) return Number(metric.item());
  throw new TensorError("ReduceLROnPlateau.step", {
    expected: "a number, or a tensor of one element, that is to get better",
    got: describe(metric),
    hint: "Give it the loss of the epoch: scheduler.step(loss.item()).",
  });
}
