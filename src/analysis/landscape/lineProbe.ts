import { describe, TensorError } from "../../base/errors.ts";
import { anything, finiteNumber, fromOne } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf, type Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, costBy, type Loss, type PathCostOptions, Probe } from "../measuring/loss.ts";
import { type PathBatchNormMode, pathBatchNormRule, preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type SeedOptions, seeded, seedRules } from "../measuring/seeded.ts";
import { greatest, least } from "../numbers/extremes.ts";
import { copies, distance, dot, moveTo, norm } from "../numbers/vectors.ts";
import { checkDirection, directionOf, type LineDirection, nameOf } from "./lineDirection.ts";

/** The ranges of the paper's figures, in learning rates. */
const presets = { vgg: [1 / 2, 4], dln: [1 / 100, 30] } as const;

/** What {@link lineProbe} may be told. */
export interface LineProbeOptions extends LongOptions, SeedOptions {
  /**
   * The step lengths `h`, in units of the direction: with `"gradient"` and `lr` 1, learning rates. Or a range, and
   * how many points there are in it.
   */
  readonly steps?: readonly number[] | StepRange;
  /** A range of the paper's in place of `steps`: `"vgg"` is ½ to 4 times `lr`, `"dln"` 1⁄100 to 30 times. */
  readonly preset?: keyof typeof presets;
  /** What `preset` and `steps` are multiplied by: the learning rate of the training run. Default `1`. */
  readonly lr?: number;
  /**
   * Default `"gradient"`: `θ_h = θ − h·∇L(θ)`. An optimiser's direction is its next step, taken `h` times over; a random one
   * is standard normal, so about as long as the root of the number of parameters; tensors are added `h` times.
   */
  readonly direction?: LineDirection;
  /**
   * Which statistics batch norm uses: the batch's; the running ones that the model has; or `"recalibrated"`, running ones that
   * are taken anew at each place, by one more forward pass of the loss there, and are constants to its gradient. Default `"batch"`.
   */
  readonly batchNorm?: PathBatchNormMode;
}

/** Step lengths from one number to another. */
export interface StepRange {
  /** The first. */
  readonly from: number;
  /** The last. */
  readonly to: number;
  /** How many there are. Default `9`. */
  readonly points?: number;
  /** Whether their ratios are equal, or their differences. Default `"log"`. */
  readonly scale?: "log" | "linear";
}

/** What {@link lineProbe} returns: an entry for each step in the lists. */
export interface LineProbe {
  /** What it is. */
  readonly kind: "lineProbe";
  /** The step lengths `h`. */
  readonly steps: readonly number[];
  /** `‖θ_h − θ‖₂`. */
  readonly distance: readonly number[];
  /** `L(θ_h)`; null where it is not finite. */
  readonly loss: readonly (number | null)[];
  /** `‖∇L(θ_h)‖₂`; null where it is not finite. */
  readonly gradientNorm: readonly (number | null)[];
  /** `‖∇L(θ_h) − ∇L(θ)‖₂`: how wrong the gradient has become. */
  readonly gradientDistance: readonly (number | null)[];
  /** `‖∇L(θ_h) − ∇L(θ)‖₂/‖θ_h − θ‖₂`: the smoothness along the way; null also for a step of 0. */
  readonly smoothness: readonly (number | null)[];
  /** `|L(θ_h) − L(θ)|/‖θ_h − θ‖₂`: the slope of the loss over the way. */
  readonly lipschitz: readonly (number | null)[];
  /** The largest smoothness over the steps: the paper's "effective β"; null if there is none. */
  readonly effectiveBeta: number | null;
  /** The smallest and the largest loss over the steps, a band of the paper's Figure 4a. */
  readonly lossRange: readonly [number, number] | null;
  /** The smallest and the largest gradient distance, a band of Figure 4b. */
  readonly gradientDistanceRange: readonly [number, number] | null;
  /** What it starts from. */
  readonly start: {
    /** `L(θ)`. */
    readonly loss: number;
    /** `‖∇L(θ)‖₂`. */
    readonly gradientNorm: number;
    /** `‖d‖₂` of the direction, which is added to the parameters for a step of 1. */
    readonly directionNorm: number;
    /** `∇L(θ)·d`: the derivative of the loss by the step length; along the gradient `−‖∇L(θ)‖²`. */
    readonly slope: number;
  };
  /** How it was measured. */
  readonly options: {
    /** The direction: `"gradient"`, `"random"`, an optimiser's class, or `"given"`. */
    readonly direction: string;
    /** Which statistics batch norm used. */
    readonly batchNorm: PathBatchNormMode;
    /** What the steps were multiplied by. */
    readonly lr: number;
    /** The seed of a random direction, or null. */
    readonly seed: number | null;
  };
  /** The passes made: one of each for every step, and those at the start. */
  readonly cost: Cost;
}

