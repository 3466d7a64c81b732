import { describe, TensorError } from "../../base/errors.ts";
import { finiteNumber, flag, positive, share } from "../../base/optionKinds.ts";
import { checkKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { cos } from "../../random/libm/sinCos.ts";
import { camelCase } from "../names.ts";
import { isOptimizer, type Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { forGroups, fromOne, perGroup } from "./checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link OneCycleLR}: `totalSteps`, or `epochs` and `stepsPerEpoch`, and what has a default. */
export interface OneCycleLROptions extends SchedulerOptions {
  /** The number of steps of the cycle. */
  readonly totalSteps?: number;
  /** Times `stepsPerEpoch`, the number of steps, where `totalSteps` is not given. */
  readonly epochs?: number;
  /** Times `epochs`, the number of steps, where `totalSteps` is not given. */
  readonly stepsPerEpoch?: number;
  /** The part of the cycle in which the learning rate rises, from 0 to 1. Default `0.3`. */
  readonly pctStart?: number;
  /** Along what it rises and falls. Default `"cos"`. */
  readonly annealStrategy?: "cos" | "linear";
  /** Whether the momentum, of Adam the first beta, falls where the learning rate rises. Default `true`. */
  readonly cycleMomentum?: boolean;
  /** The momentum at the height of the cycle, for all groups or for each. Default `0.85`. */
  readonly baseMomentum?: number | readonly number[];
  /** The momentum at both ends, for all groups or for each. Default `0.95`. */
  readonly maxMomentum?: number | readonly number[];
  /** What `maxLr` is divided by for the first learning rate. Default `25`. */
  readonly divFactor?: number;
  /** What the first learning rate is divided by for the last. Default `1e4`. */
  readonly finalDivFactor?: number;
  /** Whether to fall as far as it rose in as many steps, and from there to the last in the rest. Default `false`. */
  readonly threePhase?: boolean;
}

const rules = {
  totalSteps: { is: fromOne },
  epochs: { is: fromOne },
  stepsPerEpoch: { is: fromOne },
  pctStart: { is: share, default: 0.3 },
  annealStrategy: { words: ["cos", "linear"], default: "cos" },
  cycleMomentum: { is: flag, default: true },
  baseMomentum: { is: forGroups, default: 0.85 },
  maxMomentum: { is: forGroups, default: 0.95 },
  divFactor: { is: positive, default: 25 },
  finalDivFactor: { is: positive, default: 1e4 },
  threePhase: { is: flag, default: false },
  lastEpoch,
} as const satisfies OptionRules<OneCycleLROptions>;

/** One rise or fall, between what a group has under these names. */
type Phase = { end_step: number; start_lr: string; end_lr: string; start_momentum: string; end_momentum: string };

/** What the scheduler keeps in its state. */
type OneCycleLRSettings = {
  total_steps: number;
  _schedule_phases: Phase[];
  _anneal_func_type: "cos" | "linear";
  cycle_momentum: boolean;
};

/**
 * One cycle: up from `maxLr/divFactor` to `maxLr`, then down to `maxLr/divFactor/finalDivFactor`, along half cosines or
 * lines, the momentum the other way. `step()` follows every batch, `totalSteps − 1` times at most, or once more.
 *
 * @param maxLr - the highest learning rate, for all groups or for each.
 * @throws {@link TensorError} if the number of steps is not given or no whole number of 1 or more, if a list is not as
 * long as there are groups, or if an option is out of range; from `step()` beyond the end.
 * @see Smith & Topin 2018, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates",
 * arXiv:1708.07120.
 * @see PyTorch `lr_scheduler.OneCycleLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1, momentum: 0.9 });
 * const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, 1, { totalSteps: 10, annealStrategy: "linear" });
 * console.log(scheduler.getLastLr(), optimizer.paramGroups[0].momentum); // => [ 0.04 ] 0.95
 * scheduler.step();
 * scheduler.step();
 * console.log(scheduler.getLastLr(), optimizer.paramGroups[0].momentum); // => [ 1 ] 0.85
 * ```
 */
export class OneCycleLR extends LRScheduler<OneCycleLRSettings> {
  constructor(optimizer: Optimizer, maxLr: number | readonly number[], options: OneCycleLROptions = {}) {
    const where = "OneCycleLR";
    const settled = optionsOf(where, options, rules);
    const { pctStart, annealStrategy, cycleMomentum, threePhase, divFactor, finalDivFactor, lastEpoch } = settled;
    const { baseMomentum, maxMomentum } = settled;
    const groups = isOptimizer(optimizer) ? optimizer.paramGroups : [];
    const totalSteps = totalStepsOf(where, settled);
    const maxLrs = perGroup(where, "maxLr", maxLr, groups);
    const maxMomenta = perGroup(where, "maxMomentum", maxMomentum, groups);
    const baseMomenta = perGroup(where, "baseMomentum", baseMomentum, groups);
    const settings = {
      total_steps: totalSteps,
      _schedule_phases: phases(totalSteps, pctStart, threePhase),
      _anneal_func_type: annealStrategy,
      cycle_momentum: cycleMomentum,
    };
    super(where, optimizer, settings, lastEpoch);
    if (this.lastEpoch === -1) {
      groups.forEach((group, i) => {
        group.initialLr = maxLrs[i] / divFactor;
        group.maxLr = maxLrs[i];
        group.minLr = group.initialLr / finalDivFactor;
        if (cycleMomentum) Object.assign(group, { maxMomentum: maxMomenta[i], baseMomentum: baseMomenta[i] });
      });
    }
    this.start();
  }

  protected override check(where: string, settings: OneCycleLRSettings): void {
    const { total_steps: totalSteps, _schedule_phases, _anneal_func_type, cycle_momentum: cycleMomentum } = settings;
    checkKind(where, fromOne, "totalSteps", totalSteps);
    optionsOf(where, { cycleMomentum, annealStrategy: _anneal_func_type }, rules);
    for (const { end_step } of _schedule_phases) checkKind(where, finiteNumber, "end_step", end_step);
    if (_schedule_phases[0].end_step === 0) {
      throw new TensorError(where, {
        expected: "a rise of more than one step",
        got: `a pctStart of 1/${totalSteps}`,
        hint: "Leave the rise out with pctStart: 0, or make it longer.",
      });
    }
  }

  protected override next(group: ParamGroup, i: number, epoch: number): GroupChange {
    const { total_steps, _schedule_phases, _anneal_func_type, cycle_momentum } = this.settings;
    if (epoch > total_steps) {
      throw new TensorError("OneCycleLR.step", {
        expected: `at most ${total_steps} steps`,
        got: `step ${epoch}`,
        hint: "Give it as many totalSteps as there are batches to train on.",
      });
    }
    const last = _schedule_phases.length - 1;
    const at = _schedule_phases.findIndex(({ end_step }, j) => epoch <= end_step || j === last);
    const phase = _schedule_phases[at];
    const start = at === 0 ? 0 : _schedule_phases[at - 1].end_step;
    const progress = (epoch - start) / (phase.end_step - start);
    const anneal = _anneal_func_type === "cos" ? annealCosine : annealLinear;
    const between = (from: string, to: string) => anneal(setting(group, from, i), setting(group, to, i), progress);
    const lr = between(phase.start_lr, phase.end_lr);
    if (!cycle_momentum) return { lr };
    const momentum = between(phase.start_momentum, phase.end_momentum);
    const { betas } = group as { betas?: readonly [number, number] };
    return betas ? { lr, betas: [momentum, betas[1]] } : { lr, momentum };
  }
}

function phases(totalSteps: number, pctStart: number, threePhase: boolean): Phase[] {
  const up = {
    start_lr: "initial_lr",
    end_lr: "max_lr",
    start_momentum: "max_momentum",
    end_momentum: "base_momentum",
  };
  const down = { start_lr: "max_lr", start_momentum: "base_momentum", end_momentum: "max_momentum" };
  const rise = { end_step: pctStart * totalSteps - 1, ...up };
  const end = totalSteps - 1;
  if (!threePhase) return [rise, { end_step: end, ...down, end_lr: "min_lr" }];
  const fall = { end_step: 2 * pctStart * totalSteps - 2, ...down, end_lr: "initial_lr" };
  const rest = {
    start_lr: "initial_lr",
    end_lr: "min_lr",
    start_momentum: "max_momentum",
    end_momentum: "max_momentum",
  };
  return [rise, fall, { end_step: end, ...rest }];
}

function annealCosine(start: number, end: number, progress: number): number {
  return end + ((start - end) / 2) * (cos(Math.PI * progress) + 1);
}

function annealLinear(start: number, end: number, progress: number): number {
  return (end - start) * progress + start;
}

/** What a group has under one of PyTorch's names. */
function setting(group: ParamGroup, name: string, i: number): number {
  const value = group[camelCase(name) as keyof ParamGroup];
  if (typeof value === "number") return value;
  throw new TensorError("OneCycleLR.step", {
    expected: `${camelCase(name)} in every group`,
    got: `${describe(value)} in group ${i}`,
    hint: "Make the scheduler after the last addParamGroup.",
  });
}

function totalStepsOf(where: string, { totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (totalSteps !== undefined) return totalSteps;
  if (epochs !== undefined && stepsPerEpoch !== undefined) return epochs * stepsPerEpoch;
  throw new TensorError(where, { expected: "totalSteps, or epochs and stepsPerEpoch", got: "neither" });
}
