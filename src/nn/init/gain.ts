import { describe, TensorError } from "../../base/errors.ts";
import { checkWord } from "../module/checks.ts";

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

const nonlinearities: readonly Nonlinearity[] = [
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
];

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
export function calculateGain(nonlinearity: Nonlinearity, param?: number): number {
  return gainFor("calculateGain", nonlinearity, param);
}

/** @internal {@link calculateGain} on behalf of `where`. */
export function gainFor(where: string, nonlinearity: Nonlinearity, slope = 0.01): number {
  checkWord(where, "nonlinearity", nonlinearity, nonlinearities);
  if (typeof slope !== "number" || !Number.isFinite(slope)) {
    throw new TensorError(where, { expected: "a finite number as the slope of leakyRelu", got: describe(slope) });
  }
  if (nonlinearity === "tanh") return 5 / 3;
  if (nonlinearity === "relu") return Math.sqrt(2);
  if (nonlinearity === "leakyRelu") return Math.sqrt(2 / (1 + slope * slope));
  return nonlinearity === "selu" ? 3 / 4 : 1;
}
