import { isTensor } from "../base/brand.ts";
import { type Dtype, sizeOf } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { newShape, newSize } from "../base/shapes.ts";
import { isInParts, whole } from "../base/shared.ts";
import { NDArray } from "../kernels/array.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { fresh } from "../kernels/memory/fresh.ts";
import { scatterAdd } from "../ops/indexing.ts";
import { operandFor, wholeArray } from "../tensor/checks.ts";
import { isInt32 } from "../tensor/promotion.ts";
import type { Indices, Tensor } from "../tensor/tensor.ts";
import { dtypeOf, finish, type TensorOptions } from "./create.ts";

/**
 * A tensor of zeros.
 *
 * Shapes: → `shape`; `[]` for a single number.
 *
 * @throws {@link TensorError} if `shape` is not an array of whole numbers of 0 or more, or `requiresGrad` meets int32
 * or bool.
 * @see PyTorch `torch.zeros`, which takes the sizes one by one too.
 *
 * @example
 * ```ts
 * import { zeros } from "evenkeel";
 *
 * console.log(zeros([2, 2]));
 * // => tensor([[0., 0.],
 * //         [0., 0.]])
 * ```
 */
export function zeros(shape: readonly number[], options?: TensorOptions): Tensor {
  return filled("zeros", shape, 0, options);
}

/**
 * A tensor of ones.
 *
 * Shapes: → `shape`; `[]` for a single number.
 *
 * @throws {@link TensorError} if `shape` is not an array of whole numbers of 0 or more, or `requiresGrad` meets int32
 * or bool.
 * @see PyTorch `torch.ones`, which takes the sizes one by one too.
 *
 * @example
 * ```ts
 * import { ones } from "evenkeel";
 *
 * console.log(ones([3], { dtype: "float64" })); // => tensor([1., 1., 1.], dtype=float64)
 * ```
 */
export function ones(shape: readonly number[], options?: TensorOptions): Tensor {
  return filled("ones", shape, 1, options);
}

/**
 * A tensor with one value everywhere.
 *
 * Shapes: → `shape`; `[]` for a single number.
 *
 * @throws {@link TensorError} if `value` is not a number or boolean, or one that int32 cannot hold, `shape` is not an array
 * of whole numbers of 0 or more, or `requiresGrad` meets int32 or bool.
 * @see PyTorch `torch.full`, which takes the dtype from the value; here it is float32 unless `dtype` says else.
 *
 * @example
 * ```ts
 * import { full } from "evenkeel";
 *
 * console.log(full([3], 0.5)); // => tensor([0.5000, 0.5000, 0.5000])
 * ```
 */
export function full(shape: readonly number[], value: number | boolean, options?: TensorOptions): Tensor {
  if (typeof value !== "number" && typeof value !== "boolean") {
    throw new TensorError("full", { expected: "a number", got: describe(value) });
  }
  return filled("full", shape, Number(value), options);
}

/**
 * A tensor of zeros, of the shape of `x`, and of its dtype unless `dtype` says else.
 *
 * @throws {@link TensorError} if `x` is no tensor, or `requiresGrad` meets int32 or bool.
 * @see PyTorch `torch.zeros_like`.
 *
 * @example
 * ```ts
 * import { tensor, zerosLike } from "evenkeel";
 *
 * console.log(zerosLike(tensor([1, 2], { dtype: "int32" }))); // => tensor([0, 0])
 * ```
 */
export function zerosLike(x: Tensor, options?: TensorOptions): Tensor {
  return filledLike("zerosLike", x, 0, options);
}

/**
 * A tensor of ones, of the shape of `x`, and of its dtype unless `dtype` says else.
 *
 * @throws {@link TensorError} if `x` is no tensor, or `requiresGrad` meets int32 or bool.
 * @see PyTorch `torch.ones_like`.
 *
 * @example
 * ```ts
 * import { onesLike, tensor } from "evenkeel";
 *
 * console.log(onesLike(tensor([5, 6]))); // => tensor([1., 1.])
 * ```
 */
export function onesLike(x: Tensor, options?: TensorOptions): Tensor {
  return filledLike("onesLike", x, 1, options);
}

function filledLike(where: string, x: Tensor, value: number, options?: TensorOptions): Tensor {
  if (!isTensor(x)) throw new TensorError(where, { expected: "a tensor", got: describe(x) });
  dtypeOf(where, options); // refuses what is none, before it is taken apart
  return filled(where, x.shape, value, { dtype: x.dtype, ...options });
}

