import { finiteNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { elu as op } from "../../ops/activations.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link elu}. */
export interface ELUOptions {
  /** Far below 0 the output is `−alpha`. Default `1`. */
  readonly alpha?: number;
}

const rules = { alpha: { is: finiteNumber, default: 1 } } as const satisfies OptionRules<ELUOptions>;

/**
 * `y = x` where `x > 0`, else `alpha·(eˣ − 1)`, elementwise.
 *
 * @throws {@link TensorError} if `x` is not a float tensor, or `alpha` not a finite number.
 * @see PyTorch `torch.nn.functional.elu`, without `inplace`.
 * @see Clevert et al. 2015, "Fast and Accurate Deep Network Learning by Exponential Linear Units", arXiv:1511.07289.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.elu(tensor([-1, 0, 2]))); // => tensor([-0.6321,  0.0000,  2.0000])
 * ```
 */
export function elu(x: Tensor, options?: ELUOptions): Tensor {
  return eluFor("elu", x, optionsOf("elu", options, rules).alpha);
}

function eluFor(where: string, x: Tensor, alpha: number): Tensor {
  checkFloats(where, "input", x);
  return apply(op(alpha), x);
}

/**
 * `y = x` where `x > 0`, else `alpha·(eˣ − 1)`, elementwise.
 *
 * @throws {@link TensorError} if `alpha` is not a finite number; in `forward` if the input is not a float tensor.
 * @see PyTorch `torch.nn.ELU`, without `inplace`.
 * @see Clevert et al. 2015, "Fast and Accurate Deep Network Learning by Exponential Linear Units", arXiv:1511.07289.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.ELU({ alpha: 2 }).forward(tensor([-1, 0, 2]))); // => tensor([-1.2642,  0.0000,  2.0000])
 * ```
 */
export class ELU extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "ELU";
  /** @internal */
  static readonly evenkeelLayer: string = "ELU";
  /** Far below 0 the output is `−alpha`. */
  readonly alpha: number;

  /** @param options - what it comes to far below 0. */
  constructor(options: ELUOptions = {}) {
    const { alpha } = optionsOf("ELU", options, rules);
    super();
    this.alpha = alpha;
  }

  override forward(x: Tensor): Tensor {
    return eluFor("ELU.forward", x, this.alpha);
  }

  override extraRepr(): string {
    return `alpha=${showNumber(this.alpha)}`;
  }
}
