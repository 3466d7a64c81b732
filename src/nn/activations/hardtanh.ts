import { TensorError } from "../../base/errors.ts";
import { aNumber } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { hardtanh as op } from "../../ops/activations.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkFloats } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { showNumber } from "../module/repr.ts";

/** Options of {@link hardtanh}. */
export interface HardtanhOptions {
  /** The least output. Default `-1`. */
  readonly minVal?: number;
  /** The largest output, above the least. Default `1`. */
  readonly maxVal?: number;
}

const rules = {
  minVal: { is: aNumber, default: -1 },
  maxVal: { is: aNumber, default: 1 },
} as const satisfies OptionRules<HardtanhOptions>;

function boundsOf(where: string, options?: HardtanhOptions): Required<HardtanhOptions> {
  const { minVal, maxVal } = optionsOf(where, options, rules);
  if (minVal < maxVal) return { minVal, maxVal };
  throw new TensorError(where, { expected: "a minVal below maxVal", got: `${minVal} and ${maxVal}` });
}

/**
 * `y = min(max(x, minVal), maxVal)`, elementwise; the gradient at the bounds is 0.
 *
 * @throws {@link TensorError} if `x` is not a float tensor, or `minVal` not below `maxVal`.
 * @see PyTorch `torch.nn.functional.hardtanh`, without `inplace`; that takes whole numbers too.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.hardtanh(tensor([-3, 0.5, 3]))); // => tensor([-1.0000,  0.5000,  1.0000])
 * ```
 */
export function hardtanh(x: Tensor, options?: HardtanhOptions): Tensor {
  return hardtanhFor("hardtanh", x, boundsOf("hardtanh", options));
}

function hardtanhFor(where: string, x: Tensor, { minVal, maxVal }: Required<HardtanhOptions>): Tensor {
  checkFloats(where, "input", x);
  return apply(op(minVal, maxVal), x);
}

/**
 * `y = min(max(x, minVal), maxVal)`, elementwise; the gradient at the bounds is 0.
 *
 * @throws {@link TensorError} if `minVal` is not below `maxVal`; in `forward` if the input is not a float tensor.
 * @see PyTorch `torch.nn.Hardtanh`, without `inplace`; that takes whole numbers too.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.Hardtanh({ minVal: 0, maxVal: 6 }).forward(tensor([-3, 2, 8]))); // => tensor([0., 2., 6.])
 * ```
 */
export class Hardtanh extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "Hardtanh";
  /** @internal */
  static readonly evenkeelLayer: string = "Hardtanh";
  /** The least output. */
  readonly minVal: number;
  /** The largest output. */
  readonly maxVal: number;

  /** @param options - the bounds. */
  constructor(options: HardtanhOptions = {}) {
    const { minVal, maxVal } = boundsOf("Hardtanh", options);
    super();
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  override forward(x: Tensor): Tensor {
    return hardtanhFor("Hardtanh.forward", x, this);
  }

  override extraRepr(): string {
    return `minVal=${showNumber(this.minVal)}, maxVal=${showNumber(this.maxVal)}`;
  }
}