function filled(where: string, shape: readonly number[], value: number, options?: TensorOptions): Tensor {
  const sizes = newShape(where, shape);
  const dtype = dtypeOf(where, options);
  const elements = fresh(dtype, sizeOf(sizes));
  if (value !== 0) elements.fill(operandFor(where, dtype, value));
  return finish(where, new NDArray(elements, sizes, dtype), options);
}

/**
 * The numbers `0, 1, …` below `end`.
 *
 * Shapes: → `[⌈end⌉]`.
 *
 * @throws {@link TensorError} if `end` is not finite or below 0, the dtype is bool, or int32 cannot hold the numbers.
 * @see PyTorch `torch.arange`, which makes integers of whole bounds; here they are float32 unless `dtype` says else.
 *
 * @example
 * ```ts
 * import { arange } from "evenkeel";
 *
 * console.log(arange(3)); // => tensor([0., 1., 2.])
 * ```
 */
export function arange(end: number, options?: TensorOptions): Tensor;
/**
 * The numbers `start`, `start + 1`, … below `end`.
 *
 * Shapes: → `[⌈end − start⌉]`.
 *
 * @throws {@link TensorError} if a bound is not finite, `end` is below `start`, or the dtype is bool.
 * @see PyTorch `torch.arange`, which makes integers of whole bounds; here they are float32 unless `dtype` says else.
 *
 * @example
 * ```ts
 * import { arange } from "evenkeel";
 *
 * console.log(arange(1, 4, { dtype: "int32" })); // => tensor([1, 2, 3])
 * ```
 */
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
/**
 * The numbers `start`, `start + step`, … before `end`.
 *
 * Shapes: → `[⌈(end − start)/step⌉]`.
 *
 * @throws {@link TensorError} if a bound is not finite, the step is 0 or leads away from `end`, or the dtype is bool.
 * @see PyTorch `torch.arange`, which makes integers of whole bounds; here they are float32 unless `dtype` says else.
 *
 * @example
 * ```ts
 * import { arange } from "evenkeel";
 *
 * console.log(arange(1, 10, 4)); // => tensor([1., 5., 9.])
 * ```
 */
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...given: readonly (number | TensorOptions | undefined)[]): Tensor {
  const last = given.at(-1);
  const hasOptions = given.length > 1 && typeof last === "object";
  const numbers = (hasOptions ? given.slice(0, -1) : given).filter((value) => value !== undefined) as number[];
  const options = hasOptions ? (last as TensorOptions) : undefined;
  const dtype = dtypeOf("arange", options);
  const [start, end] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  const step = numbers.length < 3 ? 1 : numbers[2];
  if (numbers.length > 3 || ![start, end, step].every(Number.isFinite) || step === 0 || (end - start) / step < 0) {
    throw new TensorError("arange", { expected: "finite bounds, and a step towards the end", got: describe(given) });
  }
  const count = newSize("arange", Math.ceil((end - start) / step));
  refuseBool("arange", dtype);
  const isWhole = Number.isInteger(start) && Number.isInteger(step);
  if (dtype === "int32" && count > 0 && !(isWhole && isInt32(start) && isInt32(start + (count - 1) * step))) {
    throw new TensorError("arange", { expected: "whole numbers that int32 can hold", got: describe(given) });
  }
  const elements = fresh(dtype, count);
  for (let i = 0; i < count; i++) elements[i] = start + i * step;
  return finish("arange", new NDArray(elements, [count], dtype), options);
}

/**
 * So many numbers from `start` to `end`, both included, evenly spaced: `y[i] = start + i·(end − start)/(steps − 1)`.
 *
 * Shapes: → `[steps]`.
 *
 * @throws {@link TensorError} if a bound is not finite, or one that int32 cannot hold, `steps` is not a whole number of 0
 * or more, or the dtype is bool.
 * @see PyTorch `torch.linspace`.
 *
 * @example
 * ```ts
 * import { linspace } from "evenkeel";
 *
 * console.log(linspace(0, 1, 5)); // => tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
 * ```
 */
