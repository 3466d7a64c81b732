import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import { shared } from "../base/shared.ts";
import { takeAway } from "../kernels/memory/detached.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { memoryOf } from "./arguments.ts";
import { differenceOf, type Linked, type Run } from "./difference.ts";
import type { CompiledOptions, CompiledReport } from "./options.ts";
import { Plan } from "./plan.ts";
import { Recorder } from "./recorder.ts";
import { letGo, type ModuleField, memoriesIn, type Obstacle } from "./recording.ts";

/** The most kinds of arguments that a function is made again for. */
const mostPlans = 8;

/** So often two calls in a row may differ: what is made once, such as a state, differs in the first. */
const mostTries = 3;

/** So many calls may go by without one that is made again. */
const mostInVain = 40;

/** A function that is recorded, and then made again, with what is known of it so far. */
export class CompiledFunction {
  private readonly name: string;
  private readonly fn: (...given: readonly unknown[]) => unknown;
  private readonly options: Required<CompiledOptions>;
  private plans: Plan[] = [];
  /** Runs that wait for another one like them, and how many before differed. */
  private waiting: { run: Run; tries: number }[] = [];
  private reason: string | null = null;
  private isFull = false;
  private eager = 0;
  /** How many calls there were since one was made again. */
  private inVain = 0;
  private replayed = 0;

  constructor(name: string, fn: (...given: readonly unknown[]) => unknown, options: Required<CompiledOptions>) {
    this.name = name;
    this.fn = fn;
    this.options = options;
  }

  call(given: readonly unknown[]): unknown {
    for (const [i, x] of given.entries()) this.checkArgument(x, i);
    const state = shared();
    // Within another recording, or where anomalies are looked for, it is what it is.
    if (this.reason !== null || state.listener !== null) return this.plainly(given);
    if (state.detectAnomaly) return this.giveUp(anomalies, () => this.plainly(given));
    const plan = this.plans.find((known) => isAlike(known.of.given, given) && known.takes(given) && known.holds);
    if (plan === undefined) return this.recorded(given);
    const { check } = this.options;
    if (check > 0 && (this.replayed + 1) % check === 0) return this.compared(plan, given);
    this.replayed++;
    this.inVain = 0;
    return plan.run(given);
  }

  report(): CompiledReport {
    const { eager, replayed, plans, reason } = this;
    return { eager, replayed, plans: plans.length, steps: plans.at(-1)?.of.recording.steps.length ?? 0, reason };
  }

  private checkArgument(x: unknown, i: number): void {
    if (isTensor(x) || x === null || (typeof x !== "object" && typeof x !== "function")) return;
    throw new TensorError(this.name, {
      expected: "tensors, numbers, strings, booleans, null or undefined as arguments",
      got: `${describe(x)} as argument ${i + 1}`,
      hint: Array.isArray(x)
        ? "Make it a tensor, or pass its items one by one."
        : "What stays the same needs not be passed.",
    });
  }

  private plainly(given: readonly unknown[]): unknown {
    this.eager++;
    return withoutGraph(this.fn(...given));
  }

  private record(given: readonly unknown[]): { readonly result: unknown; readonly run: Run } {
    this.eager++;
    const { result, recording } = new Recorder(given).record(() => this.fn(...given));
    if (typeof (result as { then?: unknown } | null)?.then === "function") {
      throw new TensorError(this.name, {
        expected: "a function that returns at once",
        got: "one that returns a promise",
        hint: "Await what it needs before it is called.",
      });
    }
    return { result: withoutGraph(result), run: { recording, given } };
  }

  private recorded(given: readonly unknown[]): unknown {
    const { changes } = shared();
    this.plans = this.plans.filter(({ of }) => of.recording.changes === changes);
    this.waiting = this.waiting.filter(({ run }) => run.recording.changes === changes);
    if (this.plans.length >= mostPlans) return this.tooMany(given);
    const { result, run } = this.record(given);
    if (run.recording.obstacle !== null) return this.giveUp(run.recording.obstacle, () => result);
    if (++this.inVain > mostInVain) return this.giveUp(unsteady, () => result);
    const at = this.waiting.findIndex((other) => isAlike(other.run.given, given) && isAlikeBefore(other.run, run));
    if (at < 0) {
      const known = this.plans.find(({ of }) => isAlike(of.given, given) && isAlikeBefore(of, run));
      if (known === undefined) {
        this.waiting.push({ run, tries: 1 });
        return result;
      }
      return this.generalised(known, run, result);
    }
    const { run: earlier, tries } = this.waiting[at];
    const linked: Linked = new Map();
    const difference = differenceOf(earlier, run, linked);
    if (difference !== null) {
      if (tries >= mostTries) return this.giveUp(difference, () => result);
      this.waiting[at] = { run, tries: tries + 1 };
      // What differs in the first two calls may be what is made once; what differs again is said.
      return result;
    }
    this.waiting.splice(at, 1);
    this.plans.push(new Plan(run, linked, earlier.given));
    takeAllAway([earlier, run]);
    return result;
  }

