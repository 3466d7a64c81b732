import type { Dtype } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { flag } from "../../base/optionKinds.ts";
import type { OptionKind, OptionRules } from "../../base/optionRules.ts";
import { aGenerator } from "../../random/generator.ts";
import type { RandomOptions } from "../../tensor/tensor.ts";
import { floatDtype } from "../module/checks.ts";
import { byDims, type NumberOrPair, pairOf, singleFrom } from "../module/pairs.ts";
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

/** The rules of {@link Conv1dFunctionOptions} and {@link Conv2dFunctionOptions}. */
export const convolutionRules = /* @__PURE__ */ byDims((from) => {
  const { expected, accepts } = from(0);
  const padding: OptionKind = {
    expected: `${expected.replace(/,$/, "")}, or "same" or "valid",`,
    accepts: (value) => value === "same" || value === "valid" || accepts(value),
  };
  return {
    stride: { is: from(1), default: 1 },
    padding: { is: padding, default: 0 },
    dilation: { is: from(1), default: 1 },
    groups: { is: singleFrom(1), default: 1 },
  } as const satisfies OptionRules<Conv2dFunctionOptions>;
});

const layerRules = {
  paddingMode: { words: ["zeros", "reflect", "replicate", "circular"], default: "zeros" },
  bias: { is: flag, default: true },
  generator: { is: aGenerator },
  dtype: floatDtype,
} as const satisfies OptionRules<LayerOptions>;

/** The rules of {@link Conv1dOptions} and {@link Conv2dOptions}. */
export const convolutionLayerRules = /* @__PURE__ */ byDims(
  (_, dims) => ({ ...convolutionRules[dims], ...layerRules }) satisfies OptionRules<Conv2dOptions>,
);

/** The options of a function or a layer of `dims` dimensions, as pairs; refused where they do not go together. */
export function convolutionSettings(
  where: string,
  dims: 1 | 2,
  { stride, padding, dilation, groups }: Required<Conv2dFunctionOptions>,
): ConvolutionSettings {
  const settings = {
    stride: pairOf(dims, stride, 1),
    padding: typeof padding === "string" ? padding : pairOf(dims, padding, 0),
    dilation: pairOf(dims, dilation, 1),
    groups,
  };
  if (padding !== "same" || settings.stride.every((step) => step === 1)) return settings;
  throw new TensorError(where, {
    expected: 'a stride of 1 with padding "same"',
    got: show(settings.stride),
    hint: "With a stride the size cannot stay.",
  });
}
