import { TensorError } from "../../base/errors.ts";
import { finiteNumber, finiteNumbers, fromZero, interval, notNegative } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, costBy, type PathCostOptions, Probe } from "../measuring/loss.ts";
import { type PathBatchNormMode, pathBatchNormRule, preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type SeedOptions, seeded, seedRules } from "../measuring/seeded.ts";
import { greatest, least as leastOf } from "../numbers/extremes.ts";
import { copies, dot, moveTo, norm } from "../numbers/vectors.ts";
import { checkDirection, directionOf } from "./lineDirection.ts";
import { type Slice, sliceOf } from "./slice.ts";

/** What {@link descend1d} may be told. */
export interface Descend1dOptions extends LongOptions, SeedOptions {
  /** Where to start, once each. On a slice 0 is the model as it is. */
  readonly starts: readonly number[];
  /** The learning rate, `x ← x − lr·f′(x)`; of a list, each start is descended at each rate. */
  readonly lr: number | readonly number[];
  /** The most steps that each descent takes. Default `100`. */
  readonly steps?: number;
  /** From where to where to show the curve. Default: as far as the starts, and half as far again to either side. */
  readonly range?: readonly [number, number];
  /** How many points of the curve to show. Default `0`: no curve. */
  readonly points?: number;
  /** A descent has arrived where `|f′(x)|` is at most this. Default `1e-6`. */
  readonly tolerance?: number;
  /**
   * Which statistics batch norm uses: the batch's; the running ones that the model has; or `"recalibrated"`, running ones that
   * are taken anew at each place, by one more forward pass of the loss there, and are constants to its gradient. Default `"batch"`.
   */
  readonly batchNorm?: PathBatchNormMode;
}

/** One descent: an entry for the start, and one for each step. */
export interface Descent {
  /** The learning rate. */
  readonly lr: number;
  /** Where it has been. */
  readonly x: readonly number[];
  /** `f(x)` there; null where it is not finite, which only the last can be. */
  readonly loss: readonly (number | null)[];
  /** `f′(x)` there; null likewise. */
  readonly slope: readonly (number | null)[];
  /**
   * How it ended: `"arrived"` where the slope was within `tolerance`, as it is on a maximum or a plateau too; `"diverged"`
   * where the loss or its slope was not finite; `"moving"` when its steps were used up.
   */
  readonly outcome: "arrived" | "diverged" | "moving";
  /** The step after which it had arrived; null if it has not. */
  readonly arrivedAfter: number | null;
  /** How often it stepped over a minimum: how often the slope changed its sign. */
  readonly overshoots: number;
}

/** What {@link descend1d} returns. */
export interface Descents {
  /** What it is. */
  readonly kind: "descents";
  /** The function over its range; null where it is not finite. Empty unless `points` are asked for. */
  readonly curve: {
    /** The places. */
    readonly x: readonly number[];
    /** The loss at each; null where it is not finite. */
    readonly loss: readonly (number | null)[];
  };
  /** One for each start, and of several rates one for each of them in turn. */
  readonly descents: readonly Descent[];
  /** How it was made. */
  readonly options: {
    /** `"function"`, or of a slice the direction's name: `"gradient"`, `"random"`, an optimiser's class, `"given"`. */
    readonly of: string;
    /** Where they started. */
    readonly starts: readonly number[];
    /** The learning rate, or rates. */
    readonly lr: number | readonly number[];
    /** The most steps of each. */
    readonly steps: number;
    /** From where to where the curve goes. */
    readonly range: readonly [number, number];
    /** How many points it has. */
    readonly points: number;
    /** From which slope down a descent had arrived. */
    readonly tolerance: number;
    /** Which statistics batch norm used. */
    readonly batchNorm: PathBatchNormMode;
    /** Of a random direction, null for others. */
    readonly seed: number | null;
  };
  /** The passes made. */
  readonly cost: Cost;
}

