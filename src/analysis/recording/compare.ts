import { noGrad } from "../../autograd/gradMode.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { aFunction, flag, fromOne, record } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import { sameShape } from "../../base/shapes.ts";
import { version } from "../../base/version.ts";
import { isModule } from "../../nn/module/fields.ts";
import type { Module } from "../../nn/module/module.ts";
import { isParameter, type Parameter } from "../../nn/module/parameter.ts";
import { isOptimizer, type Optimizer } from "../../optim/optimizer.ts";
import { defaultGenerator, type Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import type { Cost } from "../measuring/loss.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { batchOf, partsOf } from "./batchParts.ts";
import {
  type ComparedRow,
  type Comparison,
  type ComparisonRun,
  type ComparisonStart,
  summarise,
} from "./comparison.ts";
import { Recorder } from "./recorder.ts";
import type { RecordedRow } from "./recording.ts";
import type { StepProbes } from "./stepProbe.ts";

/** What {@link compare} compares, and how. */
export interface CompareOptions<Batch> extends LongOptions {
  /** Functions by name, each of which makes a new model; they draw from the default generator, seeded by then. */
  readonly variants: Readonly<Record<string, (seed: number) => Module>>;
  /** The batches, taken in turn and again from the first; or a function that makes that of a step. */
  readonly data: readonly Batch[] | ((step: number, generator: Generator) => Batch);
  /** The loss of a model on a batch. */
  readonly loss: (model: Module, batch: Batch) => Tensor;
  /** Makes the optimiser of a model, which may depend on the variant. */
  readonly optimizer: (model: Module, variant: string) => Optimizer;
  /** How many steps each run has. */
  readonly steps: number;
  /** The seeds, a run of each variant for each. Default `0`. */
  readonly seed?: number | readonly number[];
  /** What to look at, and how often. Default `{ loss: stepProbes.loss() }`. */
  readonly probes?: StepProbes;
  /**
   * Where parameters begin: as they are drawn from the same seed, in the order in which each variant draws; or, with
   * `"first"`, as the counterparts in the first variant's model: the same field of the same shape in the n-th module of
   * the same class. Default `"seed"`.
   */
  readonly initial?: "seed" | "first";
  /**
   * Whether steps that no probe looks into are made again, as by `compiled`: then `loss` is to do nothing but compute, and batches are
   * tensors or numbers, or lists or objects of them. The numbers are the same. Default `false`.
   */
  readonly compiled?: boolean;
  /** Called after each step of each run with what was recorded of it, such as to show it while training. */
  readonly onRows?: (rows: readonly ComparedRow[]) => void;
}

/** @declaration What {@link costOf} counts by. */
export interface RunCounts {
  readonly variants: number;
  readonly seeds: number;
  readonly steps: number;
}

/** The passes of training; those that probes make come on top. */
function costOf({ variants, seeds, steps }: RunCounts): Cost {
  const passes = variants * seeds * steps;
  return { forward: passes, backward: passes };
}

/** Different whole numbers, or one. */
const isSeed = (value: unknown): boolean =>
  Number.isSafeInteger(value) ||
  (Array.isArray(value) &&
    value.length > 0 &&
    value.every(Number.isSafeInteger) &&
    new Set(value).size === value.length);

const rules = {
  variants: {
    is: {
      expected: "an object of functions, one or more,",
      accepts: (value) => record.accepts(value) && Object.keys(value as object).length > 0,
    },
    isRequired: true,
  },
  data: {
    is: {
      expected: "an array of batches, or a function,",
      accepts: (value) => typeof value === "function" || (Array.isArray(value) && value.length > 0),
    },
    isRequired: true,
  },
  loss: { is: aFunction, isRequired: true },
  optimizer: { is: aFunction, isRequired: true },
  steps: { is: fromOne, isRequired: true },
  seed: { is: { expected: "a whole number, or different ones,", accepts: isSeed }, default: 0 },
  probes: { is: record },
  initial: { words: ["seed", "first"], default: "seed" },
  compiled: { is: flag, default: false },
  onRows: { is: aFunction },
  ...longRules,
} satisfies OptionRules<CompareOptions<unknown>>;

type Choice = Settings<CompareOptions<unknown>, typeof rules>;

export const compareAnalysis = {
  name: "compare",
  kind: "comparison",
  of: [],
  rules,
  plot: "lossCurves",
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * Trains variants of a model in lockstep: from the same seed, on the same batches, one step of each in turn; for several
 * seeds, with mean and spread over them.
 *
 * For each seed, each variant is made with the default generator at that seed, so that variants which draw the same
 * shapes in the same order start equal: batch norm draws nothing, and two networks with and without it have the same
 * weights. `runs[i].start` says how far that is so. The batches come from the seed too, by another stream. While it
 * trains, each run has a stream of its own for dropout and noise, so that its result does not depend on which other
 * variants there are. The default generator is put back between steps and at the end.
 *
 * A run whose loss is NaN or infinite is ended, and says so in `divergedAt`: nothing is thrown. Means are over the runs
 * that have a number there, and `runs` tells how many; where some have diverged, the rest are the lucky ones.
 *
 * `maxEvaluations` and progress count the passes of training, without those of probes.
 *
 * @throws TensorError for unknown or missing options, and if a variant makes no model, or the same one again. And
 * whatever the functions throw.
 *
 * @example
 * ```ts
 * import { nn, optim, randn } from "evenkeel";
 * import { compare } from "evenkeel/analysis";
 *
 * const network = (...norm: nn.Module[]) =>
 *   new nn.Sequential(new nn.Linear(4, 16), ...norm, new nn.Tanh(), new nn.Linear(16, 1));
 * const { runs, summary } = compare({
 *   variants: { standard: () => network(), "batch norm": () => network(new nn.BatchNorm1d(16)) },
 *   data: (_step, generator) => randn([32, 4], { generator }),
 *   loss: (model, x) => model.forward(x).sub(x.square().sum(1, { keepdim: true })).square().mean(),
 *   optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.02 }),
 *   steps: 10,
 *   seed: [0, 1, 2],
 * });
 * console.log(runs.length, runs[1].start); // => 6 { parameters: 6, counterparts: 4, equal: 4 }
 * const last = summary.filter(({ step }) => step === 9);
 * console.log(last.map(({ variant, runs }) => [variant, runs])); // => [ [ 'standard', 3 ], [ 'batch norm', 3 ] ]
 * ```
 */
export function compare<Batch>(options: CompareOptions<Batch>): Comparison {
  return analyse(compareAnalysis, options);
}

/**
 * {@link compare}, letting others work in between.
 *
 * @throws as `compare`, by rejecting.
 * @function
 *
 * @example
 * ```ts
 * import { nn, ones, optim } from "evenkeel";
 * import { compareAsync } from "evenkeel/analysis";
 *
 * const { cost } = await compareAsync({
 *   variants: { linear: () => new nn.Linear(1, 1) },
 *   data: [ones([4, 1])],
 *   loss: (model, x) => model.forward(x).square().mean(),
 *   optimizer: (model) => new optim.SGD(model.parameters(), { lr: 0.1 }),
 *   steps: 5,
 * });
 * console.log(cost); // => { forward: 5, backward: 5 }
 * ```
 */
export const compareAsync = /* @__PURE__ */ inBackground(compareAnalysis, compare);

/** A stream of random numbers that takes the default generator's place while it is in use. */
interface Stream {
  use<T>(run: () => T): T;
}

interface Run {
  readonly variant: string;
  readonly model: Module;
  readonly recorder: Recorder;
  readonly stream: Stream;
  readonly start: ComparisonStart;
  /** The loss as it is compiled, once it is asked for. */
  loss: ((form: string, ...parts: readonly unknown[]) => Tensor) | null;
  finalLoss: number | null;
  hasDiverged: boolean;
}

function* work(where: string, options: Choice): Parts<Unnamed<Comparison>> {
  const { data, steps, seed: asked, initial } = options;
  const variants = Object.keys(options.variants);
  for (const [name, make] of Object.entries(options.variants)) {
    if (typeof make === "function") continue;
    throw new TensorError(where, {
      expected: `a function that makes a model as variant "${name}"`,
      got: describe(make),
    });
  }
  const seeds = typeof asked === "number" ? [asked] : [...asked];
  const total = totalOf({ variants: variants.length, seeds: seeds.length, steps });
  checkBudget(where, total, options);
  const batchAt = typeof data === "function" ? data : (step: number) => data[step % data.length];
  const made = new Set<Module>();
  const finished: ComparisonRun[] = [];
  let done = 0;
  for (const seed of seeds) {
    const runs = begin(where, options, seed, made);
    const batches = streamOf((seed % 4294967296) + 2654435769); // another one than the weights'
    for (let step = 0; step < steps; step++) {
      if (runs.every(({ hasDiverged }) => hasDiverged)) break;
      const batch = batches.use(() => batchAt(step, defaultGenerator));
      for (const run of runs) {
        if (run.hasDiverged) continue;
        const value = run.stream.use(() => stepOf(where, run, batch, options));
        run.hasDiverged = !Number.isFinite(value);
        run.finalLoss = run.hasDiverged ? null : value + 0;
        done += 2;
        yield { done, total };
      }
    }
    for (const { variant, recorder, start, finalLoss } of runs) {
      const recording = recorder.recording();
      finished.push({ variant, seed, start, finalLoss, divergedAt: recording.divergedAt, recording });
    }
  }
  const costs = finished.map(({ recording }) => recording.cost);
  return {
    schema: 1,
    version,
    options: { variants, seed: seeds, steps, initial, probes: finished[0].recording.options.probes },
    cost: {
      forward: costs.reduce((sum, { forward }) => sum + forward, 0),
      backward: costs.reduce((sum, { backward }) => sum + backward, 0),
    },
    runs: finished,
    summary: summarise(variants, finished),
  };
}

/** One step of a run on a batch, whose parts are passed one by one where steps are compiled. */
function stepOf(where: string, run: Run, batch: unknown, { loss, compiled }: Choice): number {
  if (!compiled) return run.recorder.step(() => loss(run.model, batch));
  run.loss ??= (form, ...parts) => loss(run.model, batchOf(form, parts));
  return run.recorder.step(run.loss, ...partsOf(where, batch));
}

function totalOf(sizes: RunCounts): number {
  const { forward, backward } = costOf(sizes);
  return forward + backward;
}

/** The models of all variants for a seed, with what trains and watches them. */
function begin(where: string, options: Choice, seed: number, made: Set<Module>): Run[] {
  let first: Module | undefined;
  return Object.entries(options.variants).map(([variant, make]) => {
    const stream = streamOf(seed);
    return stream.use(() => {
      const model = make(seed);
      if (!isModule(model) || made.has(model)) {
        throw new TensorError(where, {
          expected: `a new model from variant "${variant}"`,
          got: isModule(model) ? "the same one again" : describe(model),
        });
      }
      made.add(model);
      first ??= model;
      if (options.initial === "first")
        noGrad(() => pairs(first as Module, model).forEach(([from, to]) => void to.copy_(from)));
      const optimizer = options.optimizer(model, variant);
      if (!isOptimizer(optimizer)) {
        throw new TensorError(where, { expected: `an optimiser for variant "${variant}"`, got: describe(optimizer) });
      }
      const probes = options.probes === undefined ? {} : { probes: options.probes };
      const { onRows } = options;
      const tell =
        onRows === undefined
          ? {}
          : { onRows: (rows: readonly RecordedRow[]) => onRows(rows.map((row) => ({ variant, seed, ...row }))) };
      const recorder = new Recorder(model, optimizer, {
        ...probes,
        ...tell,
        seed,
        notes: { variant },
        compiled: options.compiled,
      });
      const start = startOf(first, model);
      return { variant, model, recorder, stream, start, loss: null, finalLoss: null, hasDiverged: false };
    });
  });
}

function startOf(first: Module, model: Module): ComparisonStart {
  const shared = pairs(first, model);
  const equal = shared.filter(([a, b]) => noGrad(() => a.eq(b).all().item<boolean>())).length;
  return { parameters: model.parameters().length, counterparts: shared.length, equal };
}

/** The parameters of two models that are the same field, of one shape, in the n-th module of the same class. */
function pairs(first: Module, second: Module): [Parameter, Parameter][] {
  const seen = new Map<unknown, number>();
  const ofFirst = first.namedModules().map(([, module]) => module);
  return second.namedModules().flatMap(([, module]) => {
    const kind = module.constructor;
    const n = seen.get(kind) ?? 0;
    seen.set(kind, n + 1);
    const counterpart = ofFirst.filter((other) => other.constructor === kind)[n];
    if (counterpart === undefined) return [];
    const theirs = new Map(Object.entries(counterpart));
    return Object.entries(module).flatMap(([field, to]): [Parameter, Parameter][] => {
      const from: unknown = theirs.get(field);
      const areAlike = isParameter(from) && isParameter(to) && sameShape(from.shape, to.shape);
      return areAlike ? [[from, to]] : [];
    });
  });
}

function streamOf(seed: number): Stream {
  let state = within(() => defaultGenerator.manualSeed(seed).getState());
  return {
    use: (run) =>
      within(() => {
        defaultGenerator.setState(state);
        try {
          return run();
        } finally {
          state = defaultGenerator.getState();
        }
      }),
  };
}

/** Runs `fn`, and puts the default generator back. */
function within<T>(fn: () => T): T {
  const before = defaultGenerator.getState();
  try {
    return fn();
  } finally {
    defaultGenerator.setState(before);
  }
}
