import { isTensor } from "../brand.ts";
import type { NDArray } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { isModule } from "../nn/fields.ts";
import type { Module } from "../nn/module.ts";
import { type Generator, isGenerator } from "../random/generator.ts";
import type { Tensor } from "../tensor.ts";

/** What there was, to be put back. */
export interface Kept {
  /** All objects that were found. */
  readonly held: readonly object[];
  /** Puts everything back. */
  restore(): void;
}

/**
 * Remembers objects with all that they hold, to be put back in place: every field of their own, what arrays, maps, sets and
 * typed arrays hold, in whatever depth, and the states of generators. Tensors are put on copies of their memory, shared
 * where it was shared, so that what is done to them in place happens to copies, and versions stay.
 *
 * Not seen are private fields (`#steps`), the variables of closures, and what only the platform knows of its own objects,
 * such as the keys of a WeakMap.
 */
export function keep(roots: readonly object[]): Kept {
  const held = heldBy(roots);
  const copyOf = copier();
  const putBack = held.map((value) => (isTensor(value) ? keepTensor(value, copyOf) : keepOne(value)));
  return {
    held,
    restore() {
      for (const one of putBack) one();
    },
  };
}

/** All tensors that a module holds, in whatever depth, each once. */
export const tensorsIn = (model: Module): Tensor[] => heldBy([model]).filter(isTensor);

/** Objects, and those that they hold, each once. */
function heldBy(roots: readonly object[]): object[] {
  const seen = new Set<object>();
  const visit = (value: unknown): void => {
    if (typeof value === "object" && value !== null) seen.add(value);
  };
  roots.forEach(visit);
  // A set grows while it is walked: those added are visited in their turn.
  for (const value of seen) {
    if (isTensor(value) || isGenerator(value)) continue;
    if (Array.isArray(value) || value instanceof Set) value.forEach(visit);
    else if (value instanceof Map) for (const entry of value) entry.forEach(visit);
    else if (isOrdinary(value)) for (const { value: field } of fieldsOf(value)) visit(field);
  }
  return [...seen];
}

/** What puts one object back in place. */
function keepOne(value: object): () => void {
  if (isGenerator(value)) return keepGenerator(value);
  if (Array.isArray(value)) return keepArray(value);
  if (ArrayBuffer.isView(value)) return keepBytes(value);
  if (value instanceof Map) return keepMap(value);
  if (value instanceof Set) return keepSet(value);
  return isOrdinary(value) ? keepFields(value) : () => {};
}

/** Whether an object is its fields and nothing more: modules and plain objects, not what the platform makes. */
function isOrdinary(value: object): boolean {
  return isModule(value) || Object.prototype.toString.call(value) === "[object Object]";
}

/** An object's own fields, in their order. Getters are not called. */
const fieldsOf = (object: object): PropertyDescriptor[] =>
  Reflect.ownKeys(object).map((name) => Reflect.getOwnPropertyDescriptor(object, name) as PropertyDescriptor);

/** What puts all of an object's own fields back, in their order, which is that of registration. */
export function keepFields(object: object): () => void {
  const [names, fields] = [Reflect.ownKeys(object), fieldsOf(object)];
  return () => {
    const now = Reflect.ownKeys(object);
    const isInOrder = now.length === names.length && names.every((name, i) => name === now[i]);
    if (!isInOrder) for (const name of now) Reflect.deleteProperty(object, name);
    names.forEach((name, i) => {
      if (!isSame(Reflect.getOwnPropertyDescriptor(object, name), fields[i])) {
        Reflect.defineProperty(object, name, fields[i]);
      }
    });
  };
}

function isSame(a: PropertyDescriptor | undefined, b: PropertyDescriptor): boolean {
  return (
    a !== undefined &&
    Object.is(a.value, b.value) &&
    a.get === b.get &&
    a.set === b.set &&
    a.writable === b.writable &&
    a.enumerable === b.enumerable &&
    a.configurable === b.configurable
  );
}

function keepArray(array: unknown[]): () => void {
  const values = Array.prototype.slice.call(array); // with its holes
  return () => {
    if (array.length !== values.length) Reflect.set(array, "length", values.length);
    for (let i = 0; i < values.length; i++) {
      if (!(i in values)) Reflect.deleteProperty(array, i);
      else if (!(i in array) || !Object.is(array[i], values[i])) Reflect.set(array, i, values[i]);
    }
  };
}

function keepMap(map: Map<unknown, unknown>): () => void {
  const entries = [...map];
  return () => {
    const now = [...map];
    const isUnchanged =
      now.length === entries.length &&
      entries.every(([key, value], i) => Object.is(key, now[i][0]) && Object.is(value, now[i][1]));
    if (isUnchanged) return;
    map.clear();
    for (const [key, value] of entries) map.set(key, value);
  };
}

function keepSet(set: Set<unknown>): () => void {
  const values = [...set];
  return () => {
    const now = [...set];
    if (now.length === values.length && values.every((value, i) => Object.is(value, now[i]))) return;
    set.clear();
    for (const value of values) set.add(value);
  };
}

function keepBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): () => void {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const copy = Uint8Array.from(bytes);
  return () => {
    if (bytes.length === copy.length) bytes.set(copy); // else its memory has been transferred
  };
}

function keepGenerator(generator: Generator): () => void {
  const state = generator.getState();
  return () => void generator.setState(state);
}

/**
 * Puts a tensor, and its gradient, on copies of their memory, until it is restored. A gradient that stayed where it is could
 * be cleared meanwhile, and its memory have another owner by the time it is put back.
 */
function keepTensor(tensor: Tensor, copyOf: (array: NDArray) => NDArray): () => void {
  const gradient = tensor.grad; // asked for, so that its memory is nobody's to give away
  const fields = keepFields(tensor);
  const hooks = tensor.hooks === null ? null : keepSet(tensor.hooks);
  tensor.array = copyOf(tensor.array);
  if (gradient !== null) tensor.grad = gradient.detach().wrap(copyOf(gradient.array));
  return () => {
    fields();
    hooks?.();
  };
}

/** Copies arrays, those that share memory to some that share it too. */
function copier(): (array: NDArray) => NDArray {
  const copied = new Map<unknown, NDArray>();
  return (array) => {
    const found = copied.get(array) ?? copied.get(array.data)?.view(array.shape);
    if (found !== undefined) return found;
    const copy = kernels().copy(array);
    copied.set(array, copy).set(array.data, copy);
    return copy;
  };
}
