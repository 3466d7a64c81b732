import { TensorError } from "../../base/errors.ts";
import { aFunction, finiteNumber, flag } from "../../base/optionKinds.ts";
import { checkKind, checkRule, type OptionKind, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { wholePower } from "../../kernels/numbers/wholePower.ts";
import { isOptimizer, type Optimizer } from "../optimizer.ts";
import type { ParamGroup } from "../paramGroup.ts";
import { forGroups, fromOne, perGroup, someShare } from "./checks.ts";
import { type GroupChange, LRScheduler, lastEpoch, type SchedulerOptions } from "./scheduler.ts";

/** Options of {@link CyclicLR}. */
export interface CyclicLROptions extends SchedulerOptions {
  /** The number of steps of a rise, 1 or more. Default `2000`. */
  readonly stepSizeUp?: number;
  /** The number of steps of a fall, 1 or more. Default: `stepSizeUp`. */
  readonly stepSizeDown?: number;
  /**
   * How high each cycle is: all alike, each half as high as the one before, or `gammaᵗ` as high after `t` steps. Default
   * `"triangular"`.
   */
  readonly mode?: "triangular" | "triangular2" | "expRange";
  /** The base of that power. Default `1`. */
  readonly gamma?: number;
  /** How high a cycle is, in place of `mode`: of its number, from 1, or of the number of steps so far. */
  readonly scaleFn?: (x: number) => number;
  /** What `scaleFn` is asked of. Default `"cycle"`. */
  readonly scaleMode?: "cycle" | "iterations";
  /** Whether the momentum, of Adam the first beta, falls where the learning rate rises. Default `true`. */
  readonly cycleMomentum?: boolean;
  /** The momentum at the height of a cycle, for all groups or for each. Default `0.8`. */
  readonly baseMomentum?: number | readonly number[];
  /** The momentum between cycles, for all groups or for each. Default `0.9`. */
  readonly maxMomentum?: number | readonly number[];
}

const rules = {
  stepSizeUp: { is: fromOne, default: 2000 },
  stepSizeDown: { is: fromOne },
  mode: { words: ["triangular", "triangular2", "expRange"], default: "triangular" },
  gamma: { is: finiteNumber, default: 1 },
  scaleFn: { is: aFunction },
  scaleMode: { words: ["cycle", "iterations"], default: "cycle" },
  cycleMomentum: { is: flag, default: true },
  baseMomentum: { is: forGroups, default: 0.8 },
  maxMomentum: { is: forGroups, default: 0.9 },
  lastEpoch,
} as const satisfies OptionRules<CyclicLROptions>;

const cycleSize: OptionKind = {
  expected: "a finite number of 2 or more",
  accepts: (value) => Number.isFinite(value) && (value as number) >= 2,
};
/** As state dicts have them. */
const savedModes = { words: ["triangular", "triangular2", "exp_range"] } as const;

/** What the scheduler keeps in its state. */
type CyclicLRSettings = {
  max_lrs: number[];
  total_size: number;
  step_ratio: number;
  mode: string;
  gamma: number;
  scale_mode: "cycle" | "iterations";
  cycle_momentum: boolean;
  base_momentums?: number[];
  max_momentums?: number[];
  _scale_fn_custom: null;
};

/**
 * Up and down between `baseLr` and `maxLr` along lines, the momentum the other way. `step()` follows every batch.
 *
 * @param baseLr - the lowest learning rate, for all groups or for each.
 * @param maxLr - the highest learning rate, for all groups or for each.
 * @throws {@link TensorError} if a list is not as long as there are groups, an option is out of range, or the momentum is to
 * change of an optimiser that has none.
 * @see Smith 2017, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186.
 * @see PyTorch `lr_scheduler.CyclicLR`.
 *
 * @example
 * ```ts
 * import { optim, zeros } from "evenkeel";
 *
 * const optimizer = new optim.SGD([zeros([2])], { lr: 1, momentum: 0.9 });
 * const scheduler = new optim.lrScheduler.CyclicLR(optimizer, 0, 1, { stepSizeUp: 2 });
 * const rates = [0, 1, 2, 3, 4].map(() => {
 *   const [rate] = scheduler.getLastLr();
 *   scheduler.step();
 *   return rate;
 * });
 * console.log(rates); // => [ 0, 0.5, 1, 0.5, 0 ]
 * ```
 */
export class CyclicLR extends LRScheduler<CyclicLRSettings> {
  private readonly scaleFn: ((x: number) => number) | undefined;

  constructor(
    optimizer: Optimizer,
    baseLr: number | readonly number[],
    maxLr: number | readonly number[],
    options: CyclicLROptions = {},
  ) {
    const where = "CyclicLR";
    const settled = optionsOf(where, options, rules);
    const { stepSizeUp, stepSizeDown = stepSizeUp, mode, gamma, scaleFn, scaleMode, lastEpoch } = settled;
    const { cycleMomentum, baseMomentum, maxMomentum } = settled;
    const groups = isOptimizer(optimizer) ? optimizer.paramGroups : [];
    const baseLrs = perGroup(where, "baseLr", baseLr, groups);
    const maxLrs = perGroup(where, "maxLr", maxLr, groups);
    const maxMomenta = perGroup(where, "maxMomentum", maxMomentum, groups);
    const baseMomenta = perGroup(where, "baseMomentum", baseMomentum, groups);
    if (cycleMomentum) groups.forEach((group, i) => refuseWithoutMomentum(where, group, i));
    const byIterations = scaleFn === undefined ? mode === "expRange" : scaleMode === "iterations";
    const settings: CyclicLRSettings = {
      max_lrs: [...maxLrs],
      total_size: stepSizeUp + stepSizeDown,
      step_ratio: stepSizeUp / (stepSizeUp + stepSizeDown),
      mode: mode === "expRange" ? "exp_range" : mode,
      gamma,
      scale_mode: byIterations ? "iterations" : "cycle",
      cycle_momentum: cycleMomentum,
      ...(cycleMomentum ? { base_momentums: [...baseMomenta], max_momentums: [...maxMomenta] } : {}),
      _scale_fn_custom: null,
    };
    super(where, optimizer, settings, lastEpoch);
    this.scaleFn = scaleFn;
    this.start(baseLrs);
  }

  protected override check(where: string, settings: CyclicLRSettings): void {
    const { gamma, scale_mode: scaleMode, total_size, step_ratio, mode } = settings;
    optionsOf(where, { gamma, scaleMode }, rules);
    checkKind(where, cycleSize, "total_size", total_size);
    checkKind(where, someShare, "step_ratio", step_ratio);
    checkRule(where, savedModes, "mode", mode);
  }

  protected override next(group: ParamGroup, i: number, epoch: number): GroupChange {
    const { max_lrs, total_size, step_ratio, scale_mode, base_momentums, max_momentums } = this.settings;
    const cycle = Math.floor(1 + epoch / total_size);
    const x = 1 + epoch / total_size - cycle;
    const height = x <= step_ratio ? x / step_ratio : (x - 1) / (step_ratio - 1);
    const scale = this.scaleAt(scale_mode === "cycle" ? cycle : epoch);
    const lr = this.baseLr(i) + (max_lrs[i] - this.baseLr(i)) * height * scale;
    if (base_momentums === undefined || max_momentums === undefined) return { lr };
    const momentum = max_momentums[i] - (max_momentums[i] - base_momentums[i]) * height * scale;
    const { betas } = group as { betas?: readonly [number, number] };
    return betas ? { lr, betas: [momentum, betas[1]] } : { lr, momentum };
  }

  private scaleAt(x: number): number {
    const { mode, gamma } = this.settings;
    if (this.scaleFn !== undefined) return this.scaleFn(x);
    if (mode === "triangular") return 1;
    return mode === "triangular2" ? 1 / wholePower(2, x - 1) : wholePower(gamma, x);
  }
}

function refuseWithoutMomentum(where: string, group: ParamGroup, i: number): void {
  if ("momentum" in group || "betas" in group) return;
  throw new TensorError(where, {
    expected: "an optimiser with momentum or betas",
    got: `neither in group ${i}`,
    hint: "Write { cycleMomentum: false }.",
  });
}
