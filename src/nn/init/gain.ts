import { finiteNumber } from "../../base/optionKinds.ts";
import { checkKind, checkRule } from "../../base/optionRules.ts";

/** What follows a layer, for {@link calculateGain}. */
export type Nonlinearity =
  | "linear"
  | "conv1d"
  | "conv2d"
  | "conv3d"
  | "convTranspose1d"
  | "convTranspose2d"
  | "convTranspose3d"
  | "sigmoid"
  | "tanh"
  | "relu"
  | "leakyRelu"
  | "selu";

/** The rule of what follows a layer. */
export const nonlinearities = {
  words: [
    "linear",
    "conv1d",
    "conv2d",
    "conv3d",
    "convTranspose1d",
    "convTranspose2d",
    "convTranspose3d",
    "sigmoid",
    "tanh",
    "relu",
    "leakyRelu",
    "selu",
  ],
  default: "leakyRelu",
} as const;

/**
 * By how much weights have to be larger because of what follows them: 5/3 for tanh, √2 for relu, √(2/(1 + slope²)) for
 * leakyRelu, 3/4 for selu, 1 for the others.
 *
 * @param param - the slope of leakyRelu below 0; not read for others. Default `0.01`.
 * @throws {@link TensorError} for another nonlinearity, or a slope that is not a number.
 * @see PyTorch `torch.nn.init.calculate_gain`. Names are in camelCase here: `"leakyRelu"`.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * console.log(nn.init.calculateGain("tanh"), nn.init.calculateGain("leakyRelu", 1)); // => 1.6666666666666667 1
 * ```
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  checkRule("calculateGain", nonlinearities, "nonlinearity", nonlinearity);
  checkKind("calculateGain", finiteNumber, "the slope of leakyRelu", param);
  return gainFor(nonlinearity, param);
}

/** @internal {@link calculateGain} of what is checked. */
export function gainFor(nonlinearity: Nonlinearity, slope: number): number {
  if (nonlinearity === "tanh") return 5 / 3;
  if (nonlinearity === "relu") return Math.sqrt(2);
  if (nonlinearity === "leakyRelu") return Math.sqrt(2 / (1 + slope * slope));
  return nonlinearity === "selu" ? 3 / 4 : 1;
}
