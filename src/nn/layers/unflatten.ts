import { describe, show, TensorError } from "../../base/errors.ts";
import { dimOf, shapeOf } from "../../base/shapes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";

/**
 * Makes several dimensions of one: the reverse of {@link Flatten}.
 *
 * Shapes: `[n, features]` → `[n, …unflattenedSize]`, with a dimension of 1.
 *
 * @throws {@link TensorError} for anything but a shape; in `forward` if an input has no such dimension, or one that is not the
 * product of those sizes.
 * @see PyTorch `torch.nn.Unflatten`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.Unflatten(1, [1, 28, 28]).forward(zeros([8, 784])).shape); // => [ 8, 1, 28, 28 ]
 * ```
 */
export class Unflatten extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Unflatten";
  /** @internal */
  static readonly evenkeelLayer: string = "Unflatten";
  /** The dimension that becomes several. */
  readonly dim: number;
  /** The sizes of these, of which one may be −1. */
  readonly unflattenedSize: readonly number[];

  /**
   * @param dim - the dimension that becomes several; negative ones count from the end.
   * @param unflattenedSize - the shape that it becomes; one size may be −1, which is then what is left.
   */
  constructor(dim: number, unflattenedSize: readonly number[]) {
    if (!Number.isInteger(dim)) {
      throw new TensorError("Unflatten", { expected: "a whole number as dim", got: describe(dim) });
    }
    const sizes = Array.isArray(unflattenedSize) ? shapeOf("Unflatten", [unflattenedSize]) : [];
    if (sizes.length === 0 || sizes.filter((size) => size === -1).length > 1) {
      throw new TensorError("Unflatten", {
        expected: "a shape as unflattenedSize, with at most one size of −1",
        got: describe(unflattenedSize),
      });
    }
    super();
    this.dim = dim;
    this.unflattenedSize = sizes;
  }

  override forward(x: Tensor): Tensor {
    const where = "Unflatten.forward";
    checkTensor(where, "input", x);
    const dim = dimOf(where, this.dim, x.ndim);
    const known = this.unflattenedSize.reduce((product, size) => (size === -1 ? product : product * size), 1);
    const isOpen = this.unflattenedSize.includes(-1);
    const length = x.shape[dim];
    if (x.ndim === 0 || (isOpen ? known === 0 || length % known > 0 : length !== known)) {
      throw new TensorError(where, {
        expected: `an input whose dimension ${this.dim} is ${isOpen ? "a multiple of " : ""}${known}`,
        got: show(x.shape),
      });
    }
    const sizes = this.unflattenedSize.map((size) => (size === -1 ? length / known : size));
    return x.reshape([...x.shape.slice(0, dim), ...sizes, ...x.shape.slice(dim + 1)]);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattenedSize=${show(this.unflattenedSize)}`;
  }
}
