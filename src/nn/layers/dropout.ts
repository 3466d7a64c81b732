import type { Shape } from "../../base/dtype.ts";
import { checkOptions } from "../../base/options.ts";
import { zeros } from "../../functions/factories.ts";
import type { Generator } from "../../random/generator.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { checkFlag, checkFloats, checkGenerator, checkRange } from "../module/checks.ts";
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
export function dropout(x: Tensor, options: DropoutFunctionOptions = {}): Tensor {
  checkOptions("dropout", options, ["p", "training", "generator"]);
  return dropoutFor("dropout", x, options);
}

/**
 * @internal {@link dropout} on behalf of `where`.
 *
 * @param drawn - the shape of what is drawn, which broadcasts. Default: one number for each element.
 */
export function dropoutFor(
  where: string,
  x: Tensor,
  { p = 0.5, training = true, generator }: DropoutFunctionOptions,
  drawn?: (x: Tensor) => Shape,
): Tensor {
  checkFloats(where, "input", x);
  checkRange(where, "p", p, 0, 1);
  checkFlag(where, "training", training);
  checkGenerator(where, generator);
  const shape = drawn?.(x) ?? x.shape;
  if (!training || p === 0 || x.numel() === 0) return x;
  if (p === 1) return x.mul(0);
  const mask = zeros(shape, { dtype: x.dtype }).bernoulli_(1 - p, generator === undefined ? {} : { generator });
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
    checkOptions("Dropout", options, ["generator"]);
    checkRange("Dropout", "p", p, 0, 1);
    checkGenerator("Dropout", options.generator);
    super();
    this.p = p;
    this.generator = options.generator;
  }

  override forward(x: Tensor): Tensor {
    const { p, training, generator } = this;
    return dropoutFor("Dropout.forward", x, { p, training, ...(generator === undefined ? {} : { generator }) });
  }

  override extraRepr(): string {
    return `p=${showNumber(this.p)}`;
  }
}
