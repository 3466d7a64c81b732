import { noGrad } from "../../autograd/gradMode.ts";
import { notNegative } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { aGenerator } from "../../random/generator.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { fans } from "./fan.ts";
import { drawFrom } from "./fill.ts";

/** Options of {@link xavierUniform_} and {@link xavierNormal_}. */
export interface XavierOptions extends RandomOptions {
  /** What the deviation is multiplied by; see {@link calculateGain}. Default `1`. */
  readonly gain?: number;
}

/** The rules of {@link XavierOptions}. */
export const xavierRules = {
  gain: { is: notNegative, default: 1 },
  generator: { is: aGenerator },
} as const satisfies OptionRules<XavierOptions>;

/**
 * Fills a weight `[out, in, …]` with numbers spread evenly over `±√3·std`, where `std = gain·√(2/(fanIn + fanOut))`,
 * and returns it.
 *
 * @throws {@link TensorError} if `x` is no float tensor of two dimensions or more, or `gain < 0`.
 * @see PyTorch `torch.nn.init.xavier_uniform_`: the same numbers from the same seed.
 * @see Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", equation 16.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = new nn.Linear(30, 20);
 * nn.init.xavierUniform_(layer.weight);
 * console.log(layer.weight.abs().max().item() <= Math.sqrt(6 / 50)); // => true
 * ```
 */
export function xavierUniform_<T extends Tensor>(x: T, options: XavierOptions = {}): T {
  const std = deviation("xavierUniform_", x, options);
  const bound = Math.sqrt(3) * std;
  return noGrad(() => x.uniform_(-bound, bound, drawFrom(options)));
}

/**
 * Fills a weight `[out, in, …]` with normally distributed numbers, `std = gain·√(2/(fanIn + fanOut))`, and returns it.
 *
 * @throws {@link TensorError} if `x` is no float tensor of two dimensions or more, or `gain < 0`.
 * @see PyTorch `torch.nn.init.xavier_normal_`: the same numbers from the same seed.
 * @see Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", equation 12.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, zeros } from "evenkeel";
 *
 * manualSeed(1);
 * const weight = nn.init.xavierNormal_(zeros([2, 3]), { gain: nn.init.calculateGain("tanh") });
 * console.log(weight.shape); // => [ 2, 3 ]
 * ```
 */
export function xavierNormal_<T extends Tensor>(x: T, options: XavierOptions = {}): T {
  const std = deviation("xavierNormal_", x, options);
  return noGrad(() => x.normal_(0, std, drawFrom(options)));
}

function deviation(where: string, x: Tensor, options: XavierOptions): number {
  const { gain } = optionsOf(where, options, xavierRules);
  const { fanIn, fanOut } = fans(where, x);
  return x.numel() === 0 ? 0 : gain * Math.sqrt(2 / (fanIn + fanOut));
}
