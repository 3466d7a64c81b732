import { flag } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Pair } from "../../kernels/beside/windows.ts";
import { maxPool } from "../../ops/pooling.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { windowsOver } from "../convolution/windows.ts";
import { Module } from "../module/module.ts";
import { byDims, type NumberOrPair, pairFor, pairOf } from "../module/pairs.ts";
import { checkHalf, pooled, shown } from "./pooled.ts";

/** Options of {@link maxPool1d}. */
export interface MaxPool1dOptions {
  /** How far one window lies from the next, 1 or more. Default: as long as a window. */
  readonly stride?: number;
  /** How many places of −∞ are put on either side, at most half a window. Default `0`. */
  readonly padding?: number;
  /** How far apart the elements of a window are, 1 or more. Default `1`. */
  readonly dilation?: number;
  /** Whether a last window may hang over the edge. Default `false`. */
  readonly ceilMode?: boolean;
}

/** Options of {@link maxPool2d}: a number is for both dimensions, two are for rows and columns. */
export interface MaxPool2dOptions {
  /** How far one window lies from the next, 1 or more. Default: as far as a window is long. */
  readonly stride?: NumberOrPair;
  /** How many places of −∞ are put on either side, at most half a window. Default `0`. */
  readonly padding?: NumberOrPair;
  /** How far apart the elements of a window are, 1 or more. Default `1`. */
  readonly dilation?: NumberOrPair;
  /** Whether a last window may hang over the edge. Default `false`. */
  readonly ceilMode?: boolean;
}

const rules = /* @__PURE__ */ byDims(
  (from) =>
    ({
      stride: { is: from(1) },
      padding: { is: from(0), default: 0 },
      dilation: { is: from(1), default: 1 },
      ceilMode: { is: flag, default: false },
    }) as const satisfies OptionRules<MaxPool2dOptions>,
);

type MaxPoolSettings = ReturnType<typeof settingsOf>;

/** Kernel and options, checked. */
function settingsOf(where: string, dims: 1 | 2, kernelSize: NumberOrPair, options?: MaxPool2dOptions) {
  const { stride = kernelSize, padding, dilation, ceilMode } = optionsOf(where, options, rules[dims]);
  const kernel = pairFor(where, dims, "kernelSize", kernelSize);
  const settings = {
    kernel,
    stride: pairOf(dims, stride, 1),
    padding: pairOf(dims, padding, 0),
    dilation: pairOf(dims, dilation, 1),
    ceilMode,
    given: { kernelSize, stride, padding, dilation, ceilMode }, // which is printed
  };
  checkHalf(where, kernel, settings.padding, dims);
  return settings;
}

function maxPoolFor(where: string, dims: 1 | 2, x: Tensor, settings: MaxPoolSettings): Tensor {
  const { kernel, stride, padding, dilation, ceilMode } = settings;
  return pooled(where, dims, x, (pictures, size) => {
    const added: Pair = [2 * padding[0], 2 * padding[1]];
    const around = { stride, before: padding, added, dilation, ceilMode };
    return apply(maxPool(windowsOver(where, dims, size, kernel, around)), pictures);
  });
}

/**
 * The largest element of each window of a sequence. Of equals the first has the gradient; a NaN is the largest.
 *
 * Shapes: `[n, c, l]` → `[n, c, l′]`, or `[c, l]` → `[c, l′]`, with
 * `l′ = ⌊(l + 2·padding − dilation·(kernelSize − 1) − 1)/stride⌋ + 1`, or `⌈…⌉` in ceil mode.
 *
 * @param kernelSize - how many elements a window has, 1 or more.
 * @throws {@link TensorError} for other shapes or dtypes, more padding than half a window, and a window that is longer than the
 * padded input.
 * @see PyTorch `torch.nn.functional.max_pool1d`, without indices.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.maxPool1d(tensor([[1, 5, 2, 4, 3]]), 2)); // => tensor([[5., 4.]])
 * ```
 */
