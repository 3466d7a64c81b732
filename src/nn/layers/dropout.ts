import type { Shape } from "../../base/dtype.ts";
import { flag, share } from "../../base/optionKinds.ts";
import { checkRule, type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { zeros } from "../../functions/factories.ts";
import { aGenerator, type Generator } from "../../random/generator.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { drawFrom } from "../init/fill.ts";
import { checkFloats } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link dropout}. */
export interface DropoutFunctionOptions {
  /** The probability with which an element becomes 0. Default `0.5`. */
  readonly p?: number;
  /** Whether to drop anything at all. Default `true`. */
  readonly training?: boolean;
  /** Where the random numbers come from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

/** The options with their defaults, as layers have them too. */
interface Dropping extends Required<Omit<DropoutFunctionOptions, "generator">> {
  readonly generator: Generator | undefined;
}

/** The rules of {@link DropoutFunctionOptions}. */
export const dropoutRules = {
  p: { is: share, default: 0.5 },
  training: { is: flag, default: true },
  generator: { is: aGenerator },
} as const satisfies OptionRules<DropoutFunctionOptions>;

/** The options of a layer that drops, beside its `p`. */
const layerRules = { generator: { is: aGenerator } } as const satisfies OptionRules<RandomOptions>;

/** Where a layer draws from, and with what probability; refused where it makes no sense. */
export function checkDropout(where: string, p: number, options: RandomOptions): Generator | undefined {
  checkRule(where, dropoutRules.p, "p", p);
  return optionsOf(where, options, layerRules).generator;
}

/**
 * Sets elements to 0 at random, and scales the others so that the mean stays: `y = x·mask/(1 − p)`.
 *
 * Draws one random number per element; none where nothing is dropped (`p` of 0, or not training) or all is (`p` of 1).
 *
 * Shapes: any → the same.
 *
 * @throws {@link TensorError} if `p` is not from 0 to 1, or `x` no float tensor.
 * @see PyTorch `torch.nn.functional.dropout`: the same elements from the same seed, on x86-64 without MKL (on Intel's
 * processors PyTorch draws from another generator). There is no `inplace`.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, ones } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(nn.functional.dropout(ones([4]), { p: 0.5 })); // => tensor([0., 0., 2., 0.])
 * ```
 */
export function dropout(x: Tensor, options?: DropoutFunctionOptions): Tensor {
  return dropoutFor("dropout", x, optionsOf("dropout", options, dropoutRules));
}

/**
 * @internal {@link dropout} on behalf of `where`.
 *
 * @param drawn - the shape of what is drawn, which broadcasts. Default: one number for each element.
 */
export function dropoutFor(
  where: string,
  x: Tensor,
  { p, training, generator }: Dropping,
  drawn?: (x: Tensor) => Shape,
): Tensor {
  checkFloats(where, "input", x);
  checkRule(where, dropoutRules.training, "training", training); // a field of a layer, which anyone may set
  const shape = drawn?.(x) ?? x.shape;
  if (!training || p === 0 || x.numel() === 0) return x;
  if (p === 1) return x.mul(0);
  const mask = zeros(shape, { dtype: x.dtype }).bernoulli_(1 - p, drawFrom({ generator }));
  return x.mul(mask.div(1 - p));
}

/**
 * Sets elements to 0 with probability `p` while training, and scales the others by `1/(1 − p)`; evaluating, it passes
 * its input on as it is, and draws nothing.
 *
 * Shapes: any → the same.
 *
 * @throws {@link TensorError} if `p` is not from 0 to 1, or an input is no float tensor.
 * @see PyTorch `torch.nn.Dropout`: the same elements from the same seed, but see `nn.functional.dropout`. There is no
 * `inplace`; and the module can have a generator of its own.
 * @see Srivastava et al. 2014, "Dropout: A Simple Way to Prevent Neural Networks from Overfitting".
 *
 * @example
 * ```ts
 * import { Generator, nn, ones } from "evenkeel";
 *
 * const drop = new nn.Dropout(0.5, { generator: new Generator().manualSeed(0) });
 * console.log(drop.forward(ones([4]))); // => tensor([0., 0., 2., 0.])
 * console.log(drop.eval().forward(ones([4]))); // => tensor([1., 1., 1., 1.])
 * ```
 */
export class Dropout extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Dropout";
  /** @internal */
  static readonly evenkeelLayer: string = "Dropout";
  /** The probability with which an element becomes 0. */
  readonly p: number;
  /** Where the random numbers come from, if not from the default generator. */
  readonly generator: Generator | undefined;

  /** @param p - default 0.5. */
  constructor(p = 0.5, options: RandomOptions = {}) {
    const generator = checkDropout("Dropout", p, options);
    super();
    this.p = p;
    this.generator = generator;
  }

  override forward(x: Tensor): Tensor {
    return dropoutFor("Dropout.forward", x, this);
  }

  override extraRepr(): string {
    return `p=${showNumber(this.p)}`;
  }
}
