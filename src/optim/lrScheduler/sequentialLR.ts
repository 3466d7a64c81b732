import { describe, TensorError } from "../../base/errors.ts";
import { whole } from "../../base/shared.ts";
import { isOptimizer, type Optimizer } from "../optimizer.ts";
import { isScheduler, type LRScheduler, type SchedulerStateDict } from "./scheduler.ts";
import { refuseUnlike } from "./state.ts";

/**
 * Several schedulers, one after the other: each begins with its first learning rates at its milestone, and goes on until the
 * next one's.
 *
 * @param schedulers - made for the optimiser before, in their order; their steps are taken back, but for the first one's.
 * @param milestones - the epochs at which the second and all others begin, rising; one fewer than there are schedulers.
 * @throws {@link TensorError} if there are no schedulers, one of them is none or another optimiser's, or the milestones are
 * not as many as needed, whole, and rising.
 * @see PyTorch `lr_scheduler.SequentialLR`, which takes sequences and `ReduceLROnPlateau` among the schedulers too.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const { ExponentialLR, LinearLR, SequentialLR } = optim.lrScheduler;
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1 });
 * const warmUp = new LinearLR(optimizer, { startFactor: 0.25, totalIters: 2 });
 * const scheduler = new SequentialLR(optimizer, [warmUp, new ExponentialLR(optimizer, 0.5)], [2]);
 * const rates = [0, 1, 2, 3, 4].map(() => {
 *   const [rate] = scheduler.getLastLr();
 *   scheduler.step();
 *   return rate;
 * });
 * console.log(rates); // => [ 0.25, 0.625, 1, 0.5, 0.25 ]
 * ```
 */
export class SequentialLR {
  /** The number of steps taken since it was made. */
  lastEpoch = 0;
  /** The optimiser whose groups it changes. */
  readonly optimizer: Optimizer;
  private readonly schedulers: readonly LRScheduler[];
  private milestones: readonly number[];
  private lastLrs: number[];

  constructor(optimizer: Optimizer, schedulers: readonly LRScheduler[], milestones: readonly number[]) {
    const where = "SequentialLR";
    if (!isOptimizer(optimizer)) {
      throw new TensorError(where, { expected: "an optimiser", got: describe(optimizer), hint: "It comes first." });
    }
    checkSchedulers(where, optimizer, schedulers);
    checkMilestones(where, milestones, schedulers.length - 1);
    this.optimizer = optimizer;
    this.schedulers = [...schedulers];
    this.milestones = [...milestones];
    for (const scheduler of schedulers) scheduler.undo();
    schedulers[0].restart(true);
    this.lastLrs = schedulers[0].getLastLr();
  }

  /**
   * Goes on to the next epoch; to be called after the optimiser's `step()`.
   *
   * @throws {@link TensorError} where the scheduler whose turn it is does.
   * @see PyTorch `SequentialLR.step`.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const { ExponentialLR, SequentialLR } = optim.lrScheduler;
   * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   * const scheduler = new SequentialLR(optimizer, [new ExponentialLR(optimizer, 0.5)], []);
   * scheduler.step();
   * console.log(optimizer.paramGroups[0].lr); // => 0.5
   * ```
   */
  step(): void {
    whole("SequentialLR.step", [this as SequentialLR], goOn);
  }

  /** @internal Goes on to the next epoch. */
  goOn(): void {
    const epoch = this.lastEpoch + 1;
    const turn = this.milestones.filter((milestone) => milestone <= epoch).length;
    const scheduler = this.schedulers[turn];
    if (turn > 0 && this.milestones[turn - 1] === epoch) scheduler.restart(false);
    else scheduler.step();
    this.lastEpoch = epoch;
    this.lastLrs = scheduler.getLastLr();
  }

  /**
   * The learning rates of the groups that the last step made.
   * @see PyTorch `SequentialLR.get_last_lr`.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const { ExponentialLR, SequentialLR } = optim.lrScheduler;
   * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   * console.log(new SequentialLR(optimizer, [new ExponentialLR(optimizer, 0.5)], []).getLastLr()); // => [ 1 ]
   * ```
   */
  getLastLr(): number[] {
    return [...this.lastLrs];
  }

