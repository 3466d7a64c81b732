import { isTensor } from "../../base/brand.ts";
import { describe, show, TensorError, type TensorErrorParts } from "../../base/errors.ts";
import { isModule } from "../../nn/module/fields.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "./bytes.ts";

/** What a reader is doing, for its errors: its public name, and what in the file it is at. */
export interface Place {
  /** The public name of the reader or writer. */
  readonly where: string;
  /** The part of the file, such as `the header`. */
  readonly part: string;
}

/** As many dimensions as NumPy has at most. */
const maxDims = 64;

/** The bytes that a reader takes where nothing else is said: 2 GiB. */
export const defaultMaxBytes = 2 ** 31;

/** Refuses a file, for something in a part of it. */
export function refuse({ where, part }: Place, expected: string, got: string, hint = ""): never {
  refuseFile(where, { expected: `${expected} in ${part}`, got, hint });
}

/** Refuses a file as a whole. */
export function refuseFile(where: string, parts: TensorErrorParts): never {
  throw new TensorError(where, { ...parts, code: "EVENKEEL_FILE" });
}

/** Whether a value is a Uint8Array, of this realm or another, or Node's subclass of it. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Refuses anything but a Uint8Array. */
export function checkBytes(where: string, bytes: unknown): asserts bytes is Uint8Array {
  if (isBytes(bytes)) return;
  const isBuffer = Object.prototype.toString.call(bytes) === "[object ArrayBuffer]";
  throw new TensorError(where, {
    expected: "a Uint8Array",
    got: describe(bytes),
    hint: isBuffer ? "Write new Uint8Array(buffer)." : "",
  });
}

/** Refuses a name that is not text, or would be a prototype once its object is copied by assignment. */
export function checkName(where: string, name: string): void {
  if (name === "__proto__") {
    throw new TensorError(where, { expected: "names other than __proto__", got: describe(name) });
  }
  if (/\p{Surrogate}/u.test(name)) {
    throw new TensorError(where, { expected: "names that are text", got: `${describe(name)}, with half a character` });
  }
}

/** The named tensors that are to be written. */
export function namedTensors(where: string, tensors: unknown): [name: string, x: Tensor][] {
  const isSomethingElse = Array.isArray(tensors) || isTensor(tensors) || isModule(tensors);
  if (typeof tensors !== "object" || tensors === null || isSomethingElse) {
    throw new TensorError(where, {
      expected: "an object of tensors by name",
      got: describe(tensors),
      hint: "Such as model.stateDict().",
    });
  }
  return Object.entries(tensors).map(([name, x]) => {
    checkName(where, name);
    checkTensor(where, x, ` as ${describe(name)}`);
    return [name, x];
  });
}

/** Refuses anything but a tensor, and one of more dimensions than the readers of files take. */
export function checkTensor(where: string, x: unknown, as = ""): asserts x is Tensor {
  if (!isTensor(x)) throw new TensorError(where, { expected: `a tensor${as}`, got: describe(x) });
  if (x.ndim <= maxDims) return;
  throw new TensorError(where, { expected: `at most ${maxDims} dimensions${as}`, got: `${x.ndim}` });
}

/** The number of elements of a shape that a file claims, before anything is made of it. */
export function countOf(place: Place, shape: readonly unknown[]): number {
  if (shape.length > maxDims) refuse(place, `a shape of at most ${maxDims} dimensions`, `${shape.length}`);
  let count = 1;
  for (const size of shape) {
    if (!isWhole(size)) refuse(place, "a shape of whole numbers of 0 or more", describe(shape));
    count *= size;
    if (count > Number.MAX_SAFE_INTEGER) refuse(place, "a shape that memory can hold", show(shape as number[]));
  }
  return count;
}

/** Whether a value is a whole number of 0 or more, and exact. */
export function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && !Object.is(value, -0) && (value as number) >= 0;
}

/** Bytes of zeros; where memory is short, an error that says so. */
export function allocate(where: string, byteLength: number): Bytes {
  try {
    return new Uint8Array(byteLength);
  } catch {
    throw new TensorError(where, { expected: `memory for ${byteLength} bytes`, got: "none" });
  }
}

/** A copy of some of the bytes, in memory of their own that starts with them. */
export function copyOf(where: string, bytes: Uint8Array, start: number, end: number): Bytes {
  const own = allocate(where, end - start);
  own.set(bytes.subarray(start, end));
  return own;
}