/** The passes of a probe of so many steps. */
const costOf = ({ steps, batchNorm }: { readonly steps: number } & PathCostOptions): Cost =>
  costBy(batchNorm, { forward: steps + 3, backward: steps + 1 });

const rangeRules = {
  from: { is: finiteNumber, isRequired: true },
  to: { is: finiteNumber, isRequired: true },
  points: { is: fromOne, default: 9 },
  scale: { words: ["log", "linear"], default: "log" },
} satisfies OptionRules<StepRange>;

const rules = {
  steps: { is: anything },
  preset: { words: ["vgg", "dln"] },
  lr: { is: finiteNumber, default: 1 },
  direction: { is: anything, default: "gradient" },
  batchNorm: pathBatchNormRule,
  ...seedRules,
  ...longRules,
} satisfies OptionRules<LineProbeOptions>;

export const lineProbeAnalysis = {
  name: "lineProbe",
  kind: "lineProbe",
  of: ["model", "loss"],
  rules,
  plot: "lineProfile",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * Walks from the parameters along a line, and measures at each step the loss, how far the gradient has turned away from
 * what it was, and their ratios to the way: the landscape as training sees it.
 *
 * The paper's three figures are the bands `lossRange` and `gradientDistanceRange`, and `effectiveBeta`, each taken at many
 * steps of a training run. The step is not normalised: networks whose weights have other sizes are not comparable by
 * `smoothness` alone.
 *
 * @throws TensorError for steps that are none, a direction that does not fit the parameters, or a loss that is not one
 * finite number, the same each time.
 * @see Santurkar et al. 2018, arXiv:1805.11604, section 3.2, Figures 4, 10 and 11, and appendix A.2.2.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { lineProbe } from "evenkeel/analysis";
 *
 * class Quadratic extends nn.Module {
 *   readonly x = new nn.Parameter(tensor([1, 1]));
 *   forward() {
 *     return this.x.square().mul(tensor([1, 3])).sum().mul(0.5); // of curvature 1 and 3
 *   }
 * }
 * const model = new Quadratic();
 * const { loss, effectiveBeta } = lineProbe(model, () => model.forward(), { steps: [0, 0.25, 0.5] });
 * console.log(loss); // => [ 2, 0.375, 0.5 ]
 * console.log(effectiveBeta?.toFixed(3)); // => 2.864
 * ```
 */
export function lineProbe(model: Module, loss: Loss, options: LineProbeOptions = {}): LineProbe {
  return analyse(lineProbeAnalysis, options, model, loss);
}

/**
 * The same as {@link lineProbe}, and lets others work between the steps.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { lineProbeAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const { steps } = await lineProbeAsync(model, () => model.forward(ones([1, 1])).square().sum(), {
 *   steps: { from: 0, to: 1, points: 3, scale: "linear" },
 * });
 * console.log(steps); // => [ 0, 0.5, 1 ]
 * ```
 */
export const lineProbeAsync = /* @__PURE__ */ inBackground(lineProbeAnalysis, lineProbe);

function* work(
  where: string,
  options: Settings<LineProbeOptions, typeof rules>,
  model: Module,
  loss: Loss,
): Parts<Unnamed<LineProbe>> {
  const { direction, batchNorm, lr } = options;
  const steps = stepsOf(where, options);
  const { generator, seed } = seeded(where, options);
  const probe = new Probe(where, model, loss, undefined, batchNorm);
  const { parameters } = probe;
  checkDirection(where, direction, parameters);
  const { forward, backward } = costOf({ steps: steps.length, batchNorm });
  checkBudget(where, forward + backward, options);
  const within = preservingParts(model, { batchNorm });

  const at = within(() => {
    const value = probe.check();
    const slope = probe.gradient();
    const line = directionOf(where, direction, parameters, () => slope, generator);
    return { value, gradient: slope.gradient, start: copies(parameters), line };
  });
  const [length, size] = [norm(at.line), norm(at.gradient)];
  const points: Point[] = [];
  for (const step of steps) {
    points.push(
      within(() => {
        moveTo(parameters, at.start, at.line, step);
        const { loss: value, gradient } = probe.gradient();
        const [way, turned] = [distance(parameters, at.start), distance(gradient, at.gradient)];
        const slope = way > 0 ? Math.abs(value - at.value) / way : null;
        return { way, loss: value, size: norm(gradient), turned, smoothness: way > 0 ? turned / way : null, slope };
      }),
    );
    const { forward: f, backward: b } = probe.cost;
    yield { done: f + b, total: forward + backward };
  }
  const smoothness = points.map((point) => finite(point.smoothness));
  const losses = points.map((point) => finite(point.loss));
  const distances = points.map((point) => finite(point.turned));
  return {
    steps,
    distance: points.map(({ way }) => way),
    loss: losses,
    gradientNorm: points.map((point) => finite(point.size)),
    gradientDistance: distances,
    smoothness,
    lipschitz: points.map((point) => finite(point.slope)),
    effectiveBeta: rangeOf(smoothness)?.[1] ?? null,
    lossRange: rangeOf(losses),
    gradientDistanceRange: rangeOf(distances),
    start: { loss: at.value, gradientNorm: size, directionNorm: length, slope: dot(at.gradient, at.line) },
    options: { direction: nameOf(direction), batchNorm, lr, seed: direction === "random" ? seed : null },
    cost: probe.cost,
  };
}

interface Point {
  readonly way: number;
  readonly loss: number;
  readonly size: number;
  readonly turned: number;
  readonly smoothness: number | null;
  readonly slope: number | null;
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);

function rangeOf(values: readonly (number | null)[]): [number, number] | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : [least(known), greatest(known)];
}