  /**
   * Where it stands, and the states of its schedulers.
   * @see PyTorch `SequentialLR.state_dict`.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const { ExponentialLR, SequentialLR } = optim.lrScheduler;
   * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   * const scheduler = new SequentialLR(optimizer, [new ExponentialLR(optimizer, 0.5)], []);
   * console.log(scheduler.stateDict().last_epoch); // => 0
   * ```
   */
  stateDict(): SchedulerStateDict {
    return {
      _milestones: [...this.milestones],
      last_epoch: this.lastEpoch,
      _last_lr: [...this.lastLrs],
      _schedulers: this.schedulers.map((scheduler) => scheduler.stateDict()),
    };
  }

  /**
   * Goes on where another left off, with its milestones. Load the optimiser's state dict too, after the schedulers have been
   * made.
   *
   * @param dict - of {@link SequentialLR.stateDict}'s making, or PyTorch's.
   * @throws {@link TensorError} that lists all that is missing, unknown or of the wrong kind; then nothing has changed.
   * @see PyTorch `SequentialLR.load_state_dict`, which takes anything.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const { ExponentialLR, SequentialLR } = optim.lrScheduler;
   * const make = () => {
   *   const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   *   return new SequentialLR(optimizer, [new ExponentialLR(optimizer, 0.5)], []);
   * };
   * const [first, second] = [make(), make()];
   * first.step();
   * second.loadStateDict(first.stateDict());
   * console.log(second.lastEpoch); // => 1
   * ```
   */
  loadStateDict(dict: SchedulerStateDict): void {
    const where = "SequentialLR.loadStateDict";
    const own = this.stateDict();
    refuseUnlike(where, `a state dict of SequentialLR with ${this.schedulers.length} schedulers`, dict, own);
    const { _milestones, last_epoch, _last_lr, _schedulers } = { ...own, ...dict };
    checkMilestones(where, _milestones, this.schedulers.length - 1);
    const before = own._schedulers as readonly SchedulerStateDict[];
    try {
      for (const [i, state] of (_schedulers as readonly SchedulerStateDict[]).entries()) {
        this.schedulers[i].loadStateDict(state);
      }
    } catch (error) {
      for (const [i, state] of before.entries()) this.schedulers[i].loadStateDict(state);
      throw error;
    }
    this.milestones = [...(_milestones as number[])];
    this.lastEpoch = last_epoch as number;
    this.lastLrs = [...(_last_lr as number[])];
  }
}

function checkSchedulers(where: string, optimizer: Optimizer, schedulers: unknown): void {
  if (!Array.isArray(schedulers) || schedulers.length === 0) {
    throw new TensorError(where, {
      expected: "an array of at least one scheduler",
      got: Array.isArray(schedulers) ? "an empty one" : describe(schedulers),
    });
  }
  for (const [i, scheduler] of schedulers.entries()) {
    if (isScheduler(scheduler) && scheduler.optimizer === optimizer && schedulers.indexOf(scheduler) === i) {
      continue;
    }
    const isOther = isScheduler(scheduler) && scheduler.optimizer !== optimizer;
    throw new TensorError(where, {
      expected: "schedulers of this optimiser, each once, none of them a sequence or one that waits for a plateau",
      got: `${describe(scheduler)}${isOther ? " of another optimiser" : ""} as scheduler ${i}`,
    });
  }
}

function checkMilestones(where: string, milestones: unknown, count: number): void {
  const isRising = (list: readonly unknown[]) =>
    list.every((at, i) => Number.isInteger(at) && (at as number) > (i === 0 ? 0 : (list[i - 1] as number)));
  if (Array.isArray(milestones) && milestones.length === count && isRising(milestones)) return;
  throw new TensorError(where, {
    expected: `${count} whole numbers as milestones, rising, one for each scheduler but the first`,
    got: describe(milestones),
  });
}

function goOn(scheduler: SequentialLR): void {
  scheduler.goOn();
}
