import { show } from "../../base/errors.ts";
import { optionsOf } from "../../base/optionRules.ts";
import { zeros } from "../../functions/factories.ts";
import type { Pair } from "../../kernels/beside/windows.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { drawFrom, uniform_ } from "../init/fill.ts";
import { kaimingUniform_ } from "../init/kaiming.ts";
import { checkFloats, checkSize } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { type NumberOrPair, pairFor } from "../module/pairs.ts";
import { ownParameter, type Parameter } from "../module/parameter.ts";
import { type ConvolutionSettings, checkGroups, convolveFor, paddingOf } from "./convolution.ts";
import { type Conv2dOptions, convolutionLayerRules, convolutionSettings } from "./options.ts";
import { padFor } from "./pad.ts";

/** What the layers of convolution share: the first and the last of two dimensions, or one. */
export abstract class ConvolutionLayer extends Module {
  /** How many channels inputs have. */
  readonly inChannels: number;
  /** How many channels outputs have. */
  readonly outChannels: number;
  /** What each window is multiplied by, `[outChannels, inChannels / groups, …kernelSize]`. */
  weight: Parameter;
  /** What is added to each channel, `[outChannels]`, or null. */
  bias: Parameter | null;
  /** How many parts the channels come in. */
  readonly groups: number;
  /** What padding is of. */
  readonly paddingMode: "zeros" | "reflect" | "replicate" | "circular";
  /** @internal */
  protected readonly dims: 1 | 2;
  /** @internal */
  protected readonly where: string;
  /** @internal */
  protected readonly kernel: Pair;
  /** @internal */
  protected readonly settings: ConvolutionSettings;

  /** @internal */
  protected constructor(
    where: string,
    dims: 1 | 2,
    inChannels: number,
    outChannels: number,
    kernelSize: NumberOrPair,
    options: Conv2dOptions,
  ) {
    const given = optionsOf(where, options, convolutionLayerRules[dims]);
    const { bias, paddingMode, dtype } = given;
    checkSize(where, "inChannels", inChannels);
    checkSize(where, "outChannels", outChannels);
    const kernel = pairFor(where, dims, "kernelSize", kernelSize);
    const settings = convolutionSettings(where, dims, given);
    checkGroups(where, settings.groups, inChannels, outChannels);
    super();
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    const shape = [outChannels, inChannels / settings.groups, ...kernel.slice(2 - dims)];
    const source = drawFrom(given);
    this.weight = ownParameter(zeros(shape, { dtype }));
    this.bias = bias ? ownParameter(zeros([outChannels], { dtype })) : null;
    this.groups = settings.groups;
    this.paddingMode = paddingMode;
    this.dims = dims;
    this.where = `${where}.forward`;
    this.kernel = kernel;
    this.settings = settings;
    kaimingUniform_(this.weight, { a: Math.sqrt(5), ...source }); // in PyTorch's way: gain 1/√3, times √3
    const terms = shape.slice(1).reduce((product, size) => product * size, 1);
    const bound = terms > 0 ? 1 / Math.sqrt(terms) : 0;
    if (this.bias !== null) uniform_(this.bias, { a: -bound, b: bound, ...source });
  }

  override forward(x: Tensor): Tensor {
    const { where, dims, settings, paddingMode, weight, bias } = this;
    if (paddingMode === "zeros") return convolveFor(where, dims, x, weight, bias, settings);
    checkFloats(where, "input", x);
    const [before, added] = paddingOf(settings, this.kernel);
    const sides = [before[1], added[1] - before[1], before[0], added[0] - before[0]].slice(0, 2 * dims);
    const padded = x.ndim < dims ? x : padFor(where, x, sides, paddingMode, 0);
    return convolveFor(where, dims, padded, weight, bias, { ...settings, padding: "valid" });
  }

  override extraRepr(): string {
    const { stride, padding, dilation, groups } = this.settings;
    const shown = (pair: Pair) => show(pair.slice(2 - this.dims));
    const is = (pair: Pair, value: number) => pair.slice(2 - this.dims).every((size) => size === value);
    return [
      `${this.inChannels}, ${this.outChannels}, kernelSize=${shown(this.kernel)}, stride=${shown(stride)}`,
      ...(typeof padding === "string" ? [`padding=${padding}`] : is(padding, 0) ? [] : [`padding=${shown(padding)}`]),
      ...(is(dilation, 1) ? [] : [`dilation=${shown(dilation)}`]),
      ...(groups === 1 ? [] : [`groups=${groups}`]),
      ...(this.bias === null ? ["bias=false"] : []),
      ...(this.paddingMode === "zeros" ? [] : [`paddingMode=${this.paddingMode}`]),
    ].join(", ");
  }
}
