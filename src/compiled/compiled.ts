import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import { checkFlagOption, checkNumberOption, checkOptions } from "../base/options.ts";
import { sameShape } from "../base/shapes.ts";
import { shared } from "../base/shared.ts";
import { takeAway } from "../kernels/memory/detached.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { differenceOf, type Linked, type Run } from "./difference.ts";
import { Plan } from "./plan.ts";
import { Recorder } from "./recorder.ts";
import { memoriesIn, type Obstacle, type Recording } from "./recording.ts";

/** Options of {@link compiled}. */
export interface CompiledOptions {
  /** Whether to throw where a function cannot be made again, rather than to go on calling it. Default `false`. */
  readonly strict?: boolean;
  /** After so many calls that are made again, one is run as it is written, and compared; 0 for none. Default `0`. */
  readonly check?: number;
  /** Is told, once, why a function is called as it is. Default: `console.warn`. */
  readonly warn?: (message: string) => void;
}

/** How a compiled function has been run. */
export interface CompiledReport {
  /** How often it was called as it is written, and how often made again. */
  readonly eager: number;
  readonly replayed: number;
  /** How many kinds of arguments it is made again for. */
  readonly plans: number;
  /** The steps of the newest one. */
  readonly steps: number;
  /** Why it is no longer made again, or null. */
  readonly reason: string | null;
}

/** A function that is recorded, and then made again. */
export interface Compiled<Args extends readonly unknown[], Result> {
  (...args: Args): Result;
  /** How it has been run. */
  report(): CompiledReport;
}

/** The most kinds of arguments that a function is made again for. */
const mostPlans = 8;

/** So often two calls in a row may differ: what is made once, such as a state, differs in the first. */
const mostTries = 3;

/**
 * A function that does the same with tensors as `fn`, to the bit, and faster: its first two calls are run as they are written and
 * recorded, and where both took the same steps, each later call makes these again, on memory that stays where it is, without a tape.
 *
 * Arguments are tensors, copied in, and numbers, each of which may change from call to call as long as it is used as it is; other
 * values, and the shapes, dtypes and `requiresGrad` of tensors, are recorded each for themselves, at most 8 kinds. Results are fresh,
 * without a graph. What changes in place counts: parameters, running statistics, what optimisers keep, `.grad`. Rates are read at
 * each call, generators go on, errors such as labels out of range are those of `fn`.
 *
 * What cannot be made again, because it differs between two calls – a number, a branch, an array from outside that is another one – or
 * because it leaves the tensors – reading a value, a hook, an operation of one's own –, is said once, by the step and the reason; the
 * function is then called as it is. What else `fn` does, such as counting or printing, is done in recorded calls alone. A tensor made
 * inside and read later is refused.
 *
 * @param fn - a function of tensors and numbers that returns a tensor, an array or an object of some, or nothing.
 * @throws {@link TensorError} if `fn` is no function, or an option is wrong; when called, for an argument that is neither a tensor nor
 * a number, string, boolean, null or undefined; with `strict`, where the function cannot be made again: what it changed has changed then.
 * @see PyTorch `torch.compile`, which fuses operations and rounds otherwise, and `torch.cuda.graphs`; JAX `jit`, which keeps what
 * differs between calls as it was.
 *
 * @example
 * ```ts
 * import { compiled, manualSeed, nn, optim, randn, type Tensor } from "evenkeel";
 *
 * manualSeed(0);
 * const model = new nn.Linear(3, 1);
 * const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
 * const step = compiled((x: Tensor, y: Tensor) => {
 *   optimizer.zeroGrad();
 *   const loss = nn.functional.mseLoss(model.forward(x), y);
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * const [x, y] = [randn([8, 3]), randn([8, 1])];
 * for (let i = 0; i < 10; i++) step(x, y);
 * console.log(step.report().replayed); // => 8
 * ```
 */
export function compiled<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options: CompiledOptions = {},
): Compiled<Args, Result> {
  if (typeof fn !== "function") throw new TensorError("compiled", { expected: "a function", got: describe(fn) });
  checkOptions("compiled", options, ["strict", "check", "warn"]);
  const { strict = false, check = 0, warn = warnOnConsole } = options;
  checkFlagOption("compiled", "strict", strict);
  checkNumberOption("compiled", "check", check, 0);
  const name = fn.name === "" ? "compiled" : `compiled(${fn.name})`;
  const made = new CompiledFunction(name, fn as never, { strict, check, warn });
  const call = (...given: Args): Result => made.call(given) as Result;
  return Object.assign(call, { report: () => made.report() });
}

function warnOnConsole(message: string): void {
  // biome-ignore lint/suspicious/noConsole: what would be silent otherwise
  console.warn(message);
}

class CompiledFunction {
  private readonly name: string;
  private readonly fn: (...given: readonly unknown[]) => unknown;
  private readonly options: Required<CompiledOptions>;
  private plans: Plan[] = [];
  /** Runs that wait for another one like them, and how many before differed. */
  private waiting: { run: Run; tries: number }[] = [];
  private reason: string | null = null;
  private isFull = false;
  private eager = 0;
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
    this.plans.push(new Plan(run, linked));
    takeAllAway([earlier, run]);
    return result;
  }

  /** A plan for other numbers than those of one that there is, if they are used as they are. */
  private generalised(known: Plan, run: Run, result: unknown): unknown {
    const linked: Linked = new Map();
    const difference = differenceOf(known.of, run, linked);
    if (difference !== null) return this.giveUp(difference, () => result);
    this.plans = this.plans.filter((plan) => plan !== known);
    this.plans.push(new Plan(run, linked));
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
  }
  return true;
}

/** Whether gradients were there before two runs alike, where that matters. */
function isAlikeBefore({ recording: a }: Run, { recording: b }: Run): boolean {
  if (a.gradEnabled !== b.gradEnabled) return false;
  for (const [leaf, isThere] of a.gradients) if ((b.gradients.get(leaf) ?? isThere) !== isThere) return false;
  return true;
}

/** The same tensors without what is behind them. */
function withoutGraph(result: unknown): unknown {
  if (isTensor(result)) return (result as unknown as Tensor).detach();
  if (Array.isArray(result)) return result.map(withoutGraph);
  if (typeof result !== "object" || result === null || Object.getPrototypeOf(result) !== Object.prototype)
    return result;
  return Object.fromEntries(Object.entries(result).map(([name, value]) => [name, withoutGraph(value)]));
}

/** Takes the memory away of all that was made in runs, but for what was returned, and gradients. */
function takeAllAway(runs: readonly Run[]): void {
  for (const { recording } of runs) for (const data of ownOf(recording)) takeAway(data);
}

function* ownOf({ memories, result, steps, givenBack }: Recording) {
  const kept = new Set<unknown>(givenBack);
  for (const memory of memoriesIn(result)) kept.add(memory.data);
  for (const step of steps) if (step.kind === "gradient") kept.add(step.leaf.gradient?.array.data);
  for (const { from, data } of memories) if ((from === "made" || from === "constant") && !kept.has(data)) yield data;
}
