import { describe, show, TensorError } from "../../base/errors.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Pair, Windows } from "../../kernels/beside/windows.ts";
import { fold as foldOp, unfold as unfoldOp } from "../../ops/windows.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { type NumberOrPair, pairFor, pairFrom, pairOf } from "../module/pairs.ts";
import { windowsOver } from "./windows.ts";

/** Options of {@link unfold} and {@link fold}: a number is for both dimensions, two are for rows and columns. */
export interface UnfoldOptions {
  /** How far apart the elements of a window are, 1 or more. Default `1`. */
  readonly dilation?: NumberOrPair;
  /** The zeros on either side, 0 or more. Default `0`. */
  readonly padding?: NumberOrPair;
  /** How far one window lies from the next, 1 or more. Default `1`. */
  readonly stride?: NumberOrPair;
}

const rules = {
  dilation: { is: /* @__PURE__ */ pairFrom(1), default: 1 },
  padding: { is: /* @__PURE__ */ pairFrom(0), default: 0 },
  stride: { is: /* @__PURE__ */ pairFrom(1), default: 1 },
} as const satisfies OptionRules<UnfoldOptions>;

type UnfoldSettings = ReturnType<typeof settingsOf>;

/** Kernel and options, checked. */
function settingsOf(where: string, kernelSize: NumberOrPair, options?: UnfoldOptions) {
  const { dilation, padding, stride } = optionsOf(where, options, rules);
  return {
    kernel: pairFor(where, 2, "kernelSize", kernelSize),
    dilation: pairOf(2, dilation, 1),
    padding: pairOf(2, padding, 0),
    stride: pairOf(2, stride, 1),
  };
}

function windowsFor(where: string, size: Pair, { kernel, dilation, padding, stride }: UnfoldSettings): Windows {
  const added: Pair = [2 * padding[0], 2 * padding[1]];
  return windowsOver(where, 2, size, kernel, { stride, before: padding, added, dilation });
}

/**
 * Each window of a picture as a column, channel by channel, row by row: what a convolution multiplies by its weight.
 *
 * Shapes: `[n, c, h, w]` → `[n, c·kh·kw, places]`, or `[c, h, w]` → `[c·kh·kw, places]`.
 *
 * @param kernelSize - the rows and columns of a window; one number for both.
 * @throws {@link TensorError} for an input of another shape or dtype, and a kernel that is larger than the padded input.
 * @see PyTorch `torch.nn.functional.unfold`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.unfold(tensor([[[1, 2, 3], [4, 5, 6]]]), 2));
 * // => tensor([[1., 2.],
 * //         [2., 3.],
 * //         [4., 5.],
 * //         [5., 6.]])
 * ```
 */
export function unfold(x: Tensor, kernelSize: NumberOrPair, options?: UnfoldOptions): Tensor {
  return unfoldFor("unfold", x, settingsOf("unfold", kernelSize, options));
}

function unfoldFor(where: string, x: Tensor, settings: UnfoldSettings): Tensor {
  checkFloats(where, "input", x);
  if (x.ndim !== 4 && x.ndim !== 3) {
    throw new TensorError(where, { expected: "an input [n, c, h, w] or [c, h, w]", got: show(x.shape) });
  }
  const [rows, columns] = x.shape.slice(-2);
  const windows = windowsFor(where, [rows, columns], settings);
  const y = apply(unfoldOp(windows), x.ndim === 4 ? x : x.unsqueeze(0));
  return x.ndim === 4 ? y : y.squeeze(0);
}

/**
 * The reverse of {@link unfold}: columns added up where they have come from. Where windows overlap, that is a sum.
 *
 * Shapes: `[n, c·kh·kw, places]` → `[n, c, h, w]`, or `[c·kh·kw, places]` → `[c, h, w]`.
 *
 * @param outputSize - the rows and columns of a picture; one number for both.
 * @param kernelSize - those of a window.
 * @throws {@link TensorError} for an input of another shape or dtype, and a kernel that is larger than the padded output.
 * @see PyTorch `torch.nn.functional.fold`.
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 *
 * console.log(nn.functional.fold(ones([4, 2]), [2, 3], 2));
 * // => tensor([[[1., 2., 1.],
 * //          [1., 2., 1.]]])
 * ```
 */
