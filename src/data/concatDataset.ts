import { describe, TensorError } from "../base/errors.ts";
import { checkDataset, checkItem, type Dataset, type DatasetLike, itemOf } from "./dataset.ts";

/**
 * Datasets one after the other, as one.
 *
 * @param datasets - at least one; datasets or plain arrays.
 * @throws {@link TensorError} if there are none, or one of them has no items by number.
 * @see PyTorch `torch.utils.data.ConcatDataset`, where negative numbers count from the end.
 *
 * @example
 * ```ts
 * import { data } from "evenkeel";
 *
 * const dataset = new data.ConcatDataset([["a", "b"], ["c"]]);
 * console.log(dataset.length, dataset.get(2)); // => 3 c
 * ```
 */
export class ConcatDataset<T> implements Dataset<T> {
  /** The parts. */
  readonly datasets: readonly DatasetLike<T>[];
  /** The number of items up to the end of each part. */
  readonly cumulativeSizes: readonly number[];

  constructor(datasets: readonly DatasetLike<T>[]) {
    if (!Array.isArray(datasets) || datasets.length === 0) {
      throw new TensorError("ConcatDataset", {
        expected: "an array of at least one dataset",
        got: Array.isArray(datasets) ? "an empty one" : describe(datasets),
        hint: "Write new ConcatDataset([first, second]).",
      });
    }
    for (const dataset of datasets) checkDataset("ConcatDataset", dataset);
    this.datasets = [...datasets];
    let end = 0;
    this.cumulativeSizes = this.datasets.map((dataset) => {
      end += dataset.length;
      return end;
    });
  }

  /** The number of all items. */
  get length(): number {
    return this.cumulativeSizes[this.cumulativeSizes.length - 1];
  }

  /**
   * Item `i`, counted through all parts.
   *
   * @example
   * ```ts
   * import { data } from "evenkeel";
   *
   * console.log(new data.ConcatDataset([["a"], ["b", "c"]]).get(1)); // => b
   * ```
   */
  get(i: number): T {
    checkItem("ConcatDataset.get", i, this.length);
    const at = this.cumulativeSizes.findIndex((end) => i < end);
    return itemOf(this.datasets[at], at === 0 ? i : i - this.cumulativeSizes[at - 1]);
  }
}
