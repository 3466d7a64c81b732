import { describe, TensorError } from "../base/errors.ts";
import { checkDataset, checkItem, type Dataset, type DatasetLike, itemOf } from "./dataset.ts";

const subsetBrand: unique symbol = Symbol.for("evenkeel.Subset") as never;

/**
 * Some items of a dataset, in an order of their own: item `i` is item `indices[i]` of `dataset`.
 *
 * @throws {@link TensorError} if an index is not the number of an item.
 * @see PyTorch `torch.utils.data.Subset`.
 *
 * @example
 * ```ts
 * import { data } from "evenkeel";
 *
 * const subset = new data.Subset(["a", "b", "c"], [2, 0]);
 * console.log(subset.length, subset.get(0)); // => 2 c
 * ```
 */
export class Subset<T> implements Dataset<T> {
  /** @internal */
  readonly [subsetBrand] = true;
  /** The whole. */
  readonly dataset: DatasetLike<T>;
  /** Which items of the whole. */
  readonly indices: readonly number[];

  constructor(dataset: DatasetLike<T>, indices: readonly number[]) {
    checkDataset("Subset", dataset);
    if (!Array.isArray(indices)) {
      throw new TensorError("Subset", { expected: "an array of indices", got: describe(indices) });
    }
    for (const i of indices) checkItem("Subset", i, dataset.length);
    this.dataset = dataset;
    this.indices = [...indices];
  }

  /** The number of indices. */
  get length(): number {
    return this.indices.length;
  }

  /**
   * Item `indices[i]` of the whole.
   *
   * @example
   * ```ts
   * import { data } from "evenkeel";
   *
   * console.log(new data.Subset(["a", "b", "c"], [2, 0]).get(0)); // => c
   * ```
   */
  get(i: number): T {
    checkItem("Subset.get", i, this.length);
    return itemOf(this.dataset, this.indices[i]);
  }
}

/** Whether a value is a {@link Subset}, of this copy of the package or another. */
export function isSubset(value: unknown): value is Subset<unknown> {
  return typeof value === "object" && value !== null && subsetBrand in value;
}
