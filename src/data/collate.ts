import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";
import { stack } from "../functions/combine.ts";
import { tensor } from "../functions/create.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type DatasetLike, itemOf } from "./dataset.ts";
import { isSubset } from "./subset.ts";
import { isTensorDataset } from "./tensorDataset.ts";

/**
 * What a batch of items of type `T` is: of tensors, numbers and booleans a tensor with a new first dimension, of tuples
 * a tuple of batches, of plain objects an object of batches, and of strings an array.
 */
export type Batch<T> = T extends Tensor | number | boolean
  ? Tensor
  : T extends string
    ? string[]
    : T extends object
      ? { -readonly [K in keyof T]: Batch<T[K]> }
      : never;

/** The batch of some items of a dataset; of a `TensorDataset`, or a part of one, with a single gather per tensor. */
export function batchOf<T>(dataset: DatasetLike<T>, indices: readonly number[]): Batch<T> {
  if (isSubset(dataset)) {
    const { dataset: whole, indices: places } = dataset;
    return batchOf(
      whole as DatasetLike<T>,
      indices.map((i) => places[i]),
    );
  }
  if (!isTensorDataset(dataset)) return collate(indices.map((i) => itemOf(dataset, i))) as Batch<T>;
  const rows = tensor(Int32Array.from(indices));
  return dataset.tensors.map((x) => x.index(rows)) as unknown as Batch<T>;
}

/** Items put together, as {@link Batch} says; numbers are float32. */
export function collate(items: readonly unknown[]): unknown {
  const [first] = items;
  if (isTensor(first)) return stack(alike(items, isTensor));
  if (typeof first === "number") return tensor(alike(items, isNumber));
  if (typeof first === "boolean") return tensor(alike(items, isBoolean));
  if (typeof first === "string") return alike(items, isString);
  if (Array.isArray(first)) {
    const isLikeFirst = (item: unknown): item is unknown[] => Array.isArray(item) && item.length === first.length;
    const tuples = alike(items, isLikeFirst);
    return first.map((_, k) => collate(tuples.map((tuple) => tuple[k])));
  }
  if (!isPlain(first)) refuse(items, first);
  const names = Object.keys(first);
  const isLikeFirst = (item: unknown): item is Record<string, unknown> =>
    isPlain(item) && names.every((name) => name in item);
  const records = alike(items, isLikeFirst);
  return Object.fromEntries(names.map((name) => [name, collate(records.map((record) => record[name]))]));
}

const isNumber = (item: unknown): item is number => typeof item === "number";
const isBoolean = (item: unknown): item is boolean => typeof item === "boolean";
const isString = (item: unknown): item is string => typeof item === "string";
const isPlain = (item: unknown): item is Record<string, unknown> =>
  typeof item === "object" && item !== null && [Object.prototype, null].includes(Object.getPrototypeOf(item));

/** The items, all of the kind of the first. */
function alike<T>(items: readonly unknown[], isLikeFirst: (item: unknown) => item is T): T[] {
  const odd = items.findIndex((item) => !isLikeFirst(item));
  return odd < 0 ? (items as T[]) : refuse(items, items[odd]);
}

function refuse(items: readonly unknown[], odd: unknown): never {
  throw new TensorError("DataLoader", {
    expected: "items alike: tensors, numbers, booleans, strings, or arrays or plain objects of those",
    got: odd === items[0] ? describe(odd) : `${describe(items[0])} and ${describe(odd)}`,
  });
}
