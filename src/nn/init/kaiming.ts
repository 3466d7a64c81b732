import { noGrad } from "../../autograd/gradMode.ts";
import { finiteNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { aGenerator } from "../../random/generator.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { fans } from "./fan.ts";
import { drawFrom } from "./fill.ts";
import { gainFor, type Nonlinearity, nonlinearities } from "./gain.ts";

/** Options of {@link kaimingUniform_} and {@link kaimingNormal_}. */
export interface KaimingOptions extends RandomOptions {
  /** The slope of leakyRelu below 0; not read for other nonlinearities. Default `0`. */
  readonly a?: number;
  /** Whether variance is to be kept on the way forward or backward. Default `"fanIn"`. */
  readonly mode?: "fanIn" | "fanOut";
  /** What follows the layer; see {@link calculateGain}. Default `"leakyRelu"`. */
  readonly nonlinearity?: Nonlinearity;
}

const rules = {
  a: { is: finiteNumber, default: 0 },
  mode: { words: ["fanIn", "fanOut"], default: "fanIn" },
  nonlinearity: nonlinearities,
  generator: { is: aGenerator },
} as const satisfies OptionRules<KaimingOptions>;

/**
 * Fills a weight `[out, in, …]` with numbers spread evenly over `±√3·std`, where `std = gain/√fan`, and returns it.
 *
 * @throws {@link TensorError} if `x` is no float tensor of two dimensions or more, or an option is unknown.
 * @see PyTorch `torch.nn.init.kaiming_uniform_`: the same numbers from the same seed. Words are in camelCase here
 * (`"fanIn"`, `"leakyRelu"`), and a tensor of no elements stays without a warning.
 * @see He et al. 2015, "Delving Deep into Rectifiers", arXiv:1502.01852, section 2.2.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = new nn.Linear(1000, 50);
 * nn.init.kaimingUniform_(layer.weight, { nonlinearity: "relu" });
 * console.log(layer.weight.abs().max().item() <= Math.sqrt(6 / 1000)); // => true
 * ```
 */
export function kaimingUniform_<T extends Tensor>(x: T, options: KaimingOptions = {}): T {
  const std = deviation("kaimingUniform_", x, options);
  const bound = Math.sqrt(3) * std;
  return noGrad(() => x.uniform_(-bound, bound, drawFrom(options)));
}

/**
 * Fills a weight `[out, in, …]` with normally distributed numbers, `std = gain/√fan`, and returns it.
 *
 * @throws {@link TensorError} if `x` is no float tensor of two dimensions or more, or an option is unknown.
 * @see PyTorch `torch.nn.init.kaiming_normal_`, with the differences of {@link kaimingUniform_}.
 * @see He et al. 2015, "Delving Deep into Rectifiers", arXiv:1502.01852, equations 10 and 14.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 *
 * const layer = new nn.Linear(1000, 50);
 * nn.init.kaimingNormal_(layer.weight, { nonlinearity: "relu" });
 * console.log(layer.weight.std().item().toFixed(3)); // => 0.045
 * ```
 */
export function kaimingNormal_<T extends Tensor>(x: T, options: KaimingOptions = {}): T {
  const std = deviation("kaimingNormal_", x, options);
  return noGrad(() => x.normal_(0, std, drawFrom(options)));
}

function deviation(where: string, x: Tensor, options: KaimingOptions): number {
  const { a, mode, nonlinearity } = optionsOf(where, options, rules);
  const fan = fans(where, x)[mode];
  const gain = gainFor(nonlinearity, a);
  return x.numel() === 0 ? 0 : gain / Math.sqrt(fan);
}
