import { isTensor } from "../../base/brand.ts";
import { changed } from "../../base/shared.ts";
import type { NDArray } from "../../kernels/array.ts";
import { kernels } from "../../kernels/index.ts";
import { isGenerator, keepGenerator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isModule } from "./fields.ts";
import { parameterBrand } from "./parameter.ts";

/** What there was, to be put back. */
export interface Kept {
  /** All objects that were found. */
  readonly held: readonly object[];
  /** Puts everything back. */
  restore(): void;
  /** After that, if nothing has been done since, puts tensors on copies of their memory again, without another look around. */
  again(): void;
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
  const copies = new Copies();
  const usual = usualFields(held.keys());
  const putBack: (() => void)[] = [];
  const place: (() => void)[] = [];
  for (const [value, fields] of held) {
    if (isTensor(value)) {
      const kept = keepTensor(value, copies, usual);
      putBack.push(kept.restore);
      place.push(kept.place);
    } else if (fields !== null) putBack.push(keepFields(value, fields));
    else keepOne(value, putBack);
  }
  for (const one of place) one();
  return {
    held: [...held.keys()],
    again() {
      copies.renew();
      for (const one of place) one();
    },
    restore() {
      for (const one of putBack) one();
    },
  };
}

/** All tensors that an object, such as a module, holds, in whatever depth, each once. */
export const tensorsIn = (object: object): Tensor[] => [...heldBy([object]).keys()].filter(isTensor);

/** Objects, and those that they hold, each once; with their fields, those that are nothing more. */
function heldBy(roots: readonly object[]): Map<object, Fields | null> {
  const seen = new Map<object, Fields | null>();
  const visit = (value: unknown): void => {
    if (typeof value === "object" && value !== null && !seen.has(value)) seen.set(value, null);
  };
  roots.forEach(visit);
  // A map grows while it is walked: those added are visited in their turn.
  for (const [value] of seen) {
    if (isTensor(value) || isGenerator(value)) continue;
    if (Array.isArray(value) || value instanceof Set) value.forEach(visit);
    else if (value instanceof Map) for (const entry of value) entry.forEach(visit);
    else if (isOrdinary(value)) {
      const fields = fieldsOf(value);
      seen.set(value, fields);
      for (const { value: field } of fields.descriptors) visit(field);
    }
  }
  return seen;
}

/** Adds what puts back in place an object that is more than its fields, if it can be. */
function keepOne(value: object, putBack: (() => void)[]): void {
  if (isGenerator(value)) putBack.push(keepGenerator(value));
  else if (Array.isArray(value)) putBack.push(keepArray(value));
  else if (ArrayBuffer.isView(value)) putBack.push(keepBytes(value));
  else if (value instanceof Map) putBack.push(keepMap(value));
  else if (value instanceof Set) putBack.push(keepSet(value));
}

/** Whether an object is its fields and nothing more: modules and plain objects, not what the platform makes. */
function isOrdinary(value: object): boolean {
  return isModule(value) || Object.prototype.toString.call(value) === "[object Object]";
}

/** What a field is called. */
type Name = string | symbol;

/** An object's own fields, in their order. */
interface Fields {
  readonly names: readonly Name[];
  readonly descriptors: readonly PropertyDescriptor[];
}

/** An object's own fields. Getters are not called. */
function fieldsOf(object: object): Fields {
  const names = Reflect.ownKeys(object);
  return {
    names,
    descriptors: names.map((name) => Reflect.getOwnPropertyDescriptor(object, name) as PropertyDescriptor),
  };
}

/** What puts all of an object's own fields back, in their order, which is that of registration. */
export function keepFields(object: object, { names, descriptors }: Fields = fieldsOf(object)): () => void {
  return () => {
    putInOrder(object, names);
    for (let i = 0; i < names.length; i++) {
      if (!isSame(Reflect.getOwnPropertyDescriptor(object, names[i]), descriptors[i])) {
        Reflect.defineProperty(object, names[i], descriptors[i]);
      }
    }
  };
}

/** Takes all fields away from an object that has not those names in that order any more, so that they can be put back. */
function putInOrder(object: object, names: readonly Name[]): void {
  const now = Reflect.ownKeys(object);
  if (!areSame(now, names)) for (const name of now) Reflect.deleteProperty(object, name);
}

function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
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
  const entries = [...map].flat();
  return () => {
    if (map.size === 0 && entries.length === 0) return;
    if (areSame([...map].flat(), entries)) return;
    map.clear();
    for (let i = 0; i < entries.length; i += 2) map.set(entries[i], entries[i + 1]);
  };
}

function keepSet(set: Set<unknown>): () => void {
  const values = [...set];
  return () => {
    if (areSame([...set], values)) return;
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

/**
 * Puts a tensor, and its gradient, on copies of their memory, until it is restored. A gradient that stayed where it is could
 * be cleared meanwhile, and its memory have another owner by the time it is put back.
 */
function keepTensor(
  tensor: Tensor,
  copies: Copies,
  usual: readonly Name[],
): { readonly place: () => void; readonly restore: () => void } {
  const gradient = tensor.grad; // asked for, so that its memory is nobody's to give away
  const fields = keepTensorFields(tensor, usual);
  const hooks = tensor.hooks === null ? null : keepSet(tensor.hooks);
  const array = copies.of(tensor.array);
  const slope = gradient && copies.of(gradient.array);
  return {
    place() {
      changed();
      tensor.array = array;
      if (slope !== null) tensor.grad = tensor.wrap(slope);
    },
    restore() {
      changed();
      fields();
      hooks?.();
    },
  };
}

/** The fields that all tensors have, and parameters one more. */
function usualFields(objects: Iterable<object>): readonly Name[] {
  for (const x of objects) if (isTensor(x)) return [...Reflect.ownKeys(x.wrap(x.array)), parameterBrand];
  return [];
}

/** As {@link keepFields}, of a tensor: the fields that all have are nothing but values, which takes a fraction of the time. */
function keepTensorFields(tensor: Tensor, usual: readonly Name[]): () => void {
  const names = Reflect.ownKeys(tensor);
  const isUsual = names.length >= usual.length - 1 && names.every((name, i) => name === usual[i]);
  if (!isUsual) return keepFields(tensor);
  const fields = tensor as unknown as Record<Name, unknown>;
  const values = names.map((name) => fields[name]);
  return () => {
    putInOrder(tensor, names);
    for (let i = 0; i < names.length; i++) if (!Object.is(fields[names[i]], values[i])) fields[names[i]] = values[i];
  };
}

/** Copies of arrays, those that share memory to some that share it too. */
class Copies {
  private readonly found = new Map<unknown, NDArray>();
  private readonly made: (readonly [original: NDArray, copy: NDArray])[] = [];

  of(array: NDArray): NDArray {
    const found = this.found.get(array) ?? this.found.get(array.data)?.view(array.shape);
    if (found !== undefined) return found;
    const copy = kernels().copy(array);
    this.found.set(array, copy).set(array.data, copy);
    this.made.push([array, copy]);
    return copy;
  }

  /** Gives all copies the numbers of their originals once more. */
  renew(): void {
    for (const [original, copy] of this.made) {
      copy.data.set(original.data);
      copy.bump();
    }
  }
}
