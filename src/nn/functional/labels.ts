import { describe, show, TensorError } from "../../errors.ts";
import { ones } from "../../factories.ts";
import { isFloat, sizeOf } from "../../kernels/array.ts";
import { sameShape } from "../../shapes.ts";
import type { Tensor } from "../../tensor.ts";
import { checkFloats, checkOperand, checkTensor } from "../checks.ts";

/** The sizes of scores `[c]`, `[n, c]` or `[n, c, …]`, as `[n, c, d]`. */
export function layOut(where: string, input: Tensor): [n: number, c: number, d: number] {
  checkFloats(where, "input", input);
  if (input.ndim === 0) throw new TensorError(where, { expected: "an input [c], [n, c] or [n, c, …]", got: "[]" });
  if (input.ndim === 1) return [1, input.shape[0], 1];
  const [n, c, ...places] = input.shape;
  return [n, c, sizeOf(places)];
}

/** Refuses what are no int32 labels for `input`, one per example and place, each a class or `ignoreIndex`. */
export function checkLabels(where: string, input: Tensor, target: Tensor, ignoreIndex: number): void {
  checkTensor(where, "target", target);
  const [, c] = layOut(where, input);
  const shape = input.ndim === 1 ? [] : [input.shape[0], ...input.shape.slice(2)];
  if (target.dtype !== "int32" || !sameShape(target.shape, shape)) {
    const isConvertible = sameShape(target.shape, shape) && isFloat(target.dtype);
    throw new TensorError(where, {
      expected: `int32 labels of shape ${show(shape)} for scores of shape ${show(input.shape)}`,
      got: describe(target),
      hint: isConvertible ? 'Labels are whole numbers: target.to("int32").' : hintFor(input, target),
    });
  }
  for (const label of target.flatten().toArray<number[]>()) {
    if ((label >= 0 && label < c) || label === ignoreIndex) continue;
    throw new TensorError(where, {
      expected: `labels from 0 to ${c - 1}, or ${ignoreIndex} (ignoreIndex)`,
      got: `${label}`,
    });
  }
}

function hintFor(input: Tensor, target: Tensor): string {
  if (!sameShape(input.shape, target.shape)) return "";
  return isFloat(target.dtype) ? "" : `For probabilities of the classes convert them: target.to("${input.dtype}").`;
}

/** The weights of the classes, without their gradient; ones where there are none. */
export function classWeights(where: string, input: Tensor, weight: Tensor | null): Tensor {
  const [, c] = layOut(where, input);
  checkOperand(where, "weight", weight, [c], input);
  return weight === null ? ones([c], { dtype: input.dtype }) : weight.detach();
}

/** Refuses an `ignoreIndex` that no label can have. */
export function checkIgnoreIndex(where: string, ignoreIndex: unknown): void {
  if (Number.isInteger(ignoreIndex) && Math.abs(ignoreIndex as number) <= 0x7fffffff) return;
  throw new TensorError(where, { expected: "a whole number as ignoreIndex", got: describe(ignoreIndex) });
}
