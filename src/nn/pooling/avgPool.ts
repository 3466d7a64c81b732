import { flag, orNull } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Spans } from "../../kernels/beside/meanPool.ts";
import type { Pair } from "../../kernels/beside/windows.ts";
import { meanPool } from "../../ops/pooling.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { windowsOver } from "../convolution/windows.ts";
import { Module } from "../module/module.ts";
import { byDims, type NumberOrPair, pairFor, pairOf, singleFrom } from "../module/pairs.ts";
import { checkHalf, pooled, shown } from "./pooled.ts";

/** Options of {@link avgPool1d}. */
export interface AvgPool1dOptions {
  /** How far one window lies from the next, 1 or more. Default: as long as a window. */
  readonly stride?: number;
  /** The zeros on either side, at most half a window. Default `0`. */
  readonly padding?: number;
  /** Whether a last window may hang over the edge. Default `false`. */
  readonly ceilMode?: boolean;
  /** Whether the zeros of the padding count in the mean. Default `true`. */
  readonly countIncludePad?: boolean;
}

/** Options of {@link avgPool2d}: a number is for both dimensions, two are for rows and columns. */
export interface AvgPool2dOptions {
  /** How far one window lies from the next, 1 or more. Default: as far as a window is long. */
  readonly stride?: NumberOrPair;
  /** The zeros on either side, at most half a window. Default `0`. */
  readonly padding?: NumberOrPair;
  /** Whether a last window may hang over the edge. Default `false`. */
  readonly ceilMode?: boolean;
  /** Whether the zeros of the padding count in the mean. Default `true`. */
  readonly countIncludePad?: boolean;
  /** A whole number of 1 or more by which sums are divided instead. Default: none. */
  readonly divisorOverride?: number | null;
}

const rules = /* @__PURE__ */ byDims((from, dims) => {
  const both = {
    stride: { is: from(1) },
    padding: { is: from(0), default: 0 },
    ceilMode: { is: flag, default: false },
    countIncludePad: { is: flag, default: true },
  } as const satisfies OptionRules<AvgPool1dOptions>;
  const more = { divisorOverride: { is: orNull(singleFrom(1)), default: null } } as const;
  return dims === 1 ? both : ({ ...both, ...more } satisfies OptionRules<AvgPool2dOptions>);
});

type AvgPoolSettings = ReturnType<typeof settingsOf>;

/** Kernel and options, checked. */
function settingsOf(where: string, dims: 1 | 2, kernelSize: NumberOrPair, options?: AvgPool2dOptions) {
  const { stride = kernelSize, padding, divisorOverride = null, ...flags } = optionsOf(where, options, rules[dims]);
  const kernel = pairFor(where, dims, "kernelSize", kernelSize);
  const settings = {
    ...flags,
    kernel,
    stride: pairOf(dims, stride, 1),
    padding: pairOf(dims, padding, 0),
    divisorOverride,
    given: { kernelSize, stride, padding }, // which is printed
  };
  checkHalf(where, kernel, settings.padding, dims);
  return settings;
}

function avgPoolFor(where: string, dims: 1 | 2, x: Tensor, settings: AvgPoolSettings): Tensor {
  const { kernel, stride, padding, ceilMode, countIncludePad, divisorOverride } = settings;
  return pooled(where, dims, x, (pictures, size) => {
    const added: Pair = [2 * padding[0], 2 * padding[1]];
    const around = { stride, before: padding, added, dilation: [1, 1] as const, ceilMode };
    const { places } = windowsOver(where, dims, size, kernel, around);
    const spans = (d: 0 | 1): Spans => {
      const from = Array.from({ length: places[d] }, (_, p) => p * stride[d] - padding[d]);
      const padded = from.map((start) => Math.min(start + kernel[d], size[d] + padding[d]));
      const starts = from.map((start) => Math.max(0, start));
      const ends = padded.map((end) => Math.min(end, size[d]));
      const divisor = (p: number) => {
        if (divisorOverride !== null) return d === 0 ? divisorOverride : 1;
        return countIncludePad ? padded[p] - from[p] : ends[p] - starts[p];
      };
      return { starts, ends, divisors: from.map((_, p) => divisor(p)) };
    };
    return apply(meanPool({ size, rows: spans(0), columns: spans(1) }), pictures);
  });
}