  /** A plan for other numbers than those of one that there is, if they are used as they are. */
  private generalised(known: Plan, run: Run, result: unknown): unknown {
    const linked: Linked = new Map();
    const difference = differenceOf(known.of, run, linked);
    if (difference !== null) return this.giveUp(difference, () => result);
    this.plans = this.plans.filter((plan) => plan !== known);
    this.plans.push(new Plan(run, linked, known.of.given));
    takeAllAway([run]);
    return result;
  }

  /** A call as it is written, where the plan would have been made again: that both are the same. */
  private compared(plan: Plan, given: readonly unknown[]): unknown {
    const { result, run } = this.record(given);
    const difference = differenceOf(plan.of, run, new Map());
    if (difference !== null) return this.giveUp(difference, () => result);
    this.replayed++;
    takeAllAway([run]);
    return result;
  }

  private tooMany(given: readonly unknown[]): unknown {
    if (!this.isFull) {
      this.isFull = true;
      this.say(`${mostPlans} kinds of arguments or of other settings already`, tooManyHint);
    }
    return this.plainly(given);
  }

  private giveUp({ got, hint }: Obstacle, result: () => unknown): unknown {
    this.plans = [];
    this.waiting = [];
    this.reason = this.say(got, hint);
    return result();
  }

  private say(got: string, hint: string): string {
    const error = new TensorError(this.name, { expected: "calls that take the same steps", got, hint });
    if (this.options.strict) throw error;
    this.options.warn(`${error.message} It is called as it is written.`);
    return error.message;
  }
}

const unsteady: Obstacle = {
  got: `other arguments or settings in each of ${mostInVain} calls`,
  hint: "Modes, requiresGrad and the shapes of arguments are to stay as they are.",
};

const anomalies: Obstacle = { got: "detectAnomaly, which looks at what is made inside", hint: "" };

const tooManyHint =
  "Other sizes are called as they are; a DataLoader with { dropLast: true } gives batches of one size.";

/** Whether arguments are of the same kinds, shapes and dtypes, and equal where they are neither tensors nor numbers. */
function isAlike(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i], b[i]];
    if (isTensor(x) && isTensor(y)) {
      const [s, t] = [x as unknown as Tensor, y as unknown as Tensor];
      if (s.dtype !== t.dtype || s.requiresGrad !== t.requiresGrad || !sameShape(s.shape, t.shape)) return false;
    } else if (typeof x === "number" ? typeof y !== "number" : !Object.is(x, y)) return false;
    for (let j = 0; j < i; j++) if (isOne(a[i], a[j]) !== isOne(b[i], b[j])) return false;
  }
  return true;
}

/** Whether two arguments are one tensor, or share memory. */
const isOne = (x: unknown, y: unknown): boolean => memoryOf(x) !== null && memoryOf(x) === memoryOf(y);

/** Whether the modules, tensors and gradients of two runs were alike before, where that matters. */
function isAlikeBefore({ recording: a }: Run, { recording: b }: Run): boolean {
  if (a.gradEnabled !== b.gradEnabled || a.fields.length !== b.fields.length) return false;
  const isOther = ({ module, name, value }: ModuleField, i: number): boolean =>
    module === b.fields[i].module && name === b.fields[i].name && !Object.is(value, b.fields[i].value);
  if (a.fields.some(isOther)) return false;
  const wanted = new Map(a.tensors.map(({ tensor, wantsGrad }) => [tensor, wantsGrad]));
  if (b.tensors.some(({ tensor, wantsGrad }) => (wanted.get(tensor) ?? wantsGrad) !== wantsGrad)) return false;
  for (const [leaf, isThere] of a.gradients) if ((b.gradients.get(leaf) ?? isThere) !== isThere) return false;
  return true;
}

/** Copies of tensors without what is behind them: a parameter that is returned changes later, and what is returned does not. */
function withoutGraph(result: unknown): unknown {
  if (isTensor(result)) return (result as unknown as Tensor).detach().clone();
  if (Array.isArray(result)) return result.map(withoutGraph);
  if (typeof result !== "object" || result === null || Object.getPrototypeOf(result) !== Object.prototype)
    return result;
  return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, withoutGraph(value)]));
}

/**
 * Takes the memory away of all that was made in runs and may be held by somebody, but for what was returned, and gradients. What only the
 * engine sees it may give to somebody else.
 */
function takeAllAway(runs: readonly Run[]): void {
  const kept = new Set<unknown>();
  for (const { recording } of runs) {
    for (const data of recording.givenBack) kept.add(data);
    for (const { data, array } of memoriesIn(recording.result)) kept.add(data).add(array?.data);
    // Whoever has asked for a gradient keeps it, also when it is no longer the leaf's.
    for (const { kind, given } of recording.steps)
      if (kind === "gradient")
        for (const value of given) for (const { data, array } of memoriesIn(value)) kept.add(data).add(array?.data);
  }
  for (const { recording } of runs) {
    for (const { from, array, data } of recording.memories) {
      const isMade = from === "made" || from === "constant";
      if (isMade && array !== null && !array.isHidden && !kept.has(data) && !kept.has(array.data)) takeAway(array.data);
    }
    letGo(recording);
  }
}
