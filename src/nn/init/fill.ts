import { noGrad } from "../../autograd/gradMode.ts";
import { finiteNumber, threshold } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { aGenerator, type Generator } from "../../random/generator.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { checkFloats, checkTensor } from "../module/checks.ts";

/** Options of {@link uniform_}. */
export interface UniformInitOptions extends RandomOptions {
  /** The lower bound. Default `0`. */
  readonly a?: number;
  /** The upper bound. Default `1`. */
  readonly b?: number;
}

const uniformRules = {
  a: { is: finiteNumber, default: 0 },
  b: { is: finiteNumber, default: 1 },
  generator: { is: aGenerator },
} as const satisfies OptionRules<UniformInitOptions>;

/** Options of {@link normal_}. */
export interface NormalInitOptions extends RandomOptions {
  /** Default `0`. */
  readonly mean?: number;
  /** The standard deviation, 0 or more. Default `1`. */
  readonly std?: number;
}

const normalRules = {
  mean: { is: finiteNumber, default: 0 },
  std: { is: threshold, default: 1 },
  generator: { is: aGenerator },
} as const satisfies OptionRules<NormalInitOptions>;

/**
 * Fills with numbers spread evenly over `[a, b)`, and returns the tensor.
 *
 * @throws {@link TensorError} if `x` is no float tensor, or `a > b`.
 * @see PyTorch `torch.nn.init.uniform_`: the same numbers from the same seed.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, zeros } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(nn.init.uniform_(zeros([3]), { a: -1 })); // => tensor([-0.0075,  0.5364, -0.8230])
 * ```
 */
export function uniform_<T extends Tensor>(x: T, options: UniformInitOptions = {}): T {
  const { a, b } = optionsOf("uniform_", options, uniformRules);
  checkFloats("uniform_", "weight", x);
  return noGrad(() => x.uniform_(a, b, drawFrom(options)));
}

/**
 * Fills with normally distributed numbers, and returns the tensor.
 *
 * @throws {@link TensorError} if `x` is no float tensor, or `std < 0`.
 * @see PyTorch `torch.nn.init.normal_`: the same numbers from the same seed.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, zeros } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(nn.init.normal_(zeros([3]), { std: 0.02 })); // => tensor([ 0.0308, -0.0059, -0.0436])
 * ```
 */
export function normal_<T extends Tensor>(x: T, options: NormalInitOptions = {}): T {
  const { mean, std } = optionsOf("normal_", options, normalRules);
  checkFloats("normal_", "weight", x);
  return noGrad(() => x.normal_(mean, std, drawFrom(options)));
}

/**
 * Fills with one value, and returns the tensor.
 *
 * @throws {@link TensorError} if `value` is no number.
 * @see PyTorch `torch.nn.init.constant_`.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = new nn.Linear(2, 1);
 * console.log(nn.init.constant_(layer.weight, 0.5) === layer.weight); // => true
 * console.log(layer.weight.toArray()); // => [ [ 0.5, 0.5 ] ]
 * ```
 */
export function constant_<T extends Tensor>(x: T, value: number): T {
  checkTensor("constant_", "weight", x);
  return noGrad(() => x.fill_(value));
}

/**
 * Fills with zeros, and returns the tensor.
 * @see PyTorch `torch.nn.init.zeros_`.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = new nn.Linear(2, 3);
 * nn.init.zeros_(layer.bias as nn.Parameter);
 * console.log(layer.bias?.toArray()); // => [ 0, 0, 0 ]
 * ```
 */
export function zeros_<T extends Tensor>(x: T): T {
  return constant_(x, 0);
}

/**
 * Fills with ones, and returns the tensor.
 * @see PyTorch `torch.nn.init.ones_`.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = new nn.Linear(2, 3);
 * nn.init.ones_(layer.bias as nn.Parameter);
 * console.log(layer.bias?.toArray()); // => [ 1, 1, 1 ]
 * ```
 */
export function ones_<T extends Tensor>(x: T): T {
  return constant_(x, 1);
}

/** @internal Where draws come from, as their options. */
export const drawFrom = ({ generator }: { readonly generator?: Generator | undefined }): RandomOptions =>
  generator === undefined ? {} : { generator };
