import { isTensor } from "../base/brand.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { indicesOf } from "../functions/parts.ts";
import { wholeArray } from "../tensor/checks.ts";
import type { Indices, Tensor } from "../tensor/tensor.ts";
import { checkItem, type Dataset } from "./dataset.ts";

const tensorDatasetBrand: unique symbol = Symbol.for("evenkeel.TensorDataset") as never;

/** One row for each tensor. */
export type Rows<T extends readonly Indices[]> = { -readonly [K in keyof T]: Tensor };

/**
 * Tensors side by side: item `i` is the tuple of their rows `i`. Labels may be arrays of whole numbers: they become int32 tensors.
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
export class TensorDataset<T extends readonly Indices[]> implements Dataset<Rows<T>> {
  /** @internal */
  readonly [tensorDatasetBrand] = true;
  /** The tensors. */
  readonly tensors: Readonly<Rows<T>>;
  /** The first size of each. */
  readonly length: number;

  constructor(...tensors: T) {
    const all = tensors.map((given) => (isTensor(given) ? given : labels(given)));
    const at = all.findIndex((x) => x === null || x.ndim === 0);
    if (at >= 0 || all.length === 0) {
      const odd: unknown = tensors[at];
      throw new TensorError("TensorDataset", {
        expected: "one or more tensors of one dimension or more, or arrays of whole numbers",
        got: all.length === 0 ? "none" : describe(odd),
        hint: Array.isArray(odd) ? hintFor(odd) : "",
      });
    }
    const found = all as readonly Tensor[];
    const [{ shape }] = found;
    if (found.some((x) => x.shape[0] !== shape[0])) {
      throw new TensorError("TensorDataset", {
        expected: "tensors of the same first size",
        got: found.map((x) => show(x.shape)).join(" and "),
      });
    }
    this.tensors = found as Rows<T>;
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

/** Arrays of whole numbers as a tensor; of anything else null. */
const labels = (given: unknown): Tensor | null =>
  wholeArray(given) === null ? null : indicesOf("TensorDataset", given);

function hintFor(list: readonly unknown[]): string {
  if (list.some((part) => isTensor(part))) return "Write new TensorDataset(...tensors).";
  return list.some((part) => typeof part === "string")
    ? "Number the classes: 0, 1, …."
    : "Make a tensor of them: tensor(values).";
}
