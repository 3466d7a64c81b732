import { noGrad } from "../autograd/gradMode.ts";
import { isTensor } from "../brand.ts";
import { describe, TensorError } from "../errors.ts";
import type { Module } from "../nn/module.ts";
import type { Parameter } from "../nn/parameter.ts";
import type { StateDict } from "../nn/stateDict.ts";
import { checkOptions } from "../options.ts";
import { sameShape } from "../shapes.ts";
import type { Tensor } from "../tensor.ts";
import { type Cost, type Loss, Probe } from "./loss.ts";
import { type BatchNormMode, preservingParts } from "./preserving.ts";
import { checkBudget, finish, finishAsync, type LongOptions, longOptionNames, type Parts } from "./running.ts";
import { distance, moved, place } from "./vectors.ts";

/** What {@link interpolate} may be told. */
export interface InterpolateOptions extends LongOptions {
  /** Where to look, 0 at the first state and 1 at the second. Default: 21 points from 0 to 1. */
  readonly positions?: readonly number[];
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** What {@link interpolate} returns. */
export interface Interpolation {
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
    readonly batchNorm: BatchNormMode;
  };
  /** The passes made. */
  readonly cost: Cost;
}

/** The passes of an interpolation: one for each position, two for the ends, and two to see that the loss is the same twice. */
export const interpolateCost = ({ positions = 21 }: { readonly positions?: number } = {}): Cost => ({
  forward: positions + 4,
  backward: 0,
});

const where = "interpolate";

/**
 * The loss on the straight line between two states of a model, `θ(t) = (1 − t)·a + t·b`.
 *
 * Only parameters are interpolated: with batch norm the batch's own statistics are used, unless running ones are asked
 * for, which stay those of the model.
 *
 * @param from - a state dict, such as `model.stateDict()` taken earlier.
 * @param to - another.
 * @throws TensorError if a state lacks a parameter or has it in another shape, or for positions that are none.
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
  return finish(parts(model, loss, from, to, options), options);
}

/**
 * The same as {@link interpolate}, and lets others work between positions.
 *
 * @throws TensorError as there, by rejecting; the signal's reason if it is aborted.
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
export async function interpolateAsync(
  model: Module,
  loss: Loss,
  from: StateDict,
  to: StateDict,
  options: InterpolateOptions = {},
): Promise<Interpolation> {
  return finishAsync(parts(model, loss, from, to, options), options);
}

function* parts(
  model: Module,
  loss: Loss,
  from: StateDict,
  to: StateDict,
  options: InterpolateOptions,
): Parts<Interpolation> {
  checkOptions(where, options, ["positions", "batchNorm", ...longOptionNames]);
  const { positions = Array.from({ length: 21 }, (_, i) => i / 20), batchNorm = "batch" } = options;
  if (!Array.isArray(positions) || positions.length === 0 || !positions.every(Number.isFinite)) {
    throw new TensorError(where, { expected: "one finite position or more", got: describe(positions) });
  }
  const probe = new Probe(where, model, loss);
  const [a, b] = [from, to].map((state) => valuesIn(where, model, probe.parameters, state));
  const way = moved(b, a, -1);
  const total = interpolateCost({ positions: positions.length }).forward;
  checkBudget(where, total, options);
  const apart = preservingParts(model, { batchNorm });
  const within = <T>(fn: () => T): T => apart(() => noGrad(fn));
  const valueAt = (t: number): number =>
    within(() => {
      place(probe.parameters, t === 1 ? b : moved(a, way, t));
      return probe.value();
    });

  within(() => probe.check());
  const values: number[] = [];
  for (const t of positions) {
    values.push(valueAt(t));
    yield { done: probe.cost.forward, total };
  }
  const [first, last] = [valueAt(0), valueAt(1)];
  if (distance(a, b) > 0) within(() => probe.checkDependent([...values, first, last]));
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

/** The values of parameters in a state. */
export function valuesIn(where: string, model: Module, parameters: readonly Parameter[], state: StateDict): Tensor[] {
  const names = new Map(model.namedParameters().map(([name, p]) => [p, name]));
  return parameters.map((p) => {
    const name = names.get(p) ?? "";
    const value = state?.[name];
    if (isTensor(value) && sameShape(value.shape, p.shape)) return value.detach().to(p.dtype);
    throw new TensorError(where, {
      expected: `a state with "${name}", ${describe(p)}`,
      got: value === undefined ? "one without it" : describe(value),
      hint: "Take one by model.stateDict().",
    });
  });
}
