import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { checkKind, type OptionRules } from "../../base/optionRules.ts";
import { shared, whole } from "../../base/shared.ts";
import { isOptimizer, type Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { refuseUnlike } from "./state.ts";

const schedulerBrand: unique symbol = Symbol.for("evenkeel.LRScheduler") as never;

/** Options of every scheduler. */
export interface SchedulerOptions {
  /** The epoch to go on after, where groups have an `initialLr`. Default `-1`: from the start. */
  readonly lastEpoch?: number;
}

export const lastEpoch = {
  is: {
    expected: "a whole number of -1 or more",
    accepts: (value: unknown) => Number.isInteger(value) && (value as number) >= -1,
  },
  default: -1,
} as const;
export const schedulerRules = { lastEpoch } as const satisfies OptionRules<SchedulerOptions>;

/** Everything a scheduler needs to go on, under PyTorch's names: plain data. */
export type SchedulerStateDict = Readonly<Record<string, unknown>>;

/** What a scheduler changes in a group. */
export interface GroupChange {
  /** The next learning rate. */
  readonly lr: number;
  /** The next momentum. */
  readonly momentum?: number;
  /** The next betas. */
  readonly betas?: readonly [number, number];
}

/** Settings under PyTorch's names, as the state dict has them. */
export type Settings = Record<string, unknown>;

/**
 * Changes the learning rates of an optimiser's groups, each `step()` from those that it finds there, so that what else
 * changes them stays in effect. Making one is its first step.
 *
 * A scheduler of your own hands its settings to the constructor, ends its own with `this.start()`, and says in
 * {@link LRScheduler.next} what comes to a group at an epoch.
 *
 * @see PyTorch `torch.optim.lr_scheduler.LRScheduler`, where `next` is `get_lr`, for all groups; it warns where `step()` is called
 * before the optimiser's.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * class WarmUp extends optim.lrScheduler.LRScheduler<{ warmup_steps: number }> {
 *   constructor(optimizer: optim.Optimizer, warmupSteps: number) {
 *     super("WarmUp", optimizer, { warmup_steps: warmupSteps });
 *     this.start();
 *   }
 *
 *   protected override next(_: optim.ParamGroup, i: number, epoch: number) {
 *     return { lr: this.baseLr(i) * Math.min(1, (epoch + 1) / this.settings.warmup_steps) };
 *   }
 * }
 * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
 * const scheduler = new WarmUp(optimizer, 4);
 * scheduler.step();
 * console.log(scheduler.getLastLr(), scheduler.stateDict().warmup_steps); // => [ 0.5 ] 4
 * ```
 */
export abstract class LRScheduler<S extends Settings = Settings> {
  /** @internal */
  readonly [schedulerBrand] = true;
  /** The number of steps taken since it was made. */
  lastEpoch: number;
  /** The optimiser whose groups it changes. */
  readonly optimizer: Optimizer;
  /** What the constructor was given, plain data under PyTorch's names: part of the state dict. */
  protected readonly settings: S;
  private readonly name: string;
  private baseLrs: number[] = [];
  private lastLrs: number[] = [];
  private stepCount = 0;

  /**
   * @param name - its public name, which messages say.
   * @param optimizer - whose groups it changes.
   * @param settings - plain data under PyTorch's names, kept in the state dict.
   * @param lastEpoch - the epoch to go on after, where groups have an `initialLr`. Default `-1`: from the start.
   * @throws {@link TensorError} if one of them is none, or `check` refuses the settings.
   */
  constructor(name: string, optimizer: Optimizer, settings: S, lastEpoch: number = schedulerRules.lastEpoch.default) {
    checkMaking(name, settings, this.next);
    if (!isOptimizer(optimizer)) {
      throw new TensorError(name, { expected: "an optimiser", got: describe(optimizer), hint: "It comes first." });
    }
    checkKind(name, schedulerRules.lastEpoch.is, "lastEpoch", lastEpoch);
    optimizer.paramGroups.forEach(({ initialLr }, i) => {
      if (lastEpoch < 0 || initialLr !== undefined) return;
      throw new TensorError(name, {
        expected: "an initialLr in every group, to go on after lastEpoch",
        got: `none in group ${i}`,
        hint: "Load the optimiser's state dict first, or leave lastEpoch out.",
      });
    });
    this.check(name, settings);
    checkPlain(settings);
    this.name = name;
    this.optimizer = optimizer;
    this.settings = settings;
    this.lastEpoch = lastEpoch;
  }

  /**
   * Refuses settings that make no sense, by throwing: those of the constructor, and whatever a state dict may hold. By itself it takes all.
   *
   * @param _where - the public name to throw under.
   * @param _settings - what is to be refused or taken.
   */
  protected check(_where: string, _settings: S): void {}

  /**
   * What comes to a group at an epoch.
   *
   * @param group - as it is now.
   * @param i - its number.
   * @param epoch - the number of steps taken, this one not among them; 0 where the scheduler is being made.
   * @param isInitial - whether it is being made, or goes on after `lastEpoch`.
   */
  protected abstract next(group: ParamGroup, i: number, epoch: number, isInitial: boolean): GroupChange;

  /**
   * The first step, which every constructor ends with.
   *
   * @param baseLrs - the learning rates of the groups at first. Default: their `initialLr`, or the ones that they have.
   */
  protected start(baseLrs?: readonly number[]): void {
    const { paramGroups } = this.optimizer;
    this.baseLrs = baseLrs === undefined ? paramGroups.map(({ initialLr, lr }) => initialLr ?? lr) : [...baseLrs];
    this.step();
    paramGroups.forEach((group, i) => {
      group.initialLr ??= this.baseLrs[i];
    });
  }

  /**
   * The learning rate that a group had at first.
   *
   * @param i - the number of the group.
   * @throws {@link TensorError} for a group that has been added since.
   */
  protected baseLr(i: number): number {
    if (i < this.baseLrs.length) return this.baseLrs[i];
    throw new TensorError(`${this.name}.step`, {
      expected: `the ${this.baseLrs.length} groups that there were when it was made`,
      got: `${this.optimizer.paramGroups.length}`,
      hint: "Make the scheduler after the last addParamGroup.",
    });
  }

  /**
   * Goes on to the next epoch; to be called after the optimiser's `step()`.
   *
   * @throws {@link TensorError} if a learning rate is no number; then nothing has changed.
   * @see PyTorch `LRScheduler.step`, which takes an epoch too, though no longer willingly.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   * const scheduler = new optim.lrScheduler.ExponentialLR(optimizer, 0.5);
   * scheduler.step();
   * console.log(optimizer.paramGroups[0].lr); // => 0.5
   * ```
   */
  step(): void {
    if (this.baseLrs.length === 0) {
      throw new TensorError(`${this.name}.step`, {
        expected: "a scheduler that has been started",
        got: "one that has not",
        hint: "End its constructor with this.start().",
      });
    }
    whole(`${this.name}.step`, [this as LRScheduler<S>], goOn);
  }

  /** @internal Goes on to the next epoch. */
  goOn(): void {
    this.goTo(this.lastEpoch + 1, this.optimizer.paramGroups, this.stepCount === 0);
  }

  private goTo(epoch: number, from: readonly ParamGroup[], isInitial: boolean): void {
    const settings = { ...this.settings };
    try {
      this.advance(epoch);
      const changes = from.map((group, i) => this.next(group, i, epoch, isInitial));
      checkRates(this.name, changes, epoch);
      this.optimizer.paramGroups.forEach((group, i) => Object.assign(group, changes[i]));
      this.lastEpoch = epoch;
      this.stepCount++;
      this.lastLrs = changes.map(({ lr }) => lr);
    } catch (error) {
      Object.assign(this.settings, settings);
      throw error;
    }
  }

  /** @internal Moves on, to an epoch, what settings count; by itself they count nothing. */
  protected advance(_epoch: number): void {}

  /** @internal Takes its first step back, for a sequence that it is a part of; the learning rates stay. */
  undo(): void {
    this.lastEpoch--;
  }

  /** @internal Takes its first step: at once where `isFirst` in a sequence, else when it is its turn. */
  restart(isFirst: boolean): void {
    if (isFirst) this.stepCount = 0;
    const groups = this.optimizer.paramGroups.map((group, i) => ({ ...group, lr: this.baseLr(i) }));
    this.goTo(0, groups, true);
  }

  /**
   * The learning rates of the groups that the last step made.
   * @see PyTorch `LRScheduler.get_last_lr`.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   * console.log(new optim.lrScheduler.ExponentialLR(optimizer, 0.5).getLastLr()); // => [ 1 ]
   * ```
   */
  getLastLr(): number[] {
    return [...this.lastLrs];
  }

  /**
   * Where it stands, and its settings. The learning rates themselves are in the optimiser's state dict.
   * @see PyTorch `LRScheduler.state_dict`.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const optimizer = new optim.SGD([zeros([1])], { lr: 1 });
   * console.log(new optim.lrScheduler.ExponentialLR(optimizer, 0.5).stateDict().last_epoch); // => 0
   * ```
   */
  stateDict(): SchedulerStateDict {
    return {
      ...structuredClone(this.settings),
      base_lrs: [...this.baseLrs],
      last_epoch: this.lastEpoch,
      _step_count: this.stepCount,
      _is_initial: false,
      _get_lr_called_within_step: false,
      _last_lr: [...this.lastLrs],
    };
  }

  /**
   * Goes on where another left off, with its settings. Load the optimiser's state dict too, after the scheduler has
   * been made.
   *
   * @param dict - of {@link LRScheduler.stateDict}'s making, or PyTorch's.
   * @throws {@link TensorError} that lists all that is missing, unknown or of the wrong kind; then nothing has changed.
   * @see PyTorch `LRScheduler.load_state_dict`, which takes anything.
   *
   * @example
   * ```ts
   * import { optim, zeros } from "evenkeel";
   *
   * const make = () => new optim.lrScheduler.ExponentialLR(new optim.SGD([zeros([1])], { lr: 1 }), 0.5);
   * const [first, second] = [make(), make()];
   * first.step();
   * second.loadStateDict(first.stateDict());
   * console.log(second.lastEpoch); // => 1
   * ```
   */
  loadStateDict(dict: SchedulerStateDict): void {
    const where = `${this.name}.loadStateDict`;
    shared().listener?.runs?.(where);
    const own = this.stateDict();
    refuseUnlike(where, `a state dict of ${this.name} for ${this.optimizer.paramGroups.length} groups`, dict, own);
    const { base_lrs, last_epoch, _step_count, _last_lr } = { ...own, ...dict };
    const settings = Object.fromEntries(Object.keys(this.settings).map((name) => [name, dict[name] ?? own[name]])) as S;
    this.check(where, settings);
    Object.assign(this.settings, structuredClone(settings));
    this.baseLrs = [...(base_lrs as number[])];
    this.lastLrs = [...(_last_lr as number[])];
    this.lastEpoch = last_epoch as number;
    this.stepCount = _step_count as number;
  }
}

/** Refuses what no scheduler can be made of, before anything else is asked of it. */
function checkMaking(name: unknown, settings: unknown, next: unknown): void {
  const where = "LRScheduler";
  if (typeof name !== "string" || name === "") {
    throw new TensorError(where, { expected: "its name", got: describe(name), hint: 'Write super("Name", …).' });
  }
  if (typeof settings !== "object" || settings === null || Array.isArray(settings) || isTensor(settings)) {
    throw new TensorError(where, { expected: "settings, an object of plain data", got: describe(settings) });
  }
  if (typeof next === "function") return;
  throw new TensorError(where, {
    expected: "a method next(group, i, epoch)",
    got: describe(next),
    hint: "It returns { lr }, such as { lr: this.baseLr(i) / (epoch + 1) }.",
  });
}

/** Refuses learning rates that are no numbers. */
function checkRates(name: string, changes: readonly unknown[], epoch: number): void {
  changes.forEach((change, i) => {
    const { lr } = (change ?? {}) as { readonly lr?: unknown };
    if (typeof lr === "number" && !Number.isNaN(lr)) return;
    throw new TensorError(`${name}.step`, {
      expected: "a learning rate that is a number",
      got: `${describe(lr)} for group ${i} at epoch ${epoch}`,
    });
  });
}

/** Refuses settings that a state dict cannot hold. */
function checkPlain(settings: object): void {
  const odd = Object.entries(settings).find(([, value]) => typeof value === "function" || isTensor(value));
  if (odd !== undefined) {
    throw new TensorError("LRScheduler", {
      expected: "settings that are plain data, for the state dict",
      got: `${describe(odd[1])} as ${odd[0]}`,
      hint: "Keep it in a field of the scheduler.",
    });
  }
}

/** Whether a value is a scheduler, of this copy of the package or another. */
export function isScheduler(value: unknown): value is LRScheduler {
  return typeof value === "object" && value !== null && schedulerBrand in value;
}

function goOn(scheduler: LRScheduler): void {
  scheduler.goOn();
}
