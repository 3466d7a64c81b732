import { isTensor } from "../base/brand.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkItem, type Dataset } from "./dataset.ts";

const tensorDatasetBrand: unique symbol = Symbol.for("evenkeel.TensorDataset") as never;

/** One row for each tensor. */
export type Rows<T extends readonly Tensor[]> = { -readonly [K in keyof T]: Tensor };

/**
 * Tensors side by side: item `i` is the tuple of their rows `i`.
 *
 * @throws {@link TensorError} if there are none, one has no dimension, or their first sizes differ.
 * @see PyTorch `torch.utils.data.TensorDataset`.
 *
 * @example
 * ```ts
 * import { arange, data } from "evenkeel";
 *
 * const dataset = new data.TensorDataset(arange(6).reshape(3, 2), arange(3));
 * const [x, y] = dataset.get(1);
 * console.log(dataset.length, x, y.item()); // => 3 tensor([2., 3.]) 1
 * ```
 */
export class TensorDataset<T extends readonly Tensor[]> implements Dataset<Rows<T>> {
  /** @internal */
  readonly [tensorDatasetBrand] = true;
  /** The tensors. */
  readonly tensors: T;
  /** The first size of each. */
  readonly length: number;

  constructor(...tensors: T) {
    const at = tensors.findIndex((x) => !isTensor(x) || x.ndim === 0);
    const odd: unknown = tensors[at];
    if (at >= 0 || tensors.length === 0) {
      throw new TensorError("TensorDataset", {
        expected: "one or more tensors of one dimension or more",
        got: tensors.length === 0 ? "none" : describe(odd),
        hint: Array.isArray(odd) ? hintFor(odd) : "",
      });
    }
    const [{ shape }] = tensors;
    if (tensors.some((x) => x.shape[0] !== shape[0])) {
      throw new TensorError("TensorDataset", {
        expected: "tensors of the same first size",
        got: tensors.map((x) => show(x.shape)).join(" and "),
      });
    }
    this.tensors = tensors;
    this.length = shape[0];
  }

  /**
   * The rows `i`, one of each tensor.
   *
   * @example
   * ```ts
   * import { data, tensor } from "evenkeel";
   *
   * const dataset = new data.TensorDataset(tensor([[1, 2], [3, 4]]), tensor([0, 1]));
   * console.log(dataset.get(1)); // => [ tensor([3., 4.]), tensor(1.) ]
   * ```
   */
  get(i: number): Rows<T> {
    checkItem("TensorDataset.get", i, this.length);
    return this.tensors.map((x) => x.select(0, i)) as Rows<T>;
  }
}

/** Whether a value is a {@link TensorDataset}, of this copy of the package or another. */
export function isTensorDataset(value: unknown): value is TensorDataset<readonly Tensor[]> {
  return typeof value === "object" && value !== null && tensorDatasetBrand in value;
}

function hintFor(list: readonly unknown[]): string {
  return list.some((part) => isTensor(part))
    ? "Write new TensorDataset(...tensors)."
    : 'Of labels make a tensor: tensor(labels, { dtype: "int32" }).';
}
