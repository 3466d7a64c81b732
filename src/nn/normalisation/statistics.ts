import { noGrad } from "../../autograd/gradMode.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { sameShape } from "../../base/shapes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";
import { isModule } from "../module/fields.ts";
import type { Module } from "../module/module.ts";
import { rootOf } from "./lpNorm.ts";
import type { NormalisedOver } from "./normalisedOver.ts";

/** A layer that says over which elements it takes its statistics. */
interface NormalisationLayer extends Module {
  /** Over which elements of an input of a shape its statistics are taken. */
  normalisedOver(shape: readonly number[]): NormalisedOver;
}

/** What {@link normalisationStatistics} returns. */
export interface NormalisationStatistics extends NormalisedOver {
  /** Whether they are taken of the input, or running ones. */
  readonly from: "input" | "running";
  /** What is subtracted, of `sizes` with 1 in the place of `axes`; null where nothing is. */
  readonly mean: Tensor | null;
  /** What is divided by, of that shape too: `√(variance + eps)`, or `norm + eps`. */
  readonly scale: Tensor;
}

/** Whether a module says over which elements it takes its statistics. */
export function isNormalisation(value: unknown): value is NormalisationLayer {
  return isModule(value) && typeof Reflect.get(value, "normalisedOver") === "function";
}

/**
 * By what statistics a normalisation layer normalises an input, and over which of its elements they are taken: the layer as it is,
 * in training or evaluation. Nothing is changed. Before `γ` and `β` its output is `(x.reshape(sizes) − mean)/scale`.
 *
 * All layers answer alike: batch norm and its kin, instance, group and layer norm, RMS norm and lp norms.
 *
 * @param layer - a normalisation layer of the library.
 * @param x - an input of it.
 * @throws {@link TensorError} if `layer` is none, or `x` is no float tensor of a shape for it.
 *
 * @example
 * ```ts
 * import { nn, ones } from "evenkeel";
 *
 * const { axes, sizes, scale } = nn.normalisationStatistics(new nn.GroupNorm(2, 6), ones([8, 6, 5, 5]));
 * console.log(sizes, axes, scale.shape); // => [ 8, 2, 3, 5, 5 ] [ 2, 3, 4 ] [ 8, 2, 1, 1, 1 ]
 * console.log(nn.normalisationStatistics(new nn.BatchNorm2d(6), ones([8, 6, 5, 5])).axes); // => [ 0, 2, 3 ]
 * ```
 */
export function normalisationStatistics(layer: Module, x: Tensor): NormalisationStatistics {
  const where = "normalisationStatistics";
  if (!isNormalisation(layer)) {
    throw new TensorError(where, { expected: "a normalisation layer", got: describe(layer) });
  }
  checkFloats(where, "x", x);
  const over = layer.normalisedOver(x.shape);
  checkFits(where, layer, x, over);
  return noGrad(() => runningOf(layer, x, over) ?? takenOf(where, layer, x, over));
}

/** What a layer has as fields, where it has it. */
interface Fields {
  readonly numFeatures?: number;
  readonly numChannels?: number;
  readonly normalizedShape?: readonly number[];
  readonly eps: number | null;
  readonly p?: number;
  readonly runningMean?: Tensor | null;
  readonly runningVar?: Tensor | null;
  readonly runningNorm?: Tensor | null;
}

const fieldsOf = (layer: NormalisationLayer): Fields => layer as unknown as Fields;

/** Refuses an input that has other features than a layer. */
function checkFits(where: string, layer: NormalisationLayer, x: Tensor, { affineAxes }: NormalisedOver): void {
  const { numFeatures, numChannels, normalizedShape } = fieldsOf(layer);
  const features = normalizedShape ?? [numFeatures ?? numChannels ?? 0];
  const own = affineAxes.map((dim) => x.shape[dim] ?? Number.NaN);
  if (sameShape(own, features)) return;
  throw new TensorError(where, { expected: `an input of ${show(features)} features of ${layer}`, got: show(x.shape) });
}

/** The running statistics, where a layer uses them. */
function runningOf(
  layer: NormalisationLayer,
  x: Tensor,
  { affineAxes, by }: NormalisedOver,
): NormalisationStatistics | null {
  const { runningMean, runningVar, runningNorm, eps } = fieldsOf(layer);
  const spread = runningVar?.add(eps ?? 0).sqrt() ?? runningNorm?.add(eps ?? 0);
  if (layer.training || !runningMean || !spread) return null;
  const [channel] = affineAxes;
  const meeting = (v: Tensor) => v.detach().reshape(x.shape.map((size, dim) => (dim === channel ? size : 1)));
  const axes = [...x.shape.keys()].filter((dim) => dim !== channel);
  const over = { sizes: x.shape, axes, affineAxes, by };
  return { ...over, from: "running", mean: meeting(runningMean), scale: meeting(spread) };
}

/** The statistics of an input. */
function takenOf(where: string, layer: NormalisationLayer, x: Tensor, over: NormalisedOver): NormalisationStatistics {
  const { sizes, axes, by } = over;
  if (!sizes.every(Number.isInteger)) {
    throw new TensorError(where, { expected: `an input that ${layer} cuts into whole parts`, got: show(x.shape) });
  }
  const { eps, p = 2 } = fieldsOf(layer);
  const values = x.detach().reshape(sizes);
  const dims = [...axes];
  const keepdim = { keepdim: true };
  const mean = by === "meanSquare" ? null : values.mean(dims, keepdim);
  if (by === "norm") {
    const count = axes.reduce((product, dim) => product * sizes[dim], 1);
    const norm = values.norm(p, dims, keepdim).div(rootOf(count, p));
    return { ...over, from: "input", mean, scale: norm.add(eps ?? 0) };
  }
  const square =
    by === "meanSquare"
      ? values.square().mean(dims, keepdim)
      : values.var(dims, { correction: by === "variance" ? 0 : 1, ...keepdim });
  const least = x.dtype === "float32" ? 2 ** -23 : Number.EPSILON;
  return { ...over, from: "input", mean, scale: square.add(eps ?? least).sqrt() };
}
