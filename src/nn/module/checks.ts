import { isTensor } from "../../base/brand.ts";
import { type Dtype, isFloat, type Shape } from "../../base/dtype.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { mostElements, refuseSize, sameShape } from "../../base/shapes.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import { type Generator, isGenerator } from "../../random/generator.ts";
import { checkDtype } from "../../tensor/checks.ts";
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

/** A number from `low` to `high`. */
export function checkRange(where: string, name: string, value: unknown, low: number, high: number): void {
  if (typeof value === "number" && value >= low && value <= high && Number.isFinite(value)) return;
  const range = high === Number.POSITIVE_INFINITY ? `of ${low} or more` : `from ${low} to ${high}`;
  throw new TensorError(where, { expected: `a finite ${name} ${range}`, got: describe(value) });
}

/** A boolean: `"false"` would be true. */
export function checkFlag(where: string, name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new TensorError(where, { expected: `true or false as ${name}`, got: describe(value) });
}

/** One of a few words. */
export function checkWord(where: string, name: string, value: unknown, words: readonly string[]): void {
  if (words.includes(value as string)) return;
  const camelCase =
    typeof value === "string" ? value.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) : "";
  throw new TensorError(where, {
    expected: `a ${name} among ${words.map((word) => `"${word}"`).join(", ")}`,
    got: describe(value),
    hint: words.includes(camelCase) ? `PyTorch's names are in camelCase here: "${camelCase}".` : "",
  });
}

/** The dtype and the generator with which a layer makes its parameters. */
export function checkMaking(where: string, dtype: unknown, generator?: unknown): asserts dtype is Dtype {
  checkDtype(where, dtype);
  if (!isFloat(dtype)) throw new TensorError(where, { expected: "dtype float32 or float64", got: dtype });
  checkGenerator(where, generator);
}

/** A generator, or nothing. */
export function checkGenerator(where: string, generator: unknown): asserts generator is Generator | undefined {
  if (generator === undefined || isGenerator(generator)) return;
  throw new TensorError(where, { expected: "a Generator", got: describe(generator) });
}

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