export function fold(x: Tensor, outputSize: NumberOrPair, kernelSize: NumberOrPair, options?: UnfoldOptions): Tensor {
  return foldFor("fold", x, pairFor("fold", 2, "outputSize", outputSize), settingsOf("fold", kernelSize, options));
}

function foldFor(where: string, x: Tensor, size: Pair, settings: UnfoldSettings): Tensor {
  checkFloats(where, "input", x);
  const windows = windowsFor(where, size, settings);
  const [terms, places] = [settings.kernel[0] * settings.kernel[1], windows.places[0] * windows.places[1]];
  if ((x.ndim !== 3 && x.ndim !== 2) || x.shape[x.ndim - 2] % terms > 0 || x.shape[x.ndim - 1] !== places) {
    throw new TensorError(where, {
      expected: `an input [n, c·${terms}, ${places}] or [c·${terms}, ${places}]`,
      got: describe(x.shape),
    });
  }
  const y = apply(foldOp(windows), x.ndim === 3 ? x : x.unsqueeze(0));
  return x.ndim === 3 ? y : y.squeeze(0);
}

/**
 * Each window of a picture as a column: see {@link unfold}.
 *
 * Shapes: `[n, c, h, w]` → `[n, c·kh·kw, places]`.
 *
 * @throws {@link TensorError} in `forward` for an input of another shape or dtype, and one that with its padding is smaller than
 * the kernel.
 * @see PyTorch `torch.nn.Unfold`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.Unfold(3, { padding: 1 }).forward(zeros([2, 4, 8, 8])).shape); // => [ 2, 36, 64 ]
 * ```
 */
export class Unfold extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Unfold";
  /** @internal */
  static readonly evenkeelLayer: string = "Unfold";
  private readonly settings: UnfoldSettings;

  /**
   * @param kernelSize - the rows and columns of a window, 1 or more; one number for both.
   * @param options - see {@link UnfoldOptions}.
   */
  constructor(kernelSize: NumberOrPair, options: UnfoldOptions = {}) {
    const settings = settingsOf("Unfold", kernelSize, options);
    super();
    this.settings = settings;
  }

  override forward(x: Tensor): Tensor {
    return unfoldFor("Unfold.forward", x, this.settings);
  }

  override extraRepr(): string {
    return shown(this.settings);
  }
}

/**
 * Columns added up where they have come from: see {@link fold}.
 *
 * Shapes: `[n, c·kh·kw, places]` → `[n, c, h, w]`.
 *
 * @throws {@link TensorError} in `forward` for an input of another shape or dtype.
 * @see PyTorch `torch.nn.Fold`.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * console.log(new nn.Fold(8, 3, { padding: 1 }).forward(zeros([2, 36, 64])).shape); // => [ 2, 4, 8, 8 ]
 * ```
 */
export class Fold extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Fold";
  /** @internal */
  static readonly evenkeelLayer: string = "Fold";
  private readonly size: Pair;
  private readonly settings: UnfoldSettings;

  /**
   * @param outputSize - the rows and columns of a picture, 1 or more; one number for both.
   * @param kernelSize - those of a window, 1 or more.
   * @param options - see {@link UnfoldOptions}.
   */
  constructor(outputSize: NumberOrPair, kernelSize: NumberOrPair, options: UnfoldOptions = {}) {
    const size = pairFor("Fold", 2, "outputSize", outputSize);
    const settings = settingsOf("Fold", kernelSize, options);
    super();
    this.size = size;
    this.settings = settings;
  }

  override forward(x: Tensor): Tensor {
    return foldFor("Fold.forward", x, this.size, this.settings);
  }

  override extraRepr(): string {
    return `outputSize=${show(this.size)}, ${shown(this.settings)}`;
  }
}

function shown({ kernel, dilation, padding, stride }: UnfoldSettings): string {
  return `kernelSize=${show(kernel)}, dilation=${show(dilation)}, padding=${show(padding)}, stride=${show(stride)}`;
}
