import { isTensor } from "../base/brand.ts";
import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { checkOptions } from "../base/options.ts";
import { shared, whole } from "../base/shared.ts";
import type { NDArray } from "../kernels/array.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { fillBernoulli, fillBernoulliFrom } from "../random/bernoulli.ts";
import { fillExponential } from "../random/exponential.ts";
import { defaultGenerator, type Generator, isGenerator } from "../random/generator.ts";
import { fillNormal } from "../random/normal.ts";
import { fillUniform } from "../random/uniform.ts";
import { refuseInPlace } from "./inPlace.ts";
import type { RandomOptions, Tensor, VersionedRandomOptions } from "./tensor.ts";

export function uniform_<T extends Tensor>(x: T, low: number, high: number, options: RandomOptions): T {
  const generator = refuseRandom("uniform_", x, options);
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

export function normal_<T extends Tensor>(x: T, mean: number, std: number, options: VersionedRandomOptions): T {
  const generator = refuseRandom("normal_", x, options, ["generator", "version"]);
  const legacy = isLegacy("normal_", options.version);
  if (typeof mean !== "number" || typeof std !== "number" || !(std >= 0)) {
    throw new TensorError("normal_", {
      expected: "a mean, and a std of 0 or more",
      got: `${describe(mean)} and ${describe(std)}`,
    });
  }
  whole("normal_", [x.array, mean, std, generator, legacy], normally);
  return x;
}

export function exponential_<T extends Tensor>(x: T, lambda: number, options: VersionedRandomOptions): T {
  const generator = refuseRandom("exponential_", x, options, ["generator", "version"]);
  const legacy = isLegacy("exponential_", options.version);
  if (!(typeof lambda === "number" && lambda > 0))
    throw new TensorError("exponential_", { expected: "a rate above 0", got: describe(lambda) });
  whole("exponential_", [x.array, lambda, generator, legacy], exponentially);
  return x;
}

export function bernoulli_<T extends Tensor>(x: T, p: number | Tensor, options: RandomOptions): T {
  checkOptions("bernoulli_", options, ["generator"]);
  refuseInPlace("bernoulli_", x);
  const generator = generatorOf("bernoulli_", options);
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

function refuseRandom(
  where: string,
  x: Tensor,
  options: RandomOptions,
  known: readonly string[] = ["generator"],
): Generator {
  checkOptions(where, options, known);
  refuseInPlace(where, x);
  if (!isFloat(x.dtype)) {
    throw new TensorError(where, { expected: "a float32 or float64 tensor", got: describe(x) });
  }
  return generatorOf(where, options);
}

function floats(array: NDArray, where = "random"): Float32Array | Float64Array {
  refuseDetached(where, array);
  const { data } = array;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  throw new TensorError(where, { expected: "a float32 or float64 tensor", got: describe(array) });
}

/** @internal Whether the numbers of PyTorch 1.13 are asked for. */
export function isLegacy(where: string, version: unknown = "current"): boolean {
  if (version === "current" || version === "1.13") return version === "1.13";
  throw new TensorError(where, { expected: 'version "current" or "1.13"', got: describe(version) });
}

/** @internal The generator asked for, or the default one. */
export function generatorOf(where: string, { generator = defaultGenerator }: RandomOptions): Generator {
  shared().listener?.draws(where);
  if (isGenerator(generator)) return generator;
  throw new TensorError(where, {
    expected: "a Generator",
    got: describe(generator),
    hint: typeof generator === "number" ? `Write new Generator().manualSeed(${generator}).` : "",
  });
}