/** The step lengths asked for. */
function stepsOf(where: string, { steps, preset, lr }: Settings<LineProbeOptions, typeof rules>): number[] {
  if ((steps === undefined) === (preset === undefined)) {
    throw new TensorError(where, {
      expected: "either steps or a preset",
      got: steps === undefined ? "neither" : "both",
      hint: "Such as { steps: [0.1, 0.2, 0.4] }, or { steps: { from: 0.01, to: 1 } }.",
    });
  }
  const range: StepRange | null =
    preset !== undefined
      ? { from: presets[preset][0], to: presets[preset][1] }
      : isList(steps)
        ? null
        : (steps as StepRange);
  const list = isList(steps) ? [...steps] : spread(where, range as StepRange);
  if (list.length === 0 || !list.every((step) => typeof step === "number" && Number.isFinite(step))) {
    throw new TensorError(where, { expected: "steps, one finite number or more", got: describe(steps) });
  }
  return list.map((step) => step * lr);
}

const isList = (steps: unknown): steps is readonly number[] => Array.isArray(steps);

function spread(where: string, range: StepRange): number[] {
  const { from, to, points, scale } = optionsOf(where, range, rangeRules, "steps");
  if (scale === "log" && !(from > 0 && to > 0)) {
    throw new TensorError(where, {
      expected: "a range of steps above 0 on a log scale",
      got: `{ from: ${from}, to: ${to} }`,
    });
  }
  const share = (i: number) => (points === 1 ? 0 : i / (points - 1));
  return Array.from({ length: points }, (_, i) =>
    scale === "log" ? from * (to / from) ** share(i) : from + (to - from) * share(i),
  );
}