/** The most passes that descents take. */
const costOf = ({
  starts,
  rates = 1,
  steps = 100,
  points = 0,
  batchNorm,
}: {
  readonly starts: number;
  readonly rates?: number;
  readonly steps?: number;
  readonly points?: number;
} & PathCostOptions): Cost => {
  const gradients = starts * rates * (steps + 1) + 1;
  return costBy(batchNorm, { forward: gradients + points + 2, backward: gradients });
};

const rules = {
  starts: { is: finiteNumbers, isRequired: true },
  lr: {
    is: {
      expected: "a finite number, or a list of them,",
      accepts: (value) => finiteNumber.accepts(value) || finiteNumbers.accepts(value),
    },
    isRequired: true,
  },
  steps: { is: fromZero, default: 100 },
  range: { is: interval },
  points: { is: fromZero, default: 0 },
  tolerance: { is: notNegative, default: 1e-6 },
  batchNorm: pathBatchNormRule,
  ...seedRules,
  ...longRules,
} satisfies OptionRules<Descend1dOptions>;

export const descend1dAnalysis = {
  name: "descend1d",
  kind: "descents",
  of: ["target"],
  rules,
  plot: "descentPaths",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * Plain gradient descent on a function of one number, or on a slice through a model's loss, from several starts, with the
 * curve that it descends: `x ← x − lr·f′(x)`.
 *
 * This is the picture of a landscape with three initialisations that fare differently: which valley a descent ends in, and
 * whether it ends, depends on where it starts and on the rate.
 *
 * On a slice the derivative is that along the line, `f′(x) = ∇L(θ + x·d)·d`. A step is `lr·f′(x)` in units of `d`: the line
 * is descended, not the model trained.
 *
 * @param target - a function from a float64 tensor of one number to another, made of operations that have gradients; or a
 * {@link Slice}.
 * @throws TensorError for no starts, a function that does not depend on its input, or is not one finite number at every
 * start, the same each time; and what `lineProbe` refuses in a slice.
 * @see Santurkar et al. 2018, arXiv:1805.11604, section 3, on how training depends on where it starts.
 *
 * @example
 * ```ts
 * import type { Tensor } from "evenkeel";
 * import { descend1d } from "evenkeel/analysis";
 *
 * const bumpy = (x: Tensor) => x.square().mul(0.1).add(x.mul(3).cos());
 * const { descents } = descend1d(bumpy, { starts: [-3, 0.5, 4], lr: 0.05 });
 * console.log(descents.map(({ x }) => x.at(-1)?.toFixed(2))); // => [ '-3.07', '1.02', '3.07' ]
 * ```
 */
export function descend1d(target: ((x: Tensor) => Tensor) | Slice, options: Descend1dOptions): Descents {
  return analyse(descend1dAnalysis, options, target);
}

/**
 * The same as {@link descend1d}, and lets others work between steps.
 *
 * @throws TensorError as there, by rejecting; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { descend1dAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const loss = () => model.forward(ones([1, 1])).sub(3).square().sum();
 * const { descents } = await descend1dAsync({ model, loss, direction: [ones([1, 1])] }, { starts: [0], lr: 0.5 });
 * console.log(descents[0].x.length, descents[0].outcome); // => 2 arrived
 * ```
 */
export const descend1dAsync = /* @__PURE__ */ inBackground(descend1dAnalysis, descend1d);

function* work(
  where: string,
  options: Settings<Descend1dOptions, typeof rules>,
  target: ((x: Tensor) => Tensor) | Slice,
): Parts<Unnamed<Descents>> {
  const { starts, lr, steps, points, tolerance, batchNorm } = options;
  const range = options.range ?? around(starts);
  const { model, loss, direction, of, origin } = sliceOf(where, target, starts[0]);
  const { generator, seed } = seeded(where, options);
  const probe = new Probe(where, model, loss, undefined, batchNorm);
  const { parameters } = probe;
  checkDirection(where, direction, parameters);
  const rates = typeof lr === "number" ? [lr] : lr;
  const most = costOf({ starts: starts.length, rates: rates.length, steps, points, batchNorm });
  const total = most.forward + most.backward;
  checkBudget(where, total, options);
  const within = preservingParts(model, { batchNorm });

  const start = copies(parameters);
  const line = within(() => {
    probe.check();
    const found = directionOf(where, direction, parameters, () => probe.gradient(), generator);
    const length = norm(found);
    if (length > 0 && Number.isFinite(length)) return found;
    throw new TensorError(where, {
      expected: "a direction of finite length above 0",
      got: `one of length ${length}`,
      code: length === 0 ? "EVENKEEL_ARGUMENT" : "EVENKEEL_NOT_FINITE",
    });
  });
  const slopeAt = (x: number): { readonly y: number; readonly slope: number } =>
    within(() => {
      moveTo(parameters, start, line, x - origin);
      const { loss: y, gradient } = probe.gradient();
      return { y, slope: dot(gradient, line) };
    });
  const valueAt = (x: number): number =>
    within(() => {
      moveTo(parameters, start, line, x - origin);
      return probe.value();
    });

  let done = 4;
  const curve: { x: number; loss: number | null }[] = [];
  for (const x of between(range, points)) {
    const y = valueAt(x);
    curve.push({ x, loss: finite(y) });
    yield { done: ++done, total };
  }
  const descents: Descent[] = [];
  for (const { from, rate } of starts.flatMap((start) => rates.map((rate) => ({ from: start, rate })))) {
    const steadily = descent(where, from, { lr: rate, steps, tolerance, slopeAt });
    for (;;) {
      const { done: isOver, value } = steadily.next();
      if (isOver) {
        descents.push(value);
        break;
      }
      yield { done: done + 2 * value, total };
    }
    done += 2 * (steps + 1);
    yield { done, total };
  }
  return {
    curve: { x: curve.map(({ x }) => x), loss: curve.map(({ loss: y }) => y) },
    descents,
    options: {
      of,
      starts: [...starts],
      lr: typeof lr === "number" ? lr : [...lr],
      steps,
      range: [range[0], range[1]],
      points,
      tolerance,
      batchNorm,
      seed: direction === "random" ? seed : null,
    },
    cost: probe.cost,
  };
}

interface DescentSettings {
  readonly lr: number;
  readonly steps: number;
  readonly tolerance: number;
  readonly slopeAt: (x: number) => { readonly y: number; readonly slope: number };
}

/** One descent; yields how many places it has looked at. */
function* descent(
  where: string,
  from: number,
  { lr, steps, tolerance, slopeAt }: DescentSettings,
): Generator<number, Descent> {
  const [xs, losses, slopes]: [number[], (number | null)[], (number | null)[]] = [[], [], []];
  let [x, before, overshoots] = [from, 0, 0];
  const end = (outcome: Descent["outcome"], arrivedAfter: number | null = null): Descent => ({
    lr,
    x: xs,
    loss: losses,
    slope: slopes,
    outcome,
    arrivedAfter,
    overshoots,
  });
  for (let step = 0; ; step++) {
    if (!Number.isFinite(x)) return end("diverged");
    const { y, slope } = slopeAt(x);
    const isSane = Number.isFinite(y) && Number.isFinite(slope);
    if (step === 0 && !isSane) {
      const got = `${y} and ${slope} at ${x}`;
      throw new TensorError(where, {
        expected: "a finite value and slope at each start",
        got,
        code: "EVENKEEL_NOT_FINITE",
      });
    }
    xs.push(x);
    losses.push(finite(y));
    slopes.push(finite(slope));
    if (!isSane) return end("diverged");
    if (before * slope < 0) overshoots++;
    before = slope;
    if (Math.abs(slope) <= tolerance) return end("arrived", step);
    if (step === steps) return end("moving");
    yield step + 1;
    x -= lr * slope;
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function between([from, to]: readonly [number, number], points: number): number[] {
  return Array.from({ length: points }, (_, i) => (points === 1 ? from : from + ((to - from) * i) / (points - 1)));
}

/** The starts, and half as far again on either side. */
function around(starts: readonly number[]): readonly [number, number] {
  const [least, largest] = [leastOf(starts), greatest(starts)];
  const margin = largest > least ? (largest - least) / 2 : 1;
  return [least - margin, largest + margin];
}
