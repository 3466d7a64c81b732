import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { sameShape } from "../../base/shapes.ts";
import { randn } from "../../functions/sample.ts";
import { isOptimizer, type Optimizer } from "../../optim/optimizer.ts";
import type { Generator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { LossGradient } from "../measuring/loss.ts";
import { updated } from "../measuring/update.ts";
import { copies, moved } from "../numbers/vectors.ts";

/** Where a line goes: down the gradient, as an optimiser would step, at random, or along given tensors. */
export type LineDirection = "gradient" | "random" | Optimizer | readonly Tensor[];

/** What the result of an analysis calls a direction. */
export const nameOf = (direction: LineDirection): string =>
  typeof direction === "string" ? direction : isOptimizer(direction) ? direction.constructor.name : "given";

/**
 * What is added to the parameters for a step of 1. To be called within `preserving`.
 * @param from - the gradient where the line starts, which is asked for only if the direction needs it.
 */
export function directionOf(
  where: string,
  direction: LineDirection,
  parameters: readonly Tensor[],
  from: () => LossGradient,
  generator: Generator,
): Tensor[] {
  if (direction === "gradient") return from().gradient.map((g) => g.neg());
  if (direction === "random") {
    return parameters.map((p) => randn(p.shape, { dtype: p.dtype, generator }));
  }
  if (!isOptimizer(direction)) return direction.map((d) => d.detach());
  return moved(updated(where, parameters, from(), { optimizer: direction }), copies(parameters), -1);
}

/** Refuses anything but a direction, and one that does not fit the parameters. */
export function checkDirection(where: string, direction: LineDirection, parameters: readonly Tensor[]): void {
  if (direction === "gradient" || direction === "random" || isOptimizer(direction)) return;
  if (fits(direction, parameters)) return;
  throw new TensorError(where, {
    expected: '"gradient", "random", an optimiser, or a tensor like each parameter as direction',
    got: describe(direction),
    hint: `There are ${parameters.length} parameters that want a gradient.`,
  });
}

/** Whether `direction` is a list of a tensor like each parameter. */
export function fits(direction: unknown, parameters: readonly Tensor[]): direction is readonly Tensor[] {
  return (
    Array.isArray(direction) &&
    direction.length === parameters.length &&
    direction.every((d, i) => isTensor(d) && sameShape(d.shape, parameters[i].shape) && d.dtype === parameters[i].dtype)
  );
}
