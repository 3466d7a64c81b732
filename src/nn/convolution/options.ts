import type { Dtype } from "../../base/dtype.ts";
import type { RandomOptions } from "../../tensor/tensor.ts";
import { checkWord } from "../module/checks.ts";
import { type NumberOrPair, pairOf, singleOf } from "../module/pairs.ts";
import type { ConvolutionSettings } from "./convolution.ts";

/** Options of {@link conv1d}. */
export interface Conv1dFunctionOptions {
  /** How far one window lies from the next, 1 or more. Default `1`. */
  readonly stride?: number;
  /** The zeros on either side; `"same"` for so many that the length stays, `"valid"` for none. Default `0`. */
  readonly padding?: number | "same" | "valid";
  /** How far apart the elements of a window are, 1 or more. Default `1`. */
  readonly dilation?: number;
  /** How many parts the channels come in, each of which meets only its own. Default `1`. */
  readonly groups?: number;
}

/** Options of {@link conv2d}: a number is for both dimensions, two are for rows and columns. */
export interface Conv2dFunctionOptions {
  /** How far one window lies from the next, 1 or more. Default `1`. */
  readonly stride?: NumberOrPair;
  /** The zeros on either side; `"same"` for so many that the size stays, `"valid"` for none. Default `0`. */
  readonly padding?: NumberOrPair | "same" | "valid";
  /** How far apart the elements of a window are, 1 or more. Default `1`. */
  readonly dilation?: NumberOrPair;
  /** How many parts the channels come in, each of which meets only its own. Default `1`. */
  readonly groups?: number;
}

/** What the layers have beside the options of their functions. */
interface LayerOptions extends RandomOptions {
  /** What padding is of: zeros; what lies within, mirrored at its edge; its edge; its other end. Default `"zeros"`. */
  readonly paddingMode?: "zeros" | "reflect" | "replicate" | "circular";
  /** Whether to add a bias. Default `true`. */
  readonly bias?: boolean;
  /** The type of the parameters. Default `"float32"`. */
  readonly dtype?: Dtype;
}

/** Options of {@link Conv1d}. */
export interface Conv1dOptions extends Conv1dFunctionOptions, LayerOptions {}

/** Options of {@link Conv2d}. */
export interface Conv2dOptions extends Conv2dFunctionOptions, LayerOptions {}

/** The names of {@link Conv1dFunctionOptions} and {@link Conv2dFunctionOptions}. */
export const convolutionOptionNames = ["stride", "padding", "dilation", "groups"];

/** The names of {@link Conv1dOptions} and {@link Conv2dOptions}. */
export const convolutionLayerOptionNames: readonly string[] = /* @__PURE__ */ convolutionOptionNames.concat(
  "paddingMode",
  "bias",
  "generator",
  "dtype",
);

/** The options of a function or a layer of `dims` dimensions, with their defaults, checked; groups are not. */
export function convolutionSettings(
  where: string,
  dims: 1 | 2,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv2dFunctionOptions,
): ConvolutionSettings {
  const pair = (name: string, value: NumberOrPair, least: number, otherwise: number) =>
    dims === 2 ? pairOf(where, name, value, least) : ([otherwise, singleOf(where, name, value, least)] as const);
  if (typeof padding === "string") checkWord(where, "padding", padding, ["same", "valid"]);
  return {
    stride: pair("stride", stride, 1, 1),
    padding: typeof padding === "string" ? padding : pair("padding", padding, 0, 0),
    dilation: pair("dilation", dilation, 1, 1),
    groups,
  };
}
