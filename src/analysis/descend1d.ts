import { tensor } from "../create.ts";
import { describe, TensorError } from "../errors.ts";
import { isModule } from "../nn/fields.ts";
import { Module } from "../nn/module.ts";
import { Parameter } from "../nn/parameter.ts";
import { checkOptions } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { checkDirection, directionOf, type LineDirection, nameOf } from "./lineDirection.ts";
import { type Cost, type Loss, Probe } from "./loss.ts";
import { type BatchNormMode, preserving } from "./preserving.ts";
import { checkBudget, finish, finishAsync, type LongOptions, longOptionNames, type Parts } from "./running.ts";
import { type SeedOptions, seeded, seedOptionNames } from "./seeded.ts";
import { copies, dot, moved, norm, place } from "./vectors.ts";

/** A line through a model's parameters, `f(x) = L(θ + x·d)`: the model itself is at 0. */
export interface Slice {
  /** The model; it stays as it is. */
  readonly model: Module;
  /** Its loss on one fixed batch. */
  readonly loss: Loss;
  /** The direction `d`. Default `"gradient"`: downhill, `d = −∇L(θ)`. */
  readonly direction?: LineDirection;
}

/** What {@link descend1d} may be told. */
export interface Descent1dOptions extends LongOptions, SeedOptions {
  /** The learning rate: `x ← x − lr·f′(x)`. */
  readonly lr: number;
  /** The most steps that each descent takes. Default `50`. */
  readonly steps?: number;
  /** From where to where to show the curve. Default: as far as the starts, and half as far again to either side. */
  readonly range?: readonly [number, number];
  /** How many points of the curve to show, 0 or more. Default `101`. */
  readonly points?: number;
  /** A descent ends where `|f′(x)|` is at most this. Default `1e-6`. */
  readonly tolerance?: number;
  /** Which statistics batch norm uses on a slice. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** One descent of {@link Descent1d}: an entry for the start, and one for each step. */
export interface Descent {
  /** Where it has been. */
  readonly x: readonly number[];
  /** `f(x)` there. */
  readonly y: readonly number[];
  /** `f′(x)` there. */
  readonly slope: readonly number[];
  /**
   * How it ended: `"converged"` where the slope was within `tolerance`, which a maximum or a plateau is too; `"diverged"`
   * where the next number would not have been finite; `"moving"` when its steps were used up.
   */
  readonly outcome: "converged" | "diverged" | "moving";
}

/** What {@link descend1d} returns. */
export interface Descent1d {
  /** The function over its range; `y` is null where it is not finite. */
  readonly curve: { readonly x: readonly number[]; readonly y: readonly (number | null)[] };
  /** One for each start. */
  readonly descents: readonly Descent[];
  /** How it was made. */
  readonly options: {
    /** `"function"`, or of a slice the direction's name: `"gradient"`, `"random"`, an optimiser's class, `"given"`. */
    readonly of: string;
    readonly starts: readonly number[];
    readonly lr: number;
    readonly steps: number;
    readonly range: readonly [number, number];
    readonly points: number;
    readonly tolerance: number;
    readonly batchNorm: BatchNormMode;
    /** Of a random direction, null for others. */
    readonly seed: number | null;
  };
  /** The passes made. */
  readonly cost: Cost;
}

/** The most passes that descents take. */
export const descend1dCost = ({
  starts,
  steps = 50,
  points = 101,
}: {
  readonly starts: number;
  readonly steps?: number;
  readonly points?: number;
}): Cost => ({ forward: starts * (steps + 1) + points + 3, backward: starts * (steps + 1) + 1 });

const names = ["lr", "steps", "range", "points", "tolerance", "batchNorm", ...seedOptionNames, ...longOptionNames];

/**
 * Plain gradient descent on a function of one number, or on a slice through a model's loss, from several starts, with the
 * curve that it descends: `x ← x − lr·f′(x)`.
 *
 * On a slice the derivative is that along the line, `f′(x) = ∇L(θ + x·d)·d`. A step is `lr·f′(x)` in units of `d`: the line
 * is descended, not the model trained.
 *
 * @param target - a function from a float64 tensor of one number to another, made of operations that have gradients; or a
 * {@link Slice}.
 * @param starts - where to start, one number or more.
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
 * const { descents } = descend1d(bumpy, [-3, 0.5, 4], { lr: 0.05 });
 * console.log(descents.map(({ x }) => x.at(-1)?.toFixed(2))); // => [ '-3.07', '1.02', '3.07' ]
 * ```
 */
export function descend1d(
  target: ((x: Tensor) => Tensor) | Slice,
  starts: readonly number[],
  options: Descent1dOptions,
): Descent1d {
  return finish(parts("descend1d", target, starts, options), options ?? {});
}

/**
 * The same as {@link descend1d}, and lets others work between steps.
 *
 * @throws TensorError as there, by rejecting; the signal's reason if it is aborted.
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 * import { descend1dAsync } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false });
 * const loss = () => model.forward(ones([1, 1])).sub(3).square().sum();
 * const { descents } = await descend1dAsync({ model, loss, direction: [ones([1, 1])] }, [0], { lr: 0.5 });
 * console.log(descents[0].x.length, descents[0].outcome); // => 2 converged
 * ```
 */
export async function descend1dAsync(
  target: ((x: Tensor) => Tensor) | Slice,
  starts: readonly number[],
  options: Descent1dOptions,
): Promise<Descent1d> {
  return finishAsync(parts("descend1dAsync", target, starts, options), options ?? {});
}

/** A module that is nothing but the input of a function. */
class Input extends Module {
  readonly x = new Parameter(tensor(0, { dtype: "float64" }));
  override forward(): Tensor {
    return this.x;
  }
}

function* parts(
  where: string,
  target: ((x: Tensor) => Tensor) | Slice,
  starts: readonly number[],
  options: Descent1dOptions,
): Parts<Descent1d> {
  const { lr, steps, range, points, tolerance, batchNorm } = checked(where, starts, options);
  const { model, loss, direction, of } = sliceOf(where, target);
  const { generator, seed } = seeded(where, options);
  const probe = new Probe(where, model, loss);
  const { parameters } = probe;
  checkDirection(where, direction, parameters);
  const most = descend1dCost({ starts: starts.length, steps, points });
  const total = most.forward + most.backward;
  checkBudget(where, total, options);
  const within = <T>(fn: () => T): T => preserving(model, fn, { batchNorm });

  const start = copies(parameters);
  const line = within(() => {
    // A function need not be finite at 0, where its input is made.
    if (of === "function") parameters[0].array = tensor(starts[0], { dtype: "float64" }).array;
    probe.check();
    const found = directionOf(where, direction, parameters, probe.gradient().gradient, generator);
    const length = norm(found);
    if (length > 0 && Number.isFinite(length)) return found;
    throw new TensorError(where, { expected: "a direction of finite length above 0", got: `one of length ${length}` });
  });
  const slopeAt = (x: number): { readonly y: number; readonly slope: number } =>
    within(() => {
      place(parameters, moved(start, line, x));
      const { loss: y, gradient } = probe.gradient();
      return { y, slope: dot(gradient, line) };
    });
  const valueAt = (x: number): number =>
    within(() => {
      place(parameters, moved(start, line, x));
      return probe.value();
    });

  let done = 4;
  const curve: { x: number; y: number | null }[] = [];
  for (const x of between(range, points)) {
    const y = valueAt(x);
    curve.push({ x, y: Number.isFinite(y) ? y : null });
    yield { done: ++done, total };
  }
  const descents: Descent[] = [];
  for (const from of starts) {
    const steadily = descent(where, from, { lr, steps, tolerance, slopeAt });
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
    curve: { x: curve.map(({ x }) => x), y: curve.map(({ y }) => y) },
    descents,
    options: {
      of,
      starts: [...starts],
      lr,
      steps,
      range,
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
  const [xs, ys, slopes]: [number[], number[], number[]] = [[], [], []];
  let x = from;
  let outcome: Descent["outcome"] = "moving";
  for (let step = 0; step <= steps; step++) {
    const { y, slope } = Number.isFinite(x) ? slopeAt(x) : { y: Number.NaN, slope: Number.NaN };
    if (!Number.isFinite(y) || !Number.isFinite(slope)) {
      if (step === 0) {
        throw new TensorError(where, {
          expected: "a finite value and slope at each start",
          got: `${y} and ${slope} at ${x}`,
        });
      }
      outcome = "diverged";
      break;
    }
    xs.push(x);
    ys.push(y);
    slopes.push(slope);
    if (Math.abs(slope) <= tolerance) {
      outcome = "converged";
      break;
    }
    yield step + 1;
    x -= lr * slope;
  }
  return { x: xs, y: ys, slope: slopes, outcome };
}

function between([from, to]: readonly [number, number], points: number): number[] {
  return Array.from({ length: points }, (_, i) => (points === 1 ? from : from + ((to - from) * i) / (points - 1)));
}

/** A function as a slice through a module whose only parameter is its input. */
function sliceOf(where: string, target: ((x: Tensor) => Tensor) | Slice): Required<Slice> & { readonly of: string } {
  if (typeof target === "function") {
    const input = new Input();
    const direction = [tensor(1, { dtype: "float64" })];
    return { model: input, loss: () => target(input.x), direction, of: "function" };
  }
  if (typeof target !== "object" || target === null || !isModule(target.model)) {
    throw new TensorError(where, {
      expected: "a function of one tensor, or { model, loss, direction }",
      got: describe(target),
    });
  }
  checkOptions(where, target, ["model", "loss", "direction"]);
  const { model, loss, direction = "gradient" } = target;
  return { model, loss, direction, of: nameOf(direction) };
}

function checked(where: string, starts: readonly number[], options: Descent1dOptions) {
  checkOptions(where, options, names);
  const { lr, steps = 50, points = 101, tolerance = 1e-6, batchNorm = "batch" } = options ?? {};
  const refuse = (expected: string, got: unknown): never => {
    throw new TensorError(where, { expected, got: describe(got) });
  };
  const isFiniteNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
  if (!Array.isArray(starts) || starts.length === 0 || !starts.every(isFiniteNumber)) {
    refuse("one finite start or more", starts);
  }
  if (!isFiniteNumber(lr)) refuse("a finite number as lr", lr);
  if (!Number.isInteger(steps) || steps < 1) refuse("a whole number of 1 or more as steps", steps);
  if (!Number.isInteger(points) || points < 0) refuse("a whole number of 0 or more as points", points);
  if (!isFiniteNumber(tolerance) || tolerance < 0) refuse("a finite tolerance of 0 or more", tolerance);
  const [least, largest] = [Math.min(...starts), Math.max(...starts)];
  const margin = largest > least ? (largest - least) / 2 : 1;
  const { range = [least - margin, largest + margin] } = options;
  if (!Array.isArray(range) || range.length !== 2 || !range.every(isFiniteNumber) || !(range[0] < range[1])) {
    refuse("a range of two finite numbers, the smaller first", range);
  }
  return { lr, steps, points, tolerance, batchNorm, range: [range[0], range[1]] as const };
}
