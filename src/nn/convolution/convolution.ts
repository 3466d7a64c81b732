import { describe, show, TensorError } from "../../base/errors.ts";
import type { Pair } from "../../kernels/beside/windows.ts";
import { convolution } from "../../ops/convolution.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkOperand, checkSameDtype, checkTensor } from "../module/checks.ts";
import { windowsOver } from "./windows.ts";

/** How the windows of a convolution lie, of which those of a row of places have one row. */
export interface ConvolutionSettings {
  readonly stride: Pair;
  /** The zeros before and behind, in both dimensions: as many on either side, or so that the size stays, or none. */
  readonly padding: Pair | "same" | "valid";
  readonly dilation: Pair;
  readonly groups: number;
}

/** Where the first window begins before the picture, and how many zeros there are in all. */
export function paddingOf(
  { padding, dilation }: ConvolutionSettings,
  kernel: Pair,
): readonly [before: Pair, all: Pair] {
  if (padding === "valid")
    return [
      [0, 0],
      [0, 0],
    ];
  if (padding === "same") {
    const all: Pair = [dilation[0] * (kernel[0] - 1), dilation[1] * (kernel[1] - 1)];
    return [[Math.floor(all[0] / 2), Math.floor(all[1] / 2)], all];
  }
  return [padding, [2 * padding[0], 2 * padding[1]]];
}

/** Groups that channels come in: as many in each. */
export function checkGroups(where: string, groups: number, channels: number, out: number): void {
  if (channels % groups === 0 && out % groups === 0) return;
  throw new TensorError(where, {
    expected: "groups that divide the channels, those that come in and those that go out",
    got: `${groups} for ${channels} in and ${out} out`,
  });
}

/**
 * Convolves `dims` dimensions, 1 or 2, of `x` `[n, channels, …places]` or `[channels, …places]` on behalf of `where`; the
 * settings are checked.
 */
export function convolveFor(
  where: string,
  dims: 1 | 2,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  settings: ConvolutionSettings,
): Tensor {
  checkFloats(where, "input", x);
  checkTensor(where, "weight", weight);
  const places = dims === 1 ? ["l"] : ["h", "w"];
  if (weight.ndim !== dims + 2 || weight.shape.slice(2).includes(0)) {
    throw new TensorError(where, {
      expected: `a weight of shape [out, channels / groups, ${places.map((_, d) => `k${d}`).join(", ")}]`,
      got: show(weight.shape),
    });
  }
  checkSameDtype(where, "weight", weight, x);
  const [out, inGroup] = weight.shape;
  const channels = inGroup * settings.groups;
  checkGroups(where, settings.groups, channels, out);
  checkOperand(where, "bias", bias, [out], x);
  const isBatch = x.ndim === dims + 2;
  if ((!isBatch && x.ndim !== dims + 1) || x.shape[isBatch ? 1 : 0] !== channels) {
    const layout = [channels, ...places].join(", ");
    throw new TensorError(where, {
      expected: `an input of shape [n, ${layout}] or [${layout}]`,
      got: describe(x.shape),
      hint: hintFor(x, dims),
    });
  }
  const [n, rows, columns] = [isBatch ? x.shape[0] : 1, dims === 1 ? 1 : x.shape[x.ndim - 2], x.shape[x.ndim - 1]];
  const kernel: Pair = [dims === 1 ? 1 : weight.shape[2], weight.shape[weight.ndim - 1]];
  const { stride, dilation, groups } = settings;
  const [before, added] = paddingOf(settings, kernel);
  const around = { stride, before, added, dilation };
  const windows = { ...windowsOver(where, dims, [rows, columns], kernel, around), groups };
  const flat = x.reshape([n, channels, rows, columns]);
  const flatWeight = weight.reshape([out, inGroup, ...kernel]);
  const y =
    bias === null ? apply(convolution(windows), flat, flatWeight) : apply(convolution(windows), flat, flatWeight, bias);
  const shape = dims === 1 ? [windows.places[1]] : windows.places;
  return dims === 2 && isBatch ? y : y.reshape([...(isBatch ? [n] : []), out, ...shape]);
}

function hintFor(x: Tensor, dims: number): string {
  if (x.ndim === dims + 2 && x.shape[dims + 1] < 5) return "Channels come before places: x.permute(0, …).";
  if (x.ndim === 2 && dims === 2) return "Rows of pixels become pictures: x.reshape(n, channels, h, w).";
  return x.ndim === dims + 1 ? "A batch of pictures of one channel: x.unsqueeze(1)." : "";
}
