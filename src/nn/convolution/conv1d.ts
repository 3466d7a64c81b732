import { optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { convolveFor } from "./convolution.ts";
import { ConvolutionLayer } from "./convolutionLayer.ts";
import { type Conv1dFunctionOptions, type Conv1dOptions, convolutionRules, convolutionSettings } from "./options.ts";

/**
 * `y[o, p] = Σ x[c, p·stride + i·dilation − padding]·weight[o, c, i] + bias[o]`, over channels `c` and the places `i` of a
 * window: a convolution along a sequence, without turning the weight round.
 *
 * Outside the sequence are zeros. With groups, output channels see only the input channels of their own group.
 *
 * Shapes: `x` `[n, channels, l]` or `[channels, l]`, `weight` `[out, channels / groups, k]`, `bias` `[out]` → `[n, out, l′]`
 * or `[out, l′]`, with `l′ = ⌊(l + 2·padding − dilation·(k − 1) − 1)/stride⌋ + 1`.
 *
 * @param bias - default: none.
 * @throws {@link TensorError} for other shapes or dtypes, groups that do not divide the channels, and a kernel that is
 * larger than the padded input.
 * @see PyTorch `torch.nn.functional.conv1d`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const differences = tensor([[[-1, 1]]]);
 * console.log(nn.functional.conv1d(tensor([[1, 4, 9, 16]]), differences)); // => tensor([[3., 5., 7.]])
 * ```
 */
export function conv1d(x: Tensor, weight: Tensor, bias: Tensor | null = null, options?: Conv1dFunctionOptions): Tensor {
  const settings = convolutionSettings("conv1d", 1, optionsOf("conv1d", options, convolutionRules[1]));
  return convolveFor("conv1d", 1, x, weight, bias, settings);
}

/**
 * Sums of products of each window of a sequence with a weight, plus a bias: see {@link conv1d}.
 *
 * Weight `[outChannels, inChannels / groups, kernelSize]`, then bias `[outChannels]`, start spread evenly over `±1/√terms`,
 * with `terms = inChannels / groups·kernelSize`.
 *
 * Shapes: `[n, inChannels, l]` or `[inChannels, l]` → `[n, outChannels, l′]` or `[outChannels, l′]`.
 *
 * @throws {@link TensorError} if groups do not divide the channels; in `forward` for an input of other channels or dtype, or
 * one that with its padding is shorter than the kernel.
 * @see PyTorch `torch.nn.Conv1d`: the same initial values from the same seed.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 *
 * const layer = new nn.Conv1d(4, 6, 5, { padding: "same" });
 * console.log(layer.forward(zeros([2, 4, 10])).shape); // => [ 2, 6, 10 ]
 * ```
 */
export class Conv1d extends ConvolutionLayer {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Conv1d";
  /** @internal */
  static readonly evenkeelLayer: string = "Conv1d";

  /**
   * @param kernelSize - how many elements a window has, 1 or more.
   * @param options - see {@link Conv1dOptions}.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: number, options: Conv1dOptions = {}) {
    super("Conv1d", 1, inChannels, outChannels, kernelSize, options);
  }

  /** How many elements a window has. */
  get kernelSize(): number {
    return this.kernel[1];
  }

  /** How far one window lies from the next. */
  get stride(): number {
    return this.settings.stride[1];
  }

  /** The zeros on either side. */
  get padding(): number | "same" | "valid" {
    const { padding } = this.settings;
    return typeof padding === "string" ? padding : padding[1];
  }

  /** How far apart the elements of a window are. */
  get dilation(): number {
    return this.settings.dilation[1];
  }
}