export function linspace(start: number, end: number, steps: number, options?: TensorOptions): Tensor {
  const dtype = dtypeOf("linspace", options);
  if (!Number.isFinite(start) || !Number.isFinite(end) || !Number.isInteger(steps) || steps < 0) {
    throw new TensorError("linspace", {
      expected: "finite bounds and a whole number of steps",
      got: describe([start, end, steps]),
    });
  }
  newSize("linspace", steps);
  refuseBool("linspace", dtype);
  if (dtype === "int32" && !(isInt32(start) && isInt32(end))) {
    throw new TensorError("linspace", { expected: "bounds that int32 can hold", got: describe([start, end]) });
  }
  const elements = fresh(dtype, steps);
  const gap = steps > 1 ? (end - start) / (steps - 1) : 0;
  // From the nearer end, so that both ends are exact.
  for (let i = 0; i < steps; i++) elements[i] = i < steps / 2 ? start + i * gap : end - (steps - 1 - i) * gap;
  return finish("linspace", new NDArray(elements, [steps], dtype), options);
}

function refuseBool(where: string, dtype: Dtype): void {
  if (dtype === "bool") throw new TensorError(where, { expected: "a dtype of numbers", got: '"bool"' });
}

/**
 * The identity matrix: ones on the diagonal, zeros elsewhere.
 *
 * Shapes: → `[n, n]`.
 *
 * @throws {@link TensorError} if `n` is not a whole number of 0 or more.
 * @see PyTorch `torch.eye`, square only.
 *
 * @example
 * ```ts
 * import { eye } from "evenkeel";
 *
 * console.log(eye(2));
 * // => tensor([[1., 0.],
 * //         [0., 1.]])
 * ```
 */
export function eye(n: number, options?: TensorOptions): Tensor {
  const dtype = dtypeOf("eye", options);
  const sizes = newShape("eye", [newSize("eye", n), n]);
  const elements = fresh(dtype, sizeOf(sizes));
  for (let i = 0; i < n; i++) elements[i * n + i] = 1;
  return finish("eye", new NDArray(elements, sizes, dtype), options);
}

/**
 * Ones where the labels say, zeros elsewhere; int32.
 *
 * Shapes: `[…]` → `[…, numClasses]`.
 *
 * @param x - labels: an int32 tensor, or arrays of whole numbers.
 * @param numClasses - default: one more than the largest label.
 * @throws {@link TensorError} if the labels are not int32 or one is not in range, or if there are none and no
 * `numClasses`.
 * @see PyTorch `torch.nn.functional.one_hot`, which takes and gives int64; here both are int32.
 *
 * @example
 * ```ts
 * import { oneHot, tensor } from "evenkeel";
 *
 * console.log(oneHot(tensor([1, 0], { dtype: "int32" }), 3));
 * // => tensor([[0, 1, 0],
 * //         [1, 0, 0]])
 * ```
 */
export function oneHot(x: Indices, numClasses?: number): Tensor {
  const given = wholeArray(x);
  const labels = given === null ? x : finish("oneHot", given);
  if (!isTensor(labels) || labels.dtype !== "int32") {
    throw new TensorError("oneHot", {
      expected: "an int32 tensor of labels, or arrays of whole numbers",
      got: describe(labels),
      hint: isTensor(labels) ? 'Convert it: x.to("int32").' : "",
    });
  }
  if (numClasses === undefined && labels.numel() === 0) {
    throw new TensorError("oneHot", { expected: "numClasses where there are no labels", got: "none" });
  }
  const { array } = labels;
  refuseDetached("oneHot", array);
  const values = (numClasses === undefined ? array.shown("oneHot without numClasses") : array.data) as Int32Array;
  const classes = numClasses !== undefined ? numClasses : values.reduce((most, label) => Math.max(most, label), 0) + 1;
  const size = newSize("oneHot", classes);
  whole("a check of labels", [array, size], refuseForeign, "looks");
  const shape = newShape("oneHot", [...labels.shape, size]);
  const index = labels.unsqueeze(-1);
  if (!isInParts()) return ones(index.shape, { dtype: "int32" }).through(scatterAdd(labels.ndim, shape), index);
  return index.eq(arange(size, { dtype: "int32" })).to("int32");
}

function refuseForeign({ data }: NDArray, size: number): void {
  const wrong = (data as Int32Array).find((label) => label < 0 || label >= size);
  if (wrong !== undefined) {
    throw new TensorError("oneHot", { expected: `labels from 0 to ${size - 1}`, got: `${wrong}` });
  }
}
