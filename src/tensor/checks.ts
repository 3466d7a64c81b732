import { isTensor } from "../base/brand.ts";
import { type Dtype, isFloat, type Shape } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { checkKind, type OptionKind } from "../base/optionRules.ts";
import { shared } from "../base/shared.ts";
import { empty, NDArray } from "../kernels/array.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { isInt32 } from "./promotion.ts";
import type { Operand, Tensor } from "./tensor.ts";

export function refuseBool(where: string, ...operands: readonly Operand[]): void {
  if (!operands.some((x) => (isTensor(x) ? x.dtype === "bool" : typeof x === "boolean"))) return;
  throw new TensorError(where, {
    expected: "numbers",
    got: "bool",
    hint: 'Convert first: x.to("int32"); for the opposite of a mask use mask.eq(false).',
  });
}

export function refuseWhole(where: string, x: Tensor): void {
  if (isFloat(x.dtype)) return;
  throw new TensorError(where, {
    expected: "a float32 or float64 tensor",
    got: describe(x),
    hint: 'Convert first: x.to("float32").',
  });
}

/** @internal A value as an element of a dtype: to int32 towards zero, to bool whether not zero. */
export function elementFor(where: string, dtype: Dtype, value: number | boolean): number {
  const number = Number(value);
  if (dtype === "bool") return number === 0 ? 0 : 1;
  if (dtype !== "int32" || isInt32(number)) return number;
  throw new TensorError(where, { expected: "a value that int32 can hold", got: `${number}` });
}

/** @internal A number that is to stand among the elements of a dtype, of which int32 would drop a fraction. */
export function operandFor(where: string, dtype: Dtype, value: number | boolean): number {
  if (dtype !== "int32" || Number.isInteger(Number(value))) return elementFor(where, dtype, value);
  throw new TensorError(where, {
    expected: "a whole number, which int32 can hold",
    got: `${value}`,
    hint: 'Convert first: x.to("float32").',
  });
}

/** Refuses elements of which a dtype can hold nothing: in int32 those out of its range, and NaN. */
export function checkElements(where: string, dtype: Dtype, x: Tensor): void {
  if (dtype !== "int32" || !isFloat(x.dtype)) return;
  const { data } = x.array;
  for (let i = 0; i < data.length; i++) if (!isInt32(data[i])) elementFor(where, dtype, data[i]);
}

/** @internal */
export const aDtype: OptionKind = {
  expected: 'a dtype among "float32", "float64", "int32" and "bool"',
  accepts: (value) => value === "float32" || value === "float64" || value === "int32" || value === "bool",
};

/** @internal Refuses what is not one of the four dtypes. */
export function checkDtype(where: string, dtype: unknown): asserts dtype is Dtype {
  checkKind(where, aDtype, "dtype", dtype);
}

/** @internal Indices or labels that are nested arrays of whole numbers as an int32 tensor; the rest as it is, to be refused. */
export function wholeNumbers(i: unknown, like: Tensor): unknown {
  const array = wholeArray(i);
  if (array === null) return i;
  shared().listener?.makes?.(array, "tensor");
  return like.wrap(array);
}

/** @internal Nested arrays of whole numbers as an int32 array; of anything else null. */
export function wholeArray(i: unknown): NDArray | null {
  const shape: number[] = [];
  for (let level = i; Array.isArray(level) && shape.length < 64; level = level[0]) shape.push(level.length);
  // A list of numbers alone need not be gone through twice.
  const numbers: number[] | null = shape.length === 1 ? null : [];
  if (shape.length === 0 || !flatten(i, shape, 0, numbers)) return null;
  return new NDArray(new Int32Array(numbers ?? (i as number[])), shape, "int32");
}

/** Adds the numbers in arrays nested to a shape to a list, if there is one, in order; false where they are none, or not whole. */
function flatten(level: unknown, shape: Shape, depth: number, all: number[] | null): boolean {
  if (!Array.isArray(level) || level.length !== shape[depth]) return false;
  if (depth < shape.length - 1) return level.every((part) => flatten(part, shape, depth + 1, all));
  for (let at = 0; at < level.length; at++) {
    const value = level[at];
    if (typeof value !== "number" || value !== (value | 0)) return false;
    all?.push(value);
  }
  return true;
}

/** @internal An int32 tensor of indices into `size`, all in range, the negative ones (from `least` on) made positive. */
export function checkIndex(where: string, indices: unknown, size: number, x: Tensor, least = -size): Tensor {
  const i = wholeNumbers(indices, x);
  if (!isTensor(i) || i.dtype !== "int32") {
    throw new TensorError(where, {
      expected: "an int32 tensor of indices, or arrays of whole numbers",
      got: describe(i),
      hint: isTensor(i) ? 'Convert it: i.to("int32").' : "",
    });
  }
  if (x.ndim === 0) throw new TensorError(where, { expected: "one dimension or more", got: describe(x) });
  refuseDetached(where, i.array);
  const checked: Parameters<typeof hasNegative> = [i.array, where, least, size, x.dtype, x.shape];
  const { listener } = shared();
  if (listener === null) return hasNegative(...checked) ? i.add(i.lt(0).mul(size)) : i;
  // Who listens wants to know what comes of other indices too.
  if (listener.whole !== undefined) return i.wrap(listener.whole("indices", checked, fromFirst as never, "computes"));
  hasNegative(...checked);
  return least < 0 ? i.add(i.lt(0).mul(size)) : i;
}

/** Whether an index is below 0; refuses those that are out of range. */
function hasNegative(i: NDArray, where: string, least: number, size: number, dtype: Dtype, shape: Shape): boolean {
  const { data } = i;
  let isNegative = false;
  // An iterator takes three times as long.
  for (let at = 0; at < data.length; at++) {
    const value = data[at];
    if (value < least || value >= size) {
      throw new TensorError(where, {
        expected: `indices from ${least} to ${size - 1} for ${dtype} of shape ${show(shape)}`,
        got: `${value}`,
      });
    }
    isNegative ||= value < 0;
  }
  return isNegative;
}

/** The indices, all of them counted from the first element. */
function fromFirst(...checked: Parameters<typeof hasNegative>): NDArray {
  hasNegative(...checked);
  const [{ data, shape }, , , size] = checked;
  const y = empty("int32", shape);
  for (let i = 0; i < data.length; i++) y.data[i] = data[i] < 0 ? data[i] + size : data[i];
  return y;
}
