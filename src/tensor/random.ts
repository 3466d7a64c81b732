import { isTensor } from "../base/brand.ts";
import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { checkGiven, type OptionRule, type OptionRules } from "../base/optionRules.ts";
import { shared, whole } from "../base/shared.ts";
import type { NDArray } from "../kernels/array.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { fillBernoulli, fillBernoulliFrom } from "../random/bernoulli.ts";
import { fillExponential } from "../random/exponential.ts";
import { aGenerator, defaultGenerator, type Generator } from "../random/generator.ts";
import { fillNormal } from "../random/normal.ts";
import { fillUniform } from "../random/uniform.ts";
import { refuseInPlace } from "./inPlace.ts";
import type { Tensor } from "./tensor.ts";

/** Where random numbers come from. */
export interface RandomOptions {
  /** Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/** Options of draws that versions of PyTorch make differently. */
export interface VersionedRandomOptions extends RandomOptions {
  /**
   * Whose numbers are drawn: those of current versions of PyTorch (default), or of 1.13 and before. Of normal numbers,
   * only float64 ones of tensors of fewer than 16 elements differ, of exponential ones only float64 ones, in the last bit.
   */
  readonly version?: "current" | "1.13";
}

/** @internal */
export const generator = { is: aGenerator, default: defaultGenerator } as const;
/** @internal */
export const version = { words: ["current", "1.13"], default: "current" } as const;
const randomRules = { generator } as const satisfies OptionRules<RandomOptions>;
const versionedRules = { generator, version } as const satisfies OptionRules<VersionedRandomOptions>;

export function uniform_<T extends Tensor>(x: T, low: number, high: number, options?: RandomOptions): T {
  const generator = generatorOf("uniform_", options);
  refuseRandom("uniform_", x);
  const most = x.dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const areNumbers = typeof low === "number" && typeof high === "number";
  if (!(areNumbers && low >= -most && high <= most && low <= high && high - low <= most)) {
    throw new TensorError("uniform_", {
      expected: `bounds that ${x.dtype} can hold, low ≤ high`,
      got: `${describe(low)} and ${describe(high)}`,
    });
  }
  whole("uniform_", [x.array, low, high, generator], uniformly);
  return x;
}

export function normal_<T extends Tensor>(x: T, mean: number, std: number, options?: VersionedRandomOptions): T {
  const generator = generatorOf("normal_", options, versionedRules);
  refuseRandom("normal_", x);
  if (typeof mean !== "number" || typeof std !== "number" || !(std >= 0)) {
    throw new TensorError("normal_", {
      expected: "a mean, and a std of 0 or more",
      got: `${describe(mean)} and ${describe(std)}`,
    });
  }
  whole("normal_", [x.array, mean, std, generator, options?.version === "1.13"], normally);
  return x;
}

export function exponential_<T extends Tensor>(x: T, lambda: number, options?: VersionedRandomOptions): T {
  const generator = generatorOf("exponential_", options, versionedRules);
  refuseRandom("exponential_", x);
  if (!(typeof lambda === "number" && lambda > 0))
    throw new TensorError("exponential_", { expected: "a rate above 0", got: describe(lambda) });
  whole("exponential_", [x.array, lambda, generator, options?.version === "1.13"], exponentially);
  return x;
}

export function bernoulli_<T extends Tensor>(x: T, p: number | Tensor, options?: RandomOptions): T {
  const generator = generatorOf("bernoulli_", options);
  refuseInPlace("bernoulli_", x);
  shared().listener?.draws("bernoulli_");
  if (isTensor(p)) whole("bernoulli_", [x.array, p.detach().expand(x.shape).array, generator], ofProbabilities);
  else whole("bernoulli_", [x.array, p, generator], ofProbability);
  return x;
}

function uniformly(x: NDArray, low: number, high: number, generator: Generator): void {
  fillUniform(floats(x), low, high, generator);
  x.bump();
}

function normally(x: NDArray, mean: number, std: number, generator: Generator, legacy: boolean): void {
  fillNormal(floats(x), mean, std, generator, { legacy });
  x.bump();
}

function exponentially(x: NDArray, lambda: number, generator: Generator, legacy: boolean): void {
  fillExponential(floats(x), lambda, generator, { legacy });
  x.bump();
}

function ofProbability(x: NDArray, p: number, generator: Generator): void {
  checkProbabilities([p], p);
  fillBernoulli(x.data, p, generator);
  x.bump();
}

function ofProbabilities(x: NDArray, p: NDArray, generator: Generator): void {
  const probabilities = floats(p, "bernoulli_");
  checkProbabilities(probabilities, p);
  fillBernoulliFrom(x.data, probabilities, generator);
  x.bump();
}

function checkProbabilities(probabilities: { every(holds: (p: number) => boolean): boolean }, p: unknown): void {
  if (probabilities.every((value) => typeof value === "number" && value >= 0 && value <= 1)) return;
  throw new TensorError("bernoulli_", { expected: "probabilities from 0 to 1", got: describe(p) });
}

function refuseRandom(where: string, x: Tensor): void {
  refuseInPlace(where, x);
  if (!isFloat(x.dtype)) {
    throw new TensorError(where, { expected: "a float32 or float64 tensor", got: describe(x) });
  }
  shared().listener?.draws(where);
}

function floats(array: NDArray, where = "random"): Float32Array | Float64Array {
  refuseDetached(where, array);
  const { data } = array;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new TensorError(where, { expected: "a float32 or float64 tensor", got: describe(array) });
}

/** @internal The generator asked for, or the default one; refuses options that are wrong. */
export function generatorOf(
  where: string,
  options: RandomOptions | undefined,
  rules: Readonly<Record<string, OptionRule>> = randomRules,
): Generator {
  checkGiven(where, options, rules);
  return options?.generator ?? generator.default;
}