/**
 * The mean of each window of a sequence.
 *
 * Shapes: `[n, c, l]` → `[n, c, l′]`, or `[c, l]` → `[c, l′]`, with `l′ = ⌊(l + 2·padding − kernelSize)/stride⌋ + 1`, or `⌈…⌉`
 * in ceil mode.
 *
 * @param kernelSize - how many elements a window has, 1 or more.
 * @throws {@link TensorError} for other shapes or dtypes, more padding than half a window, and a window that is longer than the
 * padded input.
 * @see PyTorch `torch.nn.functional.avg_pool1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.avgPool1d(tensor([[1, 5, 2, 4, 3]]), 2)); // => tensor([[3., 3.]])
 * ```
 */
export function avgPool1d(x: Tensor, kernelSize: number, options?: AvgPool1dOptions): Tensor {
  return avgPoolFor("avgPool1d", 1, x, settingsOf("avgPool1d", 1, kernelSize, options));
}

/**
 * The mean of each window of a picture.
 *
 * Shapes: `[n, c, h, w]` → `[n, c, h′, w′]`, or `[c, h, w]` → `[c, h′, w′]`; see {@link avgPool1d}.
 *
 * @param kernelSize - the rows and columns of a window, 1 or more; one number for both.
 * @throws {@link TensorError} for other shapes or dtypes, more padding than half a window, and a window that is larger than the
 * padded input.
 * @see PyTorch `torch.nn.functional.avg_pool2d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const x = tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]);
 * console.log(nn.functional.avgPool2d(x, 3)); // => tensor([[[5.]]])
 * console.log(nn.functional.avgPool2d(x, 2, { ceilMode: true }));
 * // => tensor([[[3.0000, 4.5000],
 * //          [7.5000, 9.0000]]])
 * ```
 */
export function avgPool2d(x: Tensor, kernelSize: NumberOrPair, options?: AvgPool2dOptions): Tensor {
  return avgPoolFor("avgPool2d", 2, x, settingsOf("avgPool2d", 2, kernelSize, options));
}

/**
 * The mean of each window of a sequence: see {@link avgPool1d}.
 *
 * Shapes: `[n, c, l]` → `[n, c, l′]`.
 *
 * @throws {@link TensorError} in `forward` for an input of another shape or dtype, or one that with its padding is shorter than
 * a window.
 * @see PyTorch `torch.nn.AvgPool1d`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.AvgPool1d(3, { padding: 1, stride: 2 }).forward(zeros([2, 4, 10])).shape); // => [ 2, 4, 5 ]
 * ```
 */
export class AvgPool1d extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "AvgPool1d";
  /** @internal */
  static readonly evenkeelLayer: string = "AvgPool1d";
  private readonly settings: AvgPoolSettings;
  private readonly shown: string;

  /**
   * @param kernelSize - how many elements a window has, 1 or more.
   * @param options - see {@link AvgPool1dOptions}.
   */
  constructor(kernelSize: number, options: AvgPool1dOptions = {}) {
    const settings = settingsOf("AvgPool1d", 1, kernelSize, options);
    super();
    this.settings = settings;
    this.shown = shown(settings.given);
  }

  override forward(x: Tensor): Tensor {
    return avgPoolFor("AvgPool1d.forward", 1, x, this.settings);
  }

  override extraRepr(): string {
    return this.shown;
  }
}

/**
 * The mean of each window of a picture: see {@link avgPool2d}.
 *
 * Shapes: `[n, c, h, w]` → `[n, c, h′, w′]`.
 *
 * @throws {@link TensorError} in `forward` for an input of another shape or dtype, or one that with its padding is smaller than
 * a window.
 * @see PyTorch `torch.nn.AvgPool2d`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.AvgPool2d(2).forward(zeros([8, 16, 28, 28])).shape); // => [ 8, 16, 14, 14 ]
 * ```
 */
export class AvgPool2d extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "AvgPool2d";
  /** @internal */
  static readonly evenkeelLayer: string = "AvgPool2d";
  private readonly settings: AvgPoolSettings;
  private readonly shown: string;

  /**
   * @param kernelSize - the rows and columns of a window, 1 or more; one number for both.
   * @param options - see {@link AvgPool2dOptions}.
   */
  constructor(kernelSize: NumberOrPair, options: AvgPool2dOptions = {}) {
    const settings = settingsOf("AvgPool2d", 2, kernelSize, options);
    super();
    this.settings = settings;
    this.shown = shown(settings.given);
  }

  override forward(x: Tensor): Tensor {
    return avgPoolFor("AvgPool2d.forward", 2, x, this.settings);
  }

  override extraRepr(): string {
    return this.shown;
  }
}
