import { describe, TensorError } from "../../base/errors.ts";
import type { Spans } from "../../kernels/beside/meanPool.ts";
import { meanPool } from "../../ops/pooling.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module/module.ts";
import { pairFor } from "../module/pairs.ts";
import { pooled } from "./pooled.ts";

/** So many rows and columns, or one number for both; null for as many as there are. */
export type AdaptiveSize = number | readonly [rows: number | null, columns: number | null];

/** The two sizes, checked. */
function sizesOf(where: string, outputSize: AdaptiveSize): readonly [number | null, number | null] {
  const pair: readonly unknown[] = Array.isArray(outputSize) ? outputSize : [outputSize, outputSize];
  const isSize = (size: unknown) =>
    (size === null && Array.isArray(outputSize)) || (Number.isInteger(size) && (size as number) >= 1);
  if (pair.length === 2 && pair.every(isSize)) return pair as readonly [number | null, number | null];
  throw new TensorError(where, {
    expected: "a whole number of 1 or more as outputSize, or two, of which each may be null",
    got: describe(outputSize),
  });
}

/** Windows that cover `length` places from end to end, as evenly as whole places allow. */
function evenSpans(length: number, count: number): Spans {
  const at = Array.from({ length: count }, (_, i) => i);
  const starts = at.map((i) => Math.floor((i * length) / count));
  const ends = at.map((i) => Math.ceil(((i + 1) * length) / count));
  return { starts, ends, divisors: at.map((i) => ends[i] - starts[i]) };
}

function adaptiveAvgPoolFor(
  where: string,
  dims: 1 | 2,
  x: Tensor,
  [rows, columns]: readonly [number | null, number | null],
): Tensor {
  return pooled(where, dims, x, (pictures, size) => {
    const windows = { rows: evenSpans(size[0], rows ?? size[0]), columns: evenSpans(size[1], columns ?? size[1]) };
    return apply(meanPool({ size, ...windows }), pictures);
  });
}

/**
 * The means of `outputSize` windows that cover a sequence: window `i` goes from `⌊i·l/outputSize⌋` to before
 * `⌈(i + 1)·l/outputSize⌉`.
 *
 * Shapes: `[n, c, l]` → `[n, c, outputSize]`, or `[c, l]` → `[c, outputSize]`.
 *
 * @param outputSize - how many windows there are, 1 or more.
 * @throws {@link TensorError} for other shapes or dtypes.
 * @see PyTorch `torch.nn.functional.adaptive_avg_pool1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.adaptiveAvgPool1d(tensor([[1, 2, 3, 4, 5]]), 2)); // => tensor([[2., 4.]])
 * ```
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: number): Tensor {
  const sizes = pairFor("adaptiveAvgPool1d", 1, "outputSize", outputSize);
  return adaptiveAvgPoolFor("adaptiveAvgPool1d", 1, x, sizes);
}

/**
 * The means of as many windows as are wanted, which cover a picture: see {@link adaptiveAvgPool1d}. With an `outputSize` of 1
 * it is the mean of each channel.
 *
 * Shapes: `[n, c, h, w]` → `[n, c, rows, columns]`, or `[c, h, w]` → `[c, rows, columns]`.
 *
 * @param outputSize - the rows and columns of the output; one number for both, null for those of the input.
 * @throws {@link TensorError} for other shapes or dtypes.
 * @see PyTorch `torch.nn.functional.adaptive_avg_pool2d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([[[1, 2, 3], [4, 5, 6]]]);
 * console.log(nn.functional.adaptiveAvgPool2d(x, 1)); // => tensor([[[3.5000]]])
 * console.log(nn.functional.adaptiveAvgPool2d(x, [1, null])); // => tensor([[[2.5000, 3.5000, 4.5000]]])
 * ```
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: AdaptiveSize): Tensor {
  return adaptiveAvgPoolFor("adaptiveAvgPool2d", 2, x, sizesOf("adaptiveAvgPool2d", outputSize));
}

/**
 * The means of as many windows as are wanted, which cover a sequence: see {@link adaptiveAvgPool1d}.
 *
 * Shapes: `[n, c, l]` → `[n, c, outputSize]`.
 *
 * @throws {@link TensorError} in `forward` for an input of another shape or dtype.
 * @see PyTorch `torch.nn.AdaptiveAvgPool1d`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.AdaptiveAvgPool1d(3).forward(zeros([2, 4, 10])).shape); // => [ 2, 4, 3 ]
 * ```
 */
export class AdaptiveAvgPool1d extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "AdaptiveAvgPool1d";
  /** @internal */
  static readonly evenkeelLayer: string = "AdaptiveAvgPool1d";
  /** How many windows there are. */
  readonly outputSize: number;

  /** @param outputSize - how many windows there are, 1 or more. */
  constructor(outputSize: number) {
    pairFor("AdaptiveAvgPool1d", 1, "outputSize", outputSize);
    super();
    this.outputSize = outputSize;
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAvgPoolFor("AdaptiveAvgPool1d.forward", 1, x, [1, this.outputSize]);
  }

  override extraRepr(): string {
    return `outputSize=${this.outputSize}`;
  }
}

/**
 * The means of as many windows as are wanted, which cover a picture: see {@link adaptiveAvgPool2d}.
 *
 * Shapes: `[n, c, h, w]` → `[n, c, rows, columns]`.
 *
 * @throws {@link TensorError} in `forward` for an input of another shape or dtype.
 * @see PyTorch `torch.nn.AdaptiveAvgPool2d`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * const head = new nn.Sequential(new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(16, 10));
 * console.log(head.forward(zeros([8, 16, 7, 7])).shape); // => [ 8, 10 ]
 * ```
 */
export class AdaptiveAvgPool2d extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "AdaptiveAvgPool2d";
  /** @internal */
  static readonly evenkeelLayer: string = "AdaptiveAvgPool2d";
  /** The rows and columns of the output; null for those of the input. */
  readonly outputSize: AdaptiveSize;

  /** @param outputSize - the rows and columns of the output, 1 or more; one number for both, null for those of the input. */
  constructor(outputSize: AdaptiveSize) {
    sizesOf("AdaptiveAvgPool2d", outputSize);
    super();
    this.outputSize = outputSize;
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAvgPoolFor("AdaptiveAvgPool2d.forward", 2, x, sizesOf("AdaptiveAvgPool2d", this.outputSize));
  }

  override extraRepr(): string {
    const { outputSize } = this;
    return `outputSize=${typeof outputSize === "number" ? outputSize : `[${outputSize.map(String).join(", ")}]`}`;
  }
}
