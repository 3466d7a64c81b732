import { noGrad } from "../../autograd/gradMode.ts";
import { TensorError } from "../../base/errors.ts";
import { fromTwo, positive } from "../../base/optionKinds.ts";
import type { OptionKind, OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { type Losses, type WeightedLosses, weighted } from "../measuring/losses.ts";
import { type BatchNormMode, batchNormRule, evolvingParts, preserving } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { checkChanges, updateRules } from "../measuring/update.ts";
import { moveTo } from "../numbers/vectors.ts";

/** Options of {@link learningRateTest}. */
export interface LearningRateTestOptions extends LongOptions {
  /** What takes the steps, at the rates of the test. Default: plain gradient descent. It stays as it is. */
  readonly optimizer?: Optimizer;
  /** The first learning rate. Default `0.00001`. */
  readonly from?: number;
  /** The last one. Default `10`. */
  readonly to?: number;
  /** How many steps: each takes a rate that is the same multiple of the one before. Default `100`. */
  readonly steps?: number;
  /** How much of the smoothed loss is kept at each step, from 0 to below 1. Default `0.9`. */
  readonly smoothing?: number;
  /** The test ends where the smoothed loss is above so many times its lowest, or not finite. Default `4`. */
  readonly stopAt?: number;
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** What {@link learningRateTest} returns. */
export interface LearningRateTest {
  /** What it is. */
  readonly kind: "learningRateTest";
  /** The learning rate of each step, from small to large, as far as the test went. */
  readonly rates: number[];
  /** The loss that each step started from; null where it is not finite. */
  readonly loss: (number | null)[];
  /** The same, smoothed: the mean of those before, each counting `smoothing` of the next; null from where it is not finite. */
  readonly smoothed: (number | null)[];
  /** The rate at which the smoothed loss is lowest. */
  readonly lowest: number;
  /** The rate up to `lowest` at which the smoothed loss falls fastest, by the logarithm of the rate; null where it never falls. */
  readonly steepest: number | null;
  /** The rate at which the loss had blown up, where the test ended; null where it did not. */
  readonly stopped: number | null;
  /** The options used. */
  readonly options: {
    /** The class of the optimiser, or null for plain gradient descent. */
    readonly optimizer: string | null;
    /** The first learning rate. */
    readonly from: number;
    /** The last one. */
    readonly to: number;
    /** How many steps were asked for. */
    readonly steps: number;
    /** How much of the smoothed loss was kept at each step. */
    readonly smoothing: number;
    /** At how many times its lowest it would end. */
    readonly stopAt: number;
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
    /** How many losses there were, or batches, which were taken in turn. */
    readonly batches: number;
  };
  /** The passes it took: one forward and one backward for each step. */
  readonly cost: Cost;
}

/** The most that {@link learningRateTest} takes. */
const costOf = ({ steps }: { readonly steps: number }): Cost => ({ forward: steps, backward: steps });

const share: OptionKind = {
  expected: "a number from 0 to below 1",
  accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
};

const aboveOne: OptionKind = {
  expected: "a number above 1",
  accepts: (value) => typeof value === "number" && value > 1,
};

const rules = {
  optimizer: updateRules.optimizer,
  from: { is: positive, default: 1e-5 },
  to: { is: positive, default: 10 },
  steps: { is: fromTwo, default: 100 },
  smoothing: { is: share, default: 0.9 },
  stopAt: { is: aboveOne, default: 4 },
  batchNorm: batchNormRule,
  ...longRules,
} satisfies OptionRules<LearningRateTestOptions>;

export const learningRateTestAnalysis = {
  name: "learningRateTest",
  kind: "learningRateTest",
  of: ["model", "loss"],
  rules,
  plot: "rateTestCurve",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * The range test: the model is trained for some steps while the learning rate grows from tiny to huge, and put back. Where the
 * loss begins to fall, falls fastest, and blows up says which rates are worth trying: somewhat below `lowest`.
 *
 * It is one run, whose later steps start from where the earlier ones led, so it tells of the start of training and of these
 * batches. {@link learningRateRange} tells of one step from where the model stands.
 *
 * @param model - any module; it stays bit for bit as it is, and so do the optimiser and the generators.
 * @param loss - its loss on one fixed batch; several such losses, or `{ batches, loss }` over a loader, which are taken in turn
 * and again from the first. Dropout is welcome: it draws.
 * @param options - see {@link LearningRateTestOptions}.
 * @throws TensorError for a loss that is not one number, or is not finite at the first step, or independent of the
 * parameters; for `to` that is not above `from`, an optimiser of other parameters, and where it would take more than `maxEvaluations`.
 * @see Smith 2017, "Cyclical Learning Rates for Training Neural Networks", arXiv:1506.01186, section 3.3, for the test.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { learningRateTest } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false }); // of loss 2w²: any rate above 0.5 throws w farther out
 * const loss = () => model.forward(tensor([[2]])).square().mul(0.5).sum();
 * const { lowest, stopped } = learningRateTest(model, loss, { smoothing: 0 });
 * console.log(lowest > 0.4 && lowest < 0.6, stopped !== null && stopped > 0.5); // => true true
 * ```
 */
export function learningRateTest<B>(
  model: Module,
  loss: Losses<B>,
  options: LearningRateTestOptions = {},
): LearningRateTest {
  return analyse(learningRateTestAnalysis, options, model, loss);
}

/**
 * {@link learningRateTest}, letting others work between steps, so that a page stays alive.
 *
 * @throws TensorError as there; the signal's reason if it is aborted.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { learningRateTestAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1);
 * const { cost } = await learningRateTestAsync(model, () => model.forward(ones([1, 1])).square().sum(), { to: 0.1, steps: 5 });
 * console.log(cost); // => { forward: 5, backward: 5 }
 * ```
 */
export const learningRateTestAsync = /* @__PURE__ */ inBackground(learningRateTestAnalysis, learningRateTest);

function* work(
  where: string,
  options: Settings<LearningRateTestOptions, typeof rules>,
  model: Module,
  loss: Losses<unknown>,
): Parts<Unnamed<LearningRateTest>> {
  const { optimizer, from, to, steps, smoothing, stopAt, batchNorm } = options;
  if (!(to > from))
    throw new TensorError(where, { expected: `a rate to end at above ${from}, where it begins`, got: `${to}` });
  let current: Loss | null = null;
  const probe = new Probe(where, model, () => (current as Loss)());
  const losses = weighted(where, loss, "mean", (fn) => preserving(model, fn, { batchNorm }));
  if (optimizer !== undefined) checkChanges(where, optimizer, probe.parameters);
  const total = 2 * steps;
  checkBudget(where, total, options);

  const within = evolvingParts(model, optimizer === undefined ? [] : [optimizer], { batchNorm });
  const turns = inTurn(losses);
  const [rates, seen, smoothed]: [number[], (number | null)[], (number | null)[]] = [[], [], []];
  let [sum, weight] = [0, 0];
  let least = Number.POSITIVE_INFINITY;
  let stopped: number | null = null;
  while (rates.length < steps && stopped === null) {
    const rate = from * (to / from) ** (rates.length / (steps - 1));
    const value = within(() => {
      current = turns();
      return stepOf(probe, optimizer, rate);
    });
    if (rates.length === 0 && !Number.isFinite(value)) {
      throw new TensorError(where, {
        expected: "a finite loss at the start",
        got: `${value}`,
        code: "EVENKEEL_NOT_FINITE",
      });
    }
    [sum, weight] = [smoothing * sum + value, smoothing * weight + 1];
    const mean = sum / weight;
    rates.push(rate);
    seen.push(Number.isFinite(value) ? value + 0 : null);
    smoothed.push(Number.isFinite(mean) ? mean + 0 : null);
    least = Math.min(least, Number.isFinite(mean) ? mean : least);
    if (!Number.isFinite(mean) || (least > 0 && mean > stopAt * least)) stopped = rate;
    yield { done: probe.cost.forward + probe.cost.backward, total };
  }
  return {
    rates,
    loss: seen,
    smoothed,
    ...readOff(rates, smoothed),
    stopped,
    options: {
      optimizer: optimizer === undefined ? null : optimizer.constructor.name,
      from,
      to,
      steps,
      smoothing,
      stopAt,
      batchNorm,
      batches: losses.count,
    },
    cost: probe.cost,
  };
}

/** One step at a rate; the loss that it starts from. */
function stepOf(probe: Probe, optimizer: Optimizer | undefined, rate: number): number {
  const { loss, gradient, isUsed } = probe.gradient();
  const { parameters } = probe;
  if (optimizer === undefined) {
    moveTo(parameters, parameters, gradient, -rate);
    return loss;
  }
  for (const group of optimizer.paramGroups) {
    group.lr = rate;
    for (const p of group.params) p.grad = null;
  }
  parameters.forEach((p, i) => {
    p.grad = isUsed[i] ? gradient[i].detach() : null;
  });
  noGrad(() => optimizer.step());
  return loss;
}

/** The losses one after the other, and again from the first. */
function inTurn(losses: WeightedLosses): () => Loss {
  let walk = losses.walk()[Symbol.iterator]();
  return () => {
    let next = walk.next();
    if (next.done) {
      walk = losses.walk()[Symbol.iterator]();
      next = walk.next();
    }
    return next.value.loss;
  };
}

/** The rates at which a smoothed loss is lowest, and falls fastest on the way there. */
function readOff(
  rates: readonly number[],
  smoothed: readonly (number | null)[],
): Pick<LearningRateTest, "lowest" | "steepest"> {
  const at = (i: number): number => smoothed[i] ?? Number.POSITIVE_INFINITY;
  let bottom = 0;
  for (let i = 1; i < rates.length; i++) if (at(i) < at(bottom)) bottom = i;
  let steepest: number | null = null;
  let fall = 0;
  for (let i = 1; i <= bottom; i++) if (at(i - 1) - at(i) > fall) [fall, steepest] = [at(i - 1) - at(i), rates[i]];
  return { lowest: rates[bottom], steepest };
}
