import { finiteNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { leakyRelu as op } from "../../ops/activations.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link leakyRelu}. */
export interface LeakyReLUOptions {
  /** What numbers below 0 are multiplied by. Default `0.01`. */
  readonly negativeSlope?: number;
}

const rules = { negativeSlope: { is: finiteNumber, default: 0.01 } } as const satisfies OptionRules<LeakyReLUOptions>;

/**
 * `y = x` where `x > 0`, else `negativeSlope·x`, elementwise; the gradient at 0 is `negativeSlope`.
 *
 * @throws {@link TensorError} if `x` is not a float tensor, or the slope is not a finite number.
 * @see PyTorch `torch.nn.functional.leaky_relu`, without `inplace`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.leakyRelu(tensor([-1, 0, 2]), { negativeSlope: 0.5 })); // => tensor([-0.5000,  0.0000,  2.0000])
 * ```
 */
export function leakyRelu(x: Tensor, options?: LeakyReLUOptions): Tensor {
  return leakyReluFor("leakyRelu", x, optionsOf("leakyRelu", options, rules).negativeSlope);
}

function leakyReluFor(where: string, x: Tensor, negativeSlope: number): Tensor {
  checkFloats(where, "input", x);
  return apply(op(negativeSlope), x);
}

/**
 * `y = x` where `x > 0`, else `negativeSlope·x`, elementwise; the gradient at 0 is `negativeSlope`.
 *
 * @throws {@link TensorError} if the slope is not a finite number; in `forward` if the input is not a float tensor.
 * @see PyTorch `torch.nn.LeakyReLU`, without `inplace`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.LeakyReLU({ negativeSlope: 0.5 }).forward(tensor([-1, 0, 2]))); // => tensor([-0.5000,  0.0000,  2.0000])
 * ```
 */
export class LeakyReLU extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "LeakyReLU";
  /** @internal */
  static readonly evenkeelLayer: string = "LeakyReLU";
  /** What numbers below 0 are multiplied by. */
  readonly negativeSlope: number;

  /** @param options - the slope below 0. */
  constructor(options: LeakyReLUOptions = {}) {
    const { negativeSlope } = optionsOf("LeakyReLU", options, rules);
    super();
    this.negativeSlope = negativeSlope;
  }

  override forward(x: Tensor): Tensor {
    return leakyReluFor("LeakyReLU.forward", x, this.negativeSlope);
  }

  override extraRepr(): string {
    return `negativeSlope=${showNumber(this.negativeSlope)}`;
  }
}
