import { optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { NumberOrPair } from "../module/pairs.ts";
import { convolveFor } from "./convolution.ts";
import { ConvolutionLayer } from "./convolutionLayer.ts";
import { type Conv2dFunctionOptions, type Conv2dOptions, convolutionRules, convolutionSettings } from "./options.ts";

/**
 * `y[o, p, q] = Σ x[c, p·stride + i·dilation − padding, q·stride + j·dilation − padding]·weight[o, c, i, j] + bias[o]`, over
 * channels `c` and the places `i`, `j` of a window: a convolution of pictures, without turning the weight round.
 *
 * Outside the picture are zeros. With groups, output channels see only the input channels of their own group.
 *
 * Shapes: `x` `[n, channels, h, w]` or `[channels, h, w]`, `weight` `[out, channels / groups, kh, kw]`, `bias` `[out]` →
 * `[n, out, h′, w′]` or `[out, h′, w′]`, with `h′ = ⌊(h + 2·padding − dilation·(kh − 1) − 1)/stride⌋ + 1`.
 *
 * @param bias - default: none.
 * @throws {@link TensorError} for other shapes or dtypes, groups that do not divide the channels, and a kernel that is
 * larger than the padded input.
 * @see PyTorch `torch.nn.functional.conv2d`. Padding `"same"` of an even number of zeros and one more puts the one behind,
 * as there.
 *
 * @example
 * ```ts
 * import { nn, ones, tensor } from "evenkeel";
 *
 * const x = tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]);
 * console.log(nn.functional.conv2d(x, ones([1, 1, 2, 2])));
 * // => tensor([[[12., 16.],
 * //          [24., 28.]]])
 * ```
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null = null, options?: Conv2dFunctionOptions): Tensor {
  const settings = convolutionSettings("conv2d", 2, optionsOf("conv2d", options, convolutionRules[2]));
  return convolveFor("conv2d", 2, x, weight, bias, settings);
}

/**
 * Sums of products of each window of a picture with a weight, plus a bias: see {@link conv2d}.
 *
 * Weight `[outChannels, inChannels / groups, kh, kw]`, then bias `[outChannels]`, start spread evenly over `±1/√terms`, with
 * `terms = inChannels / groups·kh·kw`.
 *
 * Shapes: `[n, inChannels, h, w]` or `[inChannels, h, w]` → `[n, outChannels, h′, w′]` or `[outChannels, h′, w′]`.
 *
 * @throws {@link TensorError} if groups do not divide the channels; in `forward` for an input of other channels or dtype, or
 * one that with its padding is smaller than the kernel.
 * @see PyTorch `torch.nn.Conv2d`: the same initial values from the same seed.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, zeros } from "evenkeel";
 *
 * manualSeed(0);
 * const layer = new nn.Conv2d(1, 8, 3, { padding: 1, stride: 2 });
 * console.log(layer.weight.shape, layer.forward(zeros([5, 1, 28, 28])).shape); // => [ 8, 1, 3, 3 ] [ 5, 8, 14, 14 ]
 * console.log(layer); // => Conv2d(1, 8, kernelSize=[3, 3], stride=[2, 2], padding=[1, 1])
 * ```
 */
export class Conv2d extends ConvolutionLayer {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Conv2d";
  /** @internal */
  static readonly evenkeelLayer: string = "Conv2d";

  /**
   * @param kernelSize - the rows and columns of a window, 1 or more; one number for both.
   * @param options - see {@link Conv2dOptions}.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: NumberOrPair, options: Conv2dOptions = {}) {
    super("Conv2d", 2, inChannels, outChannels, kernelSize, options);
  }

  /** The rows and columns of a window. */
  get kernelSize(): readonly [rows: number, columns: number] {
    return this.kernel;
  }

  /** How far one window lies from the next. */
  get stride(): readonly [rows: number, columns: number] {
    return this.settings.stride;
  }

  /** The zeros on either side. */
  get padding(): readonly [rows: number, columns: number] | "same" | "valid" {
    return this.settings.padding;
  }

  /** How far apart the elements of a window are. */
  get dilation(): readonly [rows: number, columns: number] {
    return this.settings.dilation;
  }
}
