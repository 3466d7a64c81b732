import { finiteNumbers } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { StateDict } from "../../nn/module/stateDict.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, costBy, type Loss, type PathCostOptions, Probe } from "../measuring/loss.ts";
import { type PathBatchNormMode, pathBatchNormRule, preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { distance } from "../numbers/vectors.ts";
import { States } from "./states.ts";

/** What {@link interpolate} may be told. */
export interface InterpolateOptions extends LongOptions {
  /** Where to look, 0 at the first state and 1 at the second. Default: 21 points from 0 to 1. */
  readonly positions?: readonly number[];
  /**
   * Which statistics batch norm uses: the batch's; the running ones between those of the states; or `"recalibrated"`, running ones that
   * are taken anew at each place, by one more forward pass of the loss there, and are constants to its gradient. Default `"batch"`.
   */
  readonly batchNorm?: PathBatchNormMode;
}

/** What {@link interpolate} returns. */
export interface Interpolation {
  /** What it is. */
  readonly kind: "interpolation";
  /** The positions, 0 at the first state and 1 at the second. */
  readonly positions: readonly number[];
  /** The loss at each; null where it is not finite. */
  readonly loss: readonly (number | null)[];
  /**
   * By how much the loss rises above the straight line between its values at the two states, at most; 0 if nowhere, null
   * where a loss is not finite.
   */
  readonly barrier: number | null;
  /** How it was measured. */
  readonly options: {
    /** Which statistics batch norm used. */
    readonly batchNorm: PathBatchNormMode;
  };
  /** The passes made. */
  readonly cost: Cost;
}

/** The passes of an interpolation: one for each position, two for the ends, and two to see that the loss is the same twice. */
const costOf = ({ positions = 21, batchNorm }: { readonly positions?: number } & PathCostOptions = {}): Cost =>
  costBy(batchNorm, { forward: positions + 4, backward: 0 });

const rules = {
  positions: { is: finiteNumbers },
  batchNorm: pathBatchNormRule,
  ...longRules,
} satisfies OptionRules<InterpolateOptions>;

export const interpolateAnalysis = {
  name: "interpolate",
  kind: "interpolation",
  of: ["model", "loss", "from", "to"],
  rules,
  plot: "interpolationCurve",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * The loss on the straight line between two states of a model, `θ(t) = (1 − t)·a + t·b`.
 *
 * Buffers, and parameters that are frozen, belong to the states as well, and are interpolated with them: with
 * `batchNorm: "running"` each place is evaluated with the running statistics between those of the two states. What a state
 * does not have is the model's own.
 *
 * @param from - a state dict, such as `model.stateDict()` taken earlier.
 * @param to - another.
 * @throws TensorError if a state lacks a parameter, or running statistics that are used, or has them in another shape, or for positions that are none.
 * @see Goodfellow, Vinyals & Saxe 2015, "Qualitatively characterizing neural network optimization problems",
 * arXiv:1412.6544.
 *
 * @example
 * ```ts
 * import { nn, ones, tensor } from "evenkeel";
 * import { interpolate } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const at = (w: number) => ({ weight: tensor([[w]]) });
 * const loss = () => model.forward(ones([1, 1])).square().sub(1).square().sum(); // minima at −1 and 1
 * const { loss: values, barrier } = interpolate(model, loss, at(-1), at(1), { positions: [0, 0.5, 1] });
 * console.log(values, barrier); // => [ 0, 1, 0 ] 1
 * ```
 */
export function interpolate(
  model: Module,
  loss: Loss,
  from: StateDict,
  to: StateDict,
  options: InterpolateOptions = {},
): Interpolation {
  return analyse(interpolateAnalysis, options, model, loss, from, to);
}

/**
 * The same as {@link interpolate}, and lets others work between positions.
 *
 * @throws TensorError as there, by rejecting; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones, tensor } from "evenkeel";
 * import { interpolateAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const at = (w: number) => ({ weight: tensor([[w]]) });
 * const loss = () => model.forward(ones([1, 1])).square().sum();
 * const { loss: values } = await interpolateAsync(model, loss, at(-1), at(1), { positions: [0, 0.5, 1] });
 * console.log(values); // => [ 1, 0, 1 ]
 * ```
 */
export const interpolateAsync = /* @__PURE__ */ inBackground(interpolateAnalysis, interpolate);

function* work(
  where: string,
  options: Settings<InterpolateOptions, typeof rules>,
  model: Module,
  loss: Loss,
  from: StateDict,
  to: StateDict,
): Parts<Unnamed<Interpolation>> {
  const { positions = Array.from({ length: 21 }, (_, i) => i / 20), batchNorm } = options;
  const probe = new Probe(where, model, loss, undefined, batchNorm);
  const states = new States(where, model, probe.parameters, batchNorm);
  const [a, b] = [states.read(from, "from"), states.read(to, "to")];
  const total = costOf({ positions: positions.length, batchNorm }).forward;
  checkBudget(where, total, options);
  const within = preservingParts(model, { batchNorm });
  const goTo = states.between(a, b);
  const valueAt = (t: number): number =>
    within(() => {
      goTo(t);
      return probe.value();
    });

  within(() => probe.check());
  const values: number[] = [];
  for (const t of positions) {
    values.push(valueAt(t));
    yield { done: probe.cost.forward, total };
  }
  const [first, last] = [valueAt(0), valueAt(1)];
  if (distance(a.parameters, b.parameters) > 0) within(() => probe.checkDependent([...values, first, last]));
  const rise = values.map((value, i) => value - (first + positions[i] * (last - first)));
  yield { done: total, total };
  return {
    positions: [...positions],
    loss: values.map((value) => (Number.isFinite(value) ? value : null)),
    barrier: rise.every(Number.isFinite) ? Math.max(0, ...rise) : null,
    options: { batchNorm },
    cost: probe.cost,
  };
}
