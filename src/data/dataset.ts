import { isTensor } from "../base/brand.ts";
import { describe, TensorError } from "../base/errors.ts";

/** Items by number: what a `DataLoader` reads from. A plain array is one too. */
export interface Dataset<T> {
  /** The number of items. */
  readonly length: number;
  /** Item `i`, from 0 to `length − 1`. */
  get(i: number): T;
}

/** A dataset, or a plain array of items. */
export type DatasetLike<T> = Dataset<T> | readonly T[];

/** Items one after the other, as many as there are: what a loop runs over, such as a generator function makes. */
export type IterableDataset<T> = Iterable<T>;

/** Whether items come one after the other, and not by number. */
export function isIterableDataset<T>(dataset: DatasetLike<T> | IterableDataset<T>): dataset is IterableDataset<T> {
  if (Array.isArray(dataset) || typeof dataset !== "object" || dataset === null || isTensor(dataset)) return false;
  return Symbol.iterator in dataset && !("get" in dataset && "length" in dataset);
}

/** Refuses what has no items. */
export function checkDataset(where: string, dataset: unknown): void {
  if (Array.isArray(dataset)) return;
  const { length, get } = (dataset ?? {}) as { length?: unknown; get?: unknown };
  if (typeof length === "number" && typeof get === "function") return;
  throw new TensorError(where, {
    expected: "a dataset (length and get(i)), or an array",
    got: describe(dataset),
    hint: "Put tensors together with new TensorDataset(x, y).",
  });
}

/** Item `i` of a dataset or an array. */
export function itemOf<T>(dataset: DatasetLike<T>, i: number): T {
  return "get" in dataset ? dataset.get(i) : dataset[i];
}

/** Refuses a number that is not an item's. */
export function checkItem(where: string, i: unknown, length: number): void {
  if (Number.isInteger(i) && (i as number) >= 0 && (i as number) < length) return;
  throw new TensorError(where, { expected: `the number of an item, from 0 to ${length - 1}`, got: describe(i) });
}