export function maxPool1d(x: Tensor, kernelSize: number, options?: MaxPool1dOptions): Tensor {
  return maxPoolFor("maxPool1d", 1, x, settingsOf("maxPool1d", 1, kernelSize, options));
}

/**
 * The largest element of each window of a picture. Of equals the first, row by row, has the gradient; a NaN is the largest.
 *
 * Shapes: `[n, c, h, w]` → `[n, c, h′, w′]`, or `[c, h, w]` → `[c, h′, w′]`; see {@link maxPool1d}.
 *
 * @param kernelSize - the rows and columns of a window, 1 or more; one number for both.
 * @throws {@link TensorError} for other shapes or dtypes, more padding than half a window, and a window that is larger than the
 * padded input.
 * @see PyTorch `torch.nn.functional.max_pool2d`, without indices.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]);
 * console.log(nn.functional.maxPool2d(x, 2, { stride: 1 }));
 * // => tensor([[[5., 6.],
 * //          [8., 9.]]])
 * ```
 */
export function maxPool2d(x: Tensor, kernelSize: NumberOrPair, options?: MaxPool2dOptions): Tensor {
  return maxPoolFor("maxPool2d", 2, x, settingsOf("maxPool2d", 2, kernelSize, options));
}

/**
 * The largest element of each window of a sequence: see {@link maxPool1d}.
 *
 * Shapes: `[n, c, l]` → `[n, c, l′]`.
 *
 * @throws {@link TensorError} in `forward` for an input of another shape or dtype, or one that with its padding is shorter than
 * a window.
 * @see PyTorch `torch.nn.MaxPool1d`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.MaxPool1d(3, { stride: 2, padding: 1 }).forward(zeros([2, 4, 10])).shape); // => [ 2, 4, 5 ]
 * ```
 */
export class MaxPool1d extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "MaxPool1d";
  /** @internal */
  static readonly evenkeelLayer: string = "MaxPool1d";
  private readonly settings: MaxPoolSettings;
  private readonly shown: string;

  /**
   * @param kernelSize - how many elements a window has, 1 or more.
   * @param options - see {@link MaxPool1dOptions}.
   */
  constructor(kernelSize: number, options: MaxPool1dOptions = {}) {
    const settings = settingsOf("MaxPool1d", 1, kernelSize, options);
    super();
    this.settings = settings;
    this.shown = shown(settings.given);
  }

  override forward(x: Tensor): Tensor {
    return maxPoolFor("MaxPool1d.forward", 1, x, this.settings);
  }

  override extraRepr(): string {
    return this.shown;
  }
}

/**
 * The largest element of each window of a picture: see {@link maxPool2d}.
 *
 * Shapes: `[n, c, h, w]` → `[n, c, h′, w′]`.
 *
 * @throws {@link TensorError} in `forward` for an input of another shape or dtype, or one that with its padding is smaller than
 * a window.
 * @see PyTorch `torch.nn.MaxPool2d`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.MaxPool2d(2).forward(zeros([8, 16, 28, 28])).shape); // => [ 8, 16, 14, 14 ]
 * ```
 */
export class MaxPool2d extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "MaxPool2d";
  /** @internal */
  static readonly evenkeelLayer: string = "MaxPool2d";
  private readonly settings: MaxPoolSettings;
  private readonly shown: string;

  /**
   * @param kernelSize - the rows and columns of a window, 1 or more; one number for both.
   * @param options - see {@link MaxPool2dOptions}.
   */
  constructor(kernelSize: NumberOrPair, options: MaxPool2dOptions = {}) {
    const settings = settingsOf("MaxPool2d", 2, kernelSize, options);
    super();
    this.settings = settings;
    this.shown = shown(settings.given);
  }

  override forward(x: Tensor): Tensor {
    return maxPoolFor("MaxPool2d.forward", 2, x, this.settings);
  }

  override extraRepr(): string {
    return this.shown;
  }
}
