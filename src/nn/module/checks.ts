import { isTensor } from "../../base/brand.ts";
import { isFloat, type Shape } from "../../base/dtype.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { aTensor, orNull } from "../../base/optionKinds.ts";
import { mostElements, refuseSize, sameShape } from "../../base/shapes.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import type { Tensor } from "../../tensor/tensor.ts";

// What layers and functions ask of their arguments. Each refuses with the caller's `where`, and changes nothing.

/** A tensor of any kind. */
export function checkTensor(where: string, name: string, x: unknown): asserts x is Tensor {
  if (!isTensor(x)) throw new TensorError(where, { expected: `a tensor as ${name}`, got: describe(x) });
}

/** A float tensor. */
export function checkFloats(where: string, name: string, x: unknown): asserts x is Tensor {
  if (isTensor(x) && isFloat(x.dtype)) return;
  throw new TensorError(where, {
    expected: `a float32 or float64 tensor as ${name}`,
    got: describe(x),
    hint: isTensor(x) ? 'Convert it: x.to("float32").' : "",
  });
}

/** A tensor of a certain shape that meets `x` in its dtype, or nothing. */
export function checkOperand(where: string, name: string, value: unknown, shape: Shape, x: Tensor): void {
  if (value === null) return;
  checkTensor(where, name, value);
  refuseDetached(where, value.array);
  checkSameDtype(where, name, value, x);
  if (sameShape(value.shape, shape)) return;
  throw new TensorError(where, { expected: `a ${name} of shape ${show(shape)}`, got: show(value.shape) });
}

/** Two tensors of one dtype: nothing is promoted here without a word. */
export function checkSameDtype(where: string, name: string, value: Tensor, x: Tensor): void {
  if (value.dtype === x.dtype) return;
  throw new TensorError(where, {
    expected: `input and ${name} of one dtype`,
    got: `${x.dtype} and ${value.dtype}`,
    hint: `Convert one: x.to("${value.dtype}")${isFloat(x.dtype) ? `, or model.to("${x.dtype}")` : ""}.`,
  });
}

/** A whole number of `least` or more. */
export function checkSize(where: string, name: string, size: unknown, least = 0): asserts size is number {
  if (Number.isInteger(size) && (size as number) > mostElements) refuseSize(where, `${size} as ${name}`);
  if (Number.isInteger(size) && (size as number) >= least) return;
  throw new TensorError(where, { expected: `a whole number of ${least} or more as ${name}`, got: describe(size) });
}

/** The rule of a tensor that there may be. */
export const optionalTensor = { is: /* @__PURE__ */ orNull(aTensor), default: null } as const;

/** The rule of the dtype in which a layer makes its parameters. */
export const floatDtype = { words: ["float32", "float64"], default: "float32" } as const;

/** Floats of shape `[n, numFeatures]` or `[n, numFeatures, l]`. */
export function checkRows(where: string, x: Tensor, numFeatures: number): void {
  const shape = isTensor(x) ? x.shape : [];
  if ((shape.length === 2 || shape.length === 3) && shape[1] === numFeatures) {
    checkFloats(where, "input", x);
    return;
  }
  throw new TensorError(where, {
    expected: `an input of shape [n, ${numFeatures}] or [n, ${numFeatures}, l]`,
    got: isTensor(x) ? show(shape) : describe(x),
    hint: hintForRows(shape, numFeatures),
  });
}

function hintForRows(shape: Shape, numFeatures: number): string {
  if (shape.length > 3) return "To make one row of each example: x.flatten(1).";
  return shape.length === 3 && shape[2] === numFeatures ? "Features come second: x.transpose(1, 2)." : "";
}

/** Floats of shape `[n, numFeatures, …places]`, with as many places as are named. */
export function checkPlaces(where: string, x: Tensor, numFeatures: number, places: readonly string[]): void {
  const shape = isTensor(x) ? x.shape : [];
  if (shape.length === places.length + 2 && shape[1] === numFeatures) {
    checkFloats(where, "input", x);
    return;
  }
  throw new TensorError(where, {
    expected: `an input of shape [n, ${[numFeatures, ...places].join(", ")}]`,
    got: isTensor(x) ? show(shape) : describe(x),
    hint: shape.length === places.length + 1 ? "For one example: x.unsqueeze(0)." : "",
  });
}
