import { isFloat, type Shape, sizeOf } from "../../base/dtype.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import type { OptionKind } from "../../base/optionRules.ts";
import { sameShape } from "../../base/shapes.ts";
import { whole } from "../../base/shared.ts";
import { ones } from "../../functions/factories.ts";
import { elementOf, type NDArray } from "../../kernels/array.ts";
import { kernels } from "../../kernels/index.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import { wholeNumbers } from "../../tensor/checks.ts";
import type { Indices, Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkOperand, checkTensor } from "../module/checks.ts";

/** Refuses anything but scores `[c]`, `[n, c]` or `[n, c, …]`. */
export function checkScores(where: string, input: Tensor): void {
  checkFloats(where, "input", input);
  if (input.ndim === 0) throw new TensorError(where, { expected: "an input [c], [n, c] or [n, c, …]", got: "[]" });
}

/** The sizes of scores `[c]`, `[n, c]` or `[n, c, …]`, as `[n, c, d]`. */
export function layOut(where: string, input: Tensor): [n: number, c: number, d: number] {
  checkScores(where, input);
  if (input.ndim === 1) return [1, input.shape[0], 1];
  const [n, c, ...places] = input.shape;
  return [n, c, sizeOf(places)];
}

/** The number of classes of scores. */
const classesOf = ({ shape }: Tensor): number => shape[shape.length === 1 ? 0 : 1];

/** Whether labels have a place for each example of the scores, and no other. */
function isShapeOfLabels(labels: Shape, scores: Shape): boolean {
  if (scores.length === 1) return labels.length === 0;
  if (labels.length !== scores.length - 1 || labels[0] !== scores[0]) return false;
  for (let d = 1; d < labels.length; d++) if (labels[d] !== scores[d + 1]) return false;
  return true;
}

/** Labels, or probabilities, as a tensor: arrays of whole numbers are made one. */
export function labelsOf(where: string, input: Tensor, given: Indices): Tensor {
  const target = wholeNumbers(given, input);
  checkTensor(where, "target", target);
  return target;
}

/** Refuses anything but int32 labels for `input`, one per example and place, each a class or `ignoreIndex`. */
export function checkLabels(where: string, input: Tensor, target: Tensor, ignoreIndex: number): void {
  checkScores(where, input);
  const fits = isShapeOfLabels(target.shape, input.shape);
  if (target.dtype !== "int32" || !fits) {
    const shape = input.ndim === 1 ? [] : [input.shape[0], ...input.shape.slice(2)];
    throw new TensorError(where, {
      expected: `int32 labels of shape ${show(shape)} for scores of shape ${show(input.shape)}`,
      got: describe(target),
      hint: fits && isFloat(target.dtype) ? 'Labels are whole numbers: target.to("int32").' : hintFor(input, target),
    });
  }
  refuseDetached(where, target.array);
  whole("a check of labels", [target.array, where, classesOf(input), ignoreIndex], refuseForeign, "looks");
}

function refuseForeign(target: NDArray, where: string, c: number, ignoreIndex: number): void {
  const foreign = kernels().findForeignLabel(target, c, ignoreIndex);
  if (foreign < 0) return;
  throw new TensorError(where, {
    expected: `labels from 0 to ${c - 1}, or ${ignoreIndex} (ignoreIndex)`,
    got: `${elementOf(target, foreign)}`,
  });
}

function hintFor(input: Tensor, target: Tensor): string {
  if (input.ndim > 2 && sameShape(input.shape.slice(0, -1), target.shape)) {
    return "Classes come second; where they are last: input.flatten(0, -2) and target.flatten().";
  }
  if (!sameShape(input.shape, target.shape)) return "";
  return isFloat(target.dtype) ? "" : `For probabilities of the classes convert them: target.to("${input.dtype}").`;
}

/** Refuses weights that are not one for each class of the scores; there may be none. */
export function checkWeight(where: string, input: Tensor, weight: Tensor | null): void {
  if (weight !== null) checkOperand(where, "weight", weight, [classesOf(input)], input);
}

/** The weights of the classes, without their gradient; ones where there are none. */
export function classWeights(where: string, input: Tensor, weight: Tensor | null): Tensor {
  checkScores(where, input);
  checkWeight(where, input, weight);
  return weight === null ? ones([classesOf(input)], { dtype: input.dtype }) : weight.detach();
}

/** What int32 labels, and so an `ignoreIndex`, can be. */
export const aLabel: OptionKind = {
  expected: "a whole number",
  accepts: (value) => Number.isInteger(value) && Math.abs(value as number) <= 0x7fffffff,
};
