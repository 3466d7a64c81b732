import { isTensor } from "../base/brand.ts";
import { type Data, type Dtype, isFloat, type Shape } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { flag } from "../base/optionKinds.ts";
import { checkGiven, type OptionRules } from "../base/optionRules.ts";
import { shared } from "../base/shared.ts";
import { NDArray } from "../kernels/array.ts";
import { refuseTransferred } from "../kernels/memory/detached.ts";
import { fresh } from "../kernels/memory/fresh.ts";
import { aDtype, elementFor } from "../tensor/checks.ts";
import { type NestedArray, Tensor } from "../tensor/tensor.ts";

/** Options of whatever makes a tensor from nothing. */
export interface TensorOptions {
  /** The type of the elements. Default `"float32"`. */
  readonly dtype?: Dtype;
  /** Whether gradients are wanted of it. Default `false`. */
  readonly requiresGrad?: boolean;
}

const dtype = { is: aDtype, default: "float32" } as const;
/** @internal */
export const requiresGrad = { is: flag, default: false } as const;
const tensorRules = { dtype, requiresGrad } as const satisfies OptionRules<TensorOptions>;

/** What {@link tensor} makes a tensor from. Typed arrays of other kinds than the four dtypes' need a `dtype`. */
export type TensorData =
  | NestedArray
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint8Array
  | Int8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Uint32Array;

/**
 * A tensor of the numbers given, which are copied.
 *
 * Nested arrays give float32, or bool where all are booleans. A typed array gives one dimension and its own dtype:
 * `Float32Array`, `Float64Array`, `Int32Array`, and `Uint8Array` as bool, if it holds nothing but 0 and 1.
 *
 * @param data - a number or boolean, nested arrays of them, or a typed array.
 * @throws {@link TensorError} if the nesting is ragged, an element is not a number or, in int32, out of its range, a
 * typed array of another kind comes without `dtype`, or `requiresGrad` meets int32 or bool.
 * @see PyTorch `torch.tensor`, which makes integers of whole numbers; here they are float32 unless `dtype` says else.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 *
 * console.log(tensor([[1, 2], [3, 4]]).shape); // => [ 2, 2 ]
 * console.log(tensor([0, 2], { dtype: "int32" })); // => tensor([0, 2])
 * console.log(tensor([true, false]).dtype); // => bool
 * ```
 */
export function tensor(data: TensorData, options?: TensorOptions): Tensor {
  checkGiven("tensor", options, tensorRules);
  if (ArrayBuffer.isView(data)) return finish("tensor", fromTypedArray(data, options?.dtype), options);
  const shape = nesting(data);
  const flat: (number | boolean)[] = [];
  flatten(data, shape, [], flat);
  const dtype = options?.dtype ?? (flat.length > 0 && flat.every((x) => typeof x === "boolean") ? "bool" : "float32");
  const elements = fresh(dtype, flat.length);
  write(elements, dtype, flat);
  return finish("tensor", new NDArray(elements, shape, dtype), options);
}

/** As many dimensions as PyTorch has. */
const mostDimensions = 64;

function refuseDepth(): never {
  throw new TensorError("tensor", {
    expected: `arrays nested at most ${mostDimensions} deep`,
    got: "arrays nested deeper",
    hint: "An array that contains itself has no end.",
  });
}

/** The shape that the first elements, and the first of those, suggest. */
function nesting(data: unknown): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0]) {
    shape.push(level.length);
    if (shape.length > mostDimensions) refuseDepth();
  }
  return shape;
}

/** Collects the numbers in order; `path` is where `data` stands. */
function flatten(data: unknown, shape: Shape, path: number[], into: (number | boolean)[]): void {
  const depth = path.length;
  if (depth === shape.length) {
    if (typeof data === "number" || typeof data === "boolean") into.push(data);
    else refuseElement(data, path);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[depth]) {
    throw new TensorError("tensor", {
      expected: `nested arrays of the regular shape ${show(shape)}`,
      got: describeAt(data, path),
      hint: raggedHint,
    });
  }
  path.push(0);
  for (let i = 0; i < data.length; i++) {
    path[depth] = i;
    flatten(data[i], shape, path, into);
  }
  path.pop();
}

const raggedHint = "Every row has to have as many entries as the first.";

function refuseElement(data: unknown, path: readonly number[]): never {
  const hint = Array.isArray(data) ? raggedHint : isTensor(data) ? "To put tensors together use stack or cat." : "";
  throw new TensorError("tensor", { expected: "numbers or booleans", got: describeAt(data, path), hint });
}

function describeAt(data: unknown, path: readonly number[]): string {
  return path.length === 0 ? describe(data) : `${describe(data)} at data[${path.join("][")}]`;
}

function write(elements: Data, dtype: Dtype, values: ArrayLike<number | boolean>): void {
  for (let i = 0; i < values.length; i++) elements[i] = elementFor("tensor", dtype, values[i]);
}

function fromTypedArray(data: ArrayBufferView, wanted: Dtype | undefined): NDArray {
  const own = ownDtype(data, wanted !== undefined);
  const values = data as Data;
  if (values.length === 0 && isTaken(data.buffer)) refuseTransferred("tensor", describe(data));
  const dtype = wanted ?? own;
  const elements = fresh(dtype, values.length);
  if (dtype === own) elements.set(values);
  else write(elements, dtype, values);
  return new NDArray(elements, [values.length], dtype);
}

/** Whether a buffer has been transferred: then nothing can be made of it. Not every engine has `detached`. */
function isTaken(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function ownDtype(data: ArrayBufferView, isConverted: boolean): Dtype {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Int32Array) return "int32";
  const isNumeric = !(data instanceof DataView) && !/^Big/.test(data.constructor.name);
  if (isNumeric && isConverted) return "float64";
  if (data instanceof Uint8Array && data.every((value) => value <= 1)) return "bool";
  throw new TensorError("tensor", {
    expected: "a Float32Array, Float64Array, Int32Array, or a Uint8Array of 0 and 1",
    got: describe(data),
    hint: isNumeric ? 'Say what to make of it, as in { dtype: "float32" }.' : "",
  });
}

/** @internal The dtype that is asked for; refuses options that are wrong. */
export function dtypeOf(where: string, options: TensorOptions | undefined): Dtype {
  checkGiven(where, options, tensorRules);
  return options?.dtype ?? dtype.default;
}

/** @internal A new leaf around an array. */
export function finish(where: string, array: NDArray, options?: TensorOptions): Tensor {
  const wantsGrad = options?.requiresGrad ?? requiresGrad.default;
  if (wantsGrad && !isFloat(array.dtype)) {
    throw new TensorError(where, {
      expected: "float32 or float64 where a gradient is wanted",
      got: array.dtype,
      hint: "Indices, labels and masks have no gradient.",
    });
  }
  shared().listener?.makes?.(array, where);
  const made = new Tensor(array);
  if (wantsGrad) made.requiresGrad = true;
  return made;
}
