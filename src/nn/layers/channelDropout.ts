import { show, TensorError } from "../../base/errors.ts";
import { optionsOf } from "../../base/optionRules.ts";
import type { Generator } from "../../random/generator.ts";
import type { RandomOptions, Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module/module.ts";
import { showNumber } from "../module/repr.ts";
import { checkDropout, type DropoutFunctionOptions, dropoutFor, dropoutRules } from "./dropout.ts";

/** One number for each channel of sequences `[n, c, l]` or `[c, l]`. */
function ofSequences(where: string) {
  return ({ shape }: Tensor): readonly number[] => {
    if (shape.length === 3 || shape.length === 2) return [...shape.slice(0, -1), 1];
    throw new TensorError(where, { expected: "an input [n, c, l] or [c, l]", got: show(shape) });
  };
}

/** One number for each channel of pictures `[n, c, h, w]`. */
function ofPictures(where: string) {
  return ({ shape }: Tensor): readonly number[] => {
    if (shape.length === 4) return [shape[0], shape[1], 1, 1];
    throw new TensorError(where, {
      expected: "an input [n, c, h, w]",
      got: show(shape),
      hint: shape.length === 3 ? "For one picture: x.unsqueeze(0). For sequences [n, c, l]: dropout1d." : "",
    });
  };
}

/**
 * Sets whole channels of sequences to 0 at random, and scales the others by `1/(1 − p)`.
 *
 * Draws one random number per channel of each example; none where nothing is dropped or all is.
 *
 * Shapes: `[n, c, l]` or `[c, l]` → the same.
 *
 * @throws {@link TensorError} if `p` is not from 0 to 1, or `x` has another shape or is no float tensor.
 * @see PyTorch `torch.nn.functional.dropout1d`, without `inplace`: the same channels from the same seed, but see
 * {@link dropout}.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, ones } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(nn.functional.dropout1d(ones([3, 2])));
 * // => tensor([[0., 0.],
 * //         [0., 0.],
 * //         [2., 2.]])
 * ```
 */
export function dropout1d(x: Tensor, options?: DropoutFunctionOptions): Tensor {
  return dropoutFor("dropout1d", x, optionsOf("dropout1d", options, dropoutRules), ofSequences("dropout1d"));
}

/**
 * Sets whole channels of pictures to 0 at random, and scales the others by `1/(1 − p)`.
 *
 * Draws one random number per channel of each example; none where nothing is dropped or all is.
 *
 * Shapes: `[n, c, h, w]` → the same.
 *
 * @throws {@link TensorError} if `p` is not from 0 to 1, or `x` has another shape or is no float tensor.
 * @see PyTorch `torch.nn.functional.dropout2d`, without `inplace`: the same channels from the same seed, but see
 * {@link dropout}. That takes `[n, c, l]` too, with a warning; here {@link dropout1d} does.
 *
 * @example
 * ```ts
 * import { manualSeed, nn, ones } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(nn.functional.dropout2d(ones([1, 3, 1, 2])).flatten()); // => tensor([0., 0., 0., 0., 2., 2.])
 * ```
 */
export function dropout2d(x: Tensor, options?: DropoutFunctionOptions): Tensor {
  return dropoutFor("dropout2d", x, optionsOf("dropout2d", options, dropoutRules), ofPictures("dropout2d"));
}

/** What drops whole channels. */
abstract class ChannelDropout extends Module {
  /** The probability with which a channel becomes 0. */
  readonly p: number;
  /** Where the random numbers come from, if not from the default generator. */
  readonly generator: Generator | undefined;

  /** @param p - default 0.5. */
  constructor(where: string, p: number, options: RandomOptions) {
    const generator = checkDropout(where, p, options);
    super();
    this.p = p;
    this.generator = generator;
  }

  override extraRepr(): string {
    return `p=${showNumber(this.p)}`;
  }
}

/**
 * Sets whole channels of sequences to 0 with probability `p` while training, and scales the others by `1/(1 − p)`; evaluating,
 * it passes its input on as it is, and draws nothing.
 *
 * Neighbours along a sequence are often alike, so that single elements dropped would be filled in by those beside them.
 *
 * Shapes: `[n, c, l]` or `[c, l]` → the same.
 *
 * @throws {@link TensorError} if `p` is not from 0 to 1; in `forward` for an input of another shape, or no floats.
 * @see PyTorch `torch.nn.Dropout1d`, without `inplace`: the same channels from the same seed, but see
 * `nn.functional.dropout`. The module can have a generator of its own.
 * @see Tompson et al. 2014, "Efficient Object Localization Using Convolutional Networks", arXiv:1411.4280.
 *
 * @example
 * ```ts
 * import { Generator, nn, ones } from "evenkeel";
 *
 * const drop = new nn.Dropout1d(0.5, { generator: new Generator().manualSeed(0) });
 * console.log(drop.forward(ones([1, 3, 2])).flatten()); // => tensor([0., 0., 0., 0., 2., 2.])
 * ```
 */
export class Dropout1d extends ChannelDropout {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Dropout1d";
  /** @internal */
  static readonly evenkeelLayer: string = "Dropout1d";

  /** @param p - default 0.5. */
  constructor(p = 0.5, options: RandomOptions = {}) {
    super("Dropout1d", p, options);
  }

  override forward(x: Tensor): Tensor {
    return dropoutFor("Dropout1d.forward", x, this, ofSequences("Dropout1d.forward"));
  }
}

/**
 * Sets whole channels of pictures to 0 with probability `p` while training, and scales the others by `1/(1 − p)`; evaluating,
 * it passes its input on as it is, and draws nothing.
 *
 * Neighbours in a picture are often alike, so that single elements dropped would be filled in by those beside them.
 *
 * Shapes: `[n, c, h, w]` → the same.
 *
 * @throws {@link TensorError} if `p` is not from 0 to 1; in `forward` for an input of another shape, or no floats.
 * @see PyTorch `torch.nn.Dropout2d`, without `inplace`: the same channels from the same seed, but see
 * `nn.functional.dropout`. That takes `[n, c, l]` too, with a warning; here {@link Dropout1d} does. The module can have a
 * generator of its own.
 * @see Tompson et al. 2014, "Efficient Object Localization Using Convolutional Networks", arXiv:1411.4280.
 *
 * @example
 * ```ts
 * import { Generator, nn, ones } from "evenkeel";
 *
 * const drop = new nn.Dropout2d(0.5, { generator: new Generator().manualSeed(0) });
 * console.log(drop.forward(ones([1, 3, 1, 2])).flatten()); // => tensor([0., 0., 0., 0., 2., 2.])
 * ```
 */
export class Dropout2d extends ChannelDropout {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Dropout2d";
  /** @internal */
  static readonly evenkeelLayer: string = "Dropout2d";

  /** @param p - default 0.5. */
  constructor(p = 0.5, options: RandomOptions = {}) {
    super("Dropout2d", p, options);
  }

  override forward(x: Tensor): Tensor {
    return dropoutFor("Dropout2d.forward", x, this, ofPictures("Dropout2d.forward"));
  }
}
