import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { aFunction, flag, record, wholeNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { version } from "../../base/version.ts";
import { isModule } from "../../nn/module/fields.ts";
import type { Module } from "../../nn/module/module.ts";
import { isOptimizer, type Optimizer } from "../../optim/optimizer.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { displayed } from "../measuring/display.ts";
import { lightly } from "../measuring/lightly.ts";
import type { Loss } from "../measuring/loss.ts";
import { preserving } from "../measuring/preserving.ts";
import { leavesOf } from "../measuring/watching.ts";
import { attempt, ofNumbers } from "./attempts.ts";
import { CompiledSteps } from "./compiledSteps.ts";
import { asRows, intervals, isDue, type NamedProbe, named } from "./namedProbes.ts";
import { type Plain, type RecordedOptimizer, type RecordedRow, type Recording, readRecording } from "./recording.ts";
import type { AfterStep, StepProbe, StepProbes, StepRow, WatchedOutput } from "./stepProbe.ts";
import { stepProbes } from "./stepProbes.ts";

/** Options of {@link Recorder}. */
export interface RecorderOptions {
  /** What to look at, and how often. Default `{ loss: stepProbes.loss() }`. */
  readonly probes?: StepProbes;
  /**
   * What a step of training is, for gradient clipping and the like: computes the gradients, steps, and returns the loss.
   * Default: `loss`, `zeroGrad`, `backward`, `step`.
   */
  readonly train?: (loss: Loss) => Tensor;
  /** The seed of the run, to be kept in the recording. */
  readonly seed?: number;
  /** Called after each step with what was recorded of it, such as to show it while training. */
  readonly onRows?: (rows: readonly RecordedRow[]) => void;
  /**
   * Whether to keep the rows for the recording. Without, they are only told to `onRows`, and a run of any length takes the same
   * memory. Default `true`.
   */
  readonly keepRows?: boolean;
  /**
   * Whether steps that no probe looks into are made again, as by `compiled`: then `loss` is to do nothing but compute, and be the same
   * function in each step, given what changes. What cannot be made again is said on the console, once, and trained as it is. Default `false`.
   */
  readonly compiled?: boolean;
  /** Anything else to be kept in the recording that JSON can say. */
  readonly notes?: Readonly<Record<string, Plain>>;
}

/** Where a {@link Recorder} stands. */
export interface RecorderStateDict {
  /** What was recorded so far. */
  readonly recording: Recording;
  /** What each probe keeps in mind, by its name. */
  readonly memory: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const rules = {
  probes: { is: { ...record, expected: "an object of probes, by names," } },
  train: { is: aFunction },
  seed: { is: wholeNumber },
  onRows: { is: aFunction },
  keepRows: { is: flag, default: true },
  compiled: { is: flag, default: false },
  notes: { is: { ...record, expected: "an object of what JSON can say" }, default: {} },
} satisfies OptionRules<RecorderOptions>;

/**
 * Trains a model step by step, and records what probes see of it.
 *
 * `step(loss)` is one step of training, in the place of `zeroGrad`, `backward` and `optimizer.step`. Training goes exactly
 * as it would without a recorder, bit for bit. Between steps there is nothing of it in the model.
 *
 * A loss that is NaN or infinite is recorded as null, and the first such step as `divergedAt`; training goes on. A probe
 * that throws in such a step is passed over, as is one for which gradients are not finite.
 *
 * @throws TensorError for anything but a model, optimiser or probe, and unknown options.
 *
 * @example
 * ```ts
 * import { Generator, nn, optim, randn } from "evenkeel";
 * import { Recorder, stepProbes, toCsv } from "evenkeel/analysis";
 *
 * const generator = new Generator().manualSeed(0);
 * const model = new nn.Sequential(new nn.Linear(3, 8, { generator }), new nn.Tanh(), new nn.Linear(8, 1, { generator }));
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const recorder = new Recorder(model, optimizer, {
 *   probes: {
 *     loss: stepProbes.loss(),
 *     activations: { probe: stepProbes.activations({ modules: ["1"] }), every: 10 },
 *     bias: () => [{ layer: "2", metric: "bias", value: model[2].parameters()[1].item() }], // one of your own
 *   },
 *   seed: 0,
 * });
 *
 * const x = randn([32, 3], { generator });
 * for (let step = 0; step < 20; step++) recorder.step(() => model.forward(x).sub(1).square().mean());
 *
 * const { rows, cost } = recorder.recording();
 * console.log(rows.length, cost); // => 46 { forward: 20, backward: 20 }
 * console.log(toCsv(rows).split("\n")[0]); // => step,layer,metric,value
 * ```
 */
export class Recorder {
  private readonly model: Module;
  private readonly optimizer: Optimizer;
  private readonly probes: readonly NamedProbe[];
  private readonly train: (loss: Loss) => Tensor;
  /** What trains where steps are compiled. */
  private readonly compiledSteps: CompiledSteps | null;
  private readonly onRows: ((rows: readonly RecordedRow[]) => void) | undefined;
  private readonly keepRows: boolean;
  private readonly header: Pick<Recording, "seed" | "options" | "notes">;
  private readonly rows: RecordedRow[] = [];
  private steps = 0;
  private divergedAt: number | null = null;
  private forward = 0;
  private backward = 0;

  /**
   * @param model - the model; its modules are looked at by name.
   * @param optimizer - what changes its parameters.
   * @param options - see {@link RecorderOptions}.
   */
  constructor(model: Module, optimizer: Optimizer, options: RecorderOptions = {}) {
    const settings = optionsOf("Recorder", options, rules);
    const { probes = { loss: stepProbes.loss() }, train, seed, notes, onRows, keepRows, compiled } = settings;
    if (!isModule(model)) refuse("a module", model);
    if (!isOptimizer(optimizer)) refuse("an optimiser", optimizer);
    this.model = model;
    this.optimizer = optimizer;
    this.probes = named("Recorder", probes);
    if (compiled && train !== undefined) {
      throw new TensorError("Recorder", {
        expected: "either steps that are compiled, or a train of your own",
        got: "both",
        hint: "Compile your own train, or leave it out.",
      });
    }
    this.compiledSteps = compiled ? new CompiledSteps((loss) => this.trainPlainly(loss)) : null;
    this.onRows = onRows;
    this.keepRows = keepRows;
    this.train = train ?? ((loss) => this.trainPlainly(loss));
    this.header = {
      seed: seed ?? null,
      options: { probes: intervals(this.probes), optimizer: describeOptimizer(optimizer) },
      notes: JSON.parse(JSON.stringify(notes)),
    };
  }

  /**
   * Trains one step, and runs the probes whose turn it is.
   *
   * @param loss - computes the loss on the batch of this step, and on no other, as often as it is called.
   * @param inputs - what `loss` is called with, such as the batch; so `loss` can be the same function in each step.
   * @returns the loss that the step has started from.
   * @throws TensorError if the loss is not one number, if compiled steps have a new function each time, or a probe returns no rows; and whatever `loss` and the
   * probes throw. Of a step that throws, nothing is recorded. Unless it says otherwise, nothing was trained either.
   *
   * @example
   * ```ts
   * import { nn, ones, optim } from "evenkeel";
   * import { Recorder } from "evenkeel/analysis";
   *
   * const model = new nn.Linear(1, 1);
   * const recorder = new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }));
   * const [first, second] = [1, 2].map(() => recorder.step(() => model.forward(ones([1, 1])).sub(3).square().sum()));
   * console.log(second < first); // => true
   * ```
   */
  step<Inputs extends readonly unknown[]>(loss: (...inputs: Inputs) => Tensor, ...inputs: Inputs): number {
    if (typeof loss !== "function") {
      throw new TensorError("Recorder.step", {
        expected: "a function that returns the loss on the batch of this step",
        got: describe(loss),
        hint: "Write () => criterion.forward(model.forward(x), labels).",
      });
    }
    const { forward, backward } = this;
    try {
      return this.recordedStep(loss, inputs);
    } catch (error) {
      Object.assign(this, { forward, backward });
      throw error;
    }
  }

  private recordedStep<Inputs extends readonly unknown[]>(loss: (...inputs: Inputs) => Tensor, inputs: Inputs): number {
    const counted = this.counted(() => loss(...inputs));
    const due = this.probes.filter(({ every }) => isDue(every, this.steps));
    const watched = new Map<string, WatchedOutput>();
    let isWatching = false;
    const watch = () => {
      isWatching = true;
      return watched;
    };
    const { model, optimizer, steps: step } = this;
    const begun = due.map((own) => ({
      own,
      seen: this.passOver(counted, () => {
        const { probe, memory } = own;
        return this.undoing(probe, () => probe({ step, model, optimizer, loss: counted, memory, watch }));
      }),
    }));
    const value =
      this.compiledSteps === null || isWatching
        ? this.watching(isWatching ? watched : null, () => this.train(counted))
        : this.trainAgain(this.compiledSteps, loss, inputs);
    const start = single(value).item();
    if (!Number.isFinite(start)) this.divergedAt ??= step;
    this.steps++;
    const rows = begun.flatMap(({ own, seen }) => {
      const after =
        typeof seen === "function" ? () => this.undoing(own.probe, () => seen({ loss: start })) : () => seen;
      return asRows(own.name, step, Number.isFinite(start) ? ofNumbers(after) : (attempt(after) ?? []));
    });
    if (this.keepRows) for (const row of rows) this.rows.push(row);
    this.onRows?.(rows.map((row) => ({ ...row })));
    return start;
  }

  /**
   * All that was recorded so far, as plain data.
   *
   * @example
   * ```ts
   * import { nn, optim } from "evenkeel";
   * import { Recorder } from "evenkeel/analysis";
   *
   * const model = new nn.Linear(1, 1);
   * const recorder = new Recorder(model, new optim.Adam(model.parameters(), { lr: 0.01 }), { notes: { data: "none" } });
   * const { steps, notes, options } = recorder.recording();
   * console.log(steps, notes.data, options.optimizer.name, options.optimizer.groups[0].lr); // => 0 none Adam 0.01
   * ```
   */
  recording(): Recording {
    const { header, steps, divergedAt, forward, backward } = this;
    const cost = { forward, backward };
    const rows = this.rows.map((row) => ({ ...row }));
    const recording: Recording = {
      kind: "recording",
      schema: 1,
      version,
      ...structuredClone(header),
      steps,
      divergedAt,
      cost,
      rows,
    };
    return displayed(recording, "lossCurves");
  }

  /**
   * Everything needed to go on recording in another run: what was recorded, and what probes keep in mind.
   *
   * @example
   * ```ts
   * import { nn, ones, optim } from "evenkeel";
   * import { Recorder } from "evenkeel/analysis";
   *
   * const make = () => {
   *   const model = new nn.Linear(1, 1);
   *   return new Recorder(model, new optim.SGD(model.parameters(), { lr: 0.1 }));
   * };
   * const [first, second] = [make(), make()];
   * second.loadStateDict(first.stateDict());
   * console.log(second.recording().steps); // => 0
   * ```
   */
  stateDict(): RecorderStateDict {
    const memory = this.probes.map(({ name, memory }) => [name, Object.fromEntries(memory)]);
    return { recording: { ...this.recording() }, memory: Object.fromEntries(memory) };
  }

  /**
   * Goes on where another recorder left off; its probes have to have the same names.
   *
   * @param state - of {@link Recorder.stateDict}'s making.
   * @throws TensorError for anything but such a state of the same probes; then nothing has changed.
   */
  loadStateDict(state: RecorderStateDict): void {
    const where = "Recorder.loadStateDict";
    const { recording: saved, memory } = (state ?? {}) as Partial<RecorderStateDict>;
    const recording = readRecording(saved as Recording);
    const names = this.probes.map(({ name }) => name);
    const savedNames = Object.keys(memory ?? {});
    if (savedNames.length !== names.length || names.some((name) => !savedNames.includes(name))) {
      throw new TensorError(where, {
        expected: `the probes ${names.join(", ")}`,
        got: savedNames.join(", ") || "none",
      });
    }
    this.rows.splice(0, this.rows.length);
    for (const row of recording.rows) this.rows.push({ ...row });
    this.steps = recording.steps;
    this.divergedAt = recording.divergedAt;
    this.forward = recording.cost.forward;
    this.backward = recording.cost.backward;
    for (const probe of this.probes) {
      probe.memory.clear();
      for (const [name, value] of Object.entries(memory?.[probe.name] ?? {})) probe.memory.set(name, value);
    }
  }

  private trainPlainly(loss: Loss): Tensor {
    const y = single(loss());
    this.optimizer.zeroGrad();
    y.backward();
    this.optimizer.step();
    return y;
  }

  /** The same by a compiled step, whose passes nothing else counts. */
  private trainAgain<Inputs extends readonly unknown[]>(
    steps: CompiledSteps,
    loss: (...inputs: Inputs) => Tensor,
    inputs: Inputs,
  ): Tensor {
    const y = steps.run(loss, inputs);
    this.forward++;
    this.backward++;
    return y;
  }

  /** The loss, with its evaluations and its gradients counted. */
  private counted(loss: Loss): Loss {
    return () => {
      const y = loss();
      this.forward++;
      if (isTensor(y) && y.requiresGrad && !y.isLeaf) y.registerHook(() => void this.backward++);
      return y;
    };
  }

  /** Runs a part of a probe so that what it does to the model is undone. */
  private undoing<T>({ readsOnly }: StepProbe, run: () => T): T {
    return readsOnly ? run() : preserving(this.model, run);
  }

  /** The first part of a probe; none where it is refused because what it needs is not finite, or fails where the loss is not. */
  private passOver(loss: Loss, run: () => readonly StepRow[] | AfterStep): readonly StepRow[] | AfterStep {
    try {
      return ofNumbers(run);
    } catch (error) {
      const value = attempt(() => lightly((mode) => preserving(this.model, () => mode(() => single(loss()).item()))));
      if (value === undefined || Number.isFinite(value)) throw error;
      return [];
    }
  }

  /** Runs a step of training with hooks on all leaves, that keep their first outputs. */
  private watching<T>(outputs: Map<string, WatchedOutput> | null, run: () => T): T {
    if (outputs === null) return run();
    const handles = leavesOf(this.model).map(([name, module]) =>
      module.registerForwardHook((_, _inputs, output) => {
        if (isTensor(output) && !outputs.has(name)) outputs.set(name, { module, output: output.detach() });
      }),
    );
    try {
      return run();
    } finally {
      for (const handle of handles) handle.remove();
    }
  }
}

function describeOptimizer(optimizer: Optimizer): RecordedOptimizer {
  const groups = optimizer.paramGroups.map(({ params, ...options }) => ({ params: params.length, ...options }));
  return { name: optimizer.constructor.name, groups: JSON.parse(JSON.stringify(groups)) };
}

function single(y: unknown): Tensor {
  if (isTensor(y) && y.numel() === 1) return y;
  throw new TensorError("Recorder.step", {
    expected: "a loss of one number",
    got: describe(y),
    hint: isTensor(y) ? "Reduce it: .mean(), or .sum()." : "The function has to return the loss.",
  });
}

function refuse(expected: string, value: unknown): never {
  throw new TensorError("Recorder", { expected, got: describe(value) });
}
