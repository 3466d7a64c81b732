import { positive } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { huber } from "../../ops/losses/huber.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module/module.ts";
import { checkPair } from "./pair.ts";
import { type Reduction, reducedDifference, reduction } from "./reduction.ts";

/** Options of {@link huberLoss}. */
export interface HuberLossOptions {
  /** What becomes of the single losses: their mean, their sum, or nothing. Default `"mean"`. */
  readonly reduction?: Reduction;
  /** Up to which difference the error is squared, above 0. Default `1`. */
  readonly delta?: number;
}

const rules = { reduction, delta: { is: positive, default: 1 } } as const satisfies OptionRules<HuberLossOptions>;

/**
 * `d²/2` where `|d| < delta`, else `delta·(|d| − delta/2)`, with `d = input − target`, elementwise, then reduced.
 *
 * Shapes: any, and the same → `[]`, or as they are with `reduction: "none"`.
 *
 * @throws {@link TensorError} if the shapes or the dtypes differ, the reduction is unknown, or `delta` is not a finite number above 0.
 * @see PyTorch `torch.nn.functional.huber_loss`, which broadcasts with a warning, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.huberLoss(tensor([1, 2]), tensor([1, 4]), { delta: 0.5 }).item()); // => 0.4375
 * ```
 */
export function huberLoss(input: Tensor, target: Tensor, options?: HuberLossOptions): Tensor {
  return huberLossFor("huberLoss", input, target, optionsOf("huberLoss", options, rules));
}

/** {@link huberLoss} on behalf of `where`. */
function huberLossFor(
  where: string,
  input: Tensor,
  target: Tensor,
  { reduction, delta }: Required<HuberLossOptions>,
): Tensor {
  checkPair(where, input, target);
  return reducedDifference(input, target, (d) => apply(huber(delta, delta), d), reduction);
}

/**
 * The loss of `nn.functional.huberLoss`; see there for the formula, shapes and errors.
 *
 * @see PyTorch `torch.nn.HuberLoss`, which broadcasts with a warning, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.HuberLoss().forward(tensor([1, 2]), tensor([1, 4])).item()); // => 0.75
 * ```
 */
export class HuberLoss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "HuberLoss";
  /** @internal */
  static readonly evenkeelLayer: string = "HuberLoss";
  /** What becomes of the single losses. */
  readonly reduction: Reduction;
  /** Up to which difference the error is squared, above 0. */
  readonly delta: number;

  /** @param options - the reduction, and where the bend ends. */
  constructor(options: HuberLossOptions = {}) {
    const { reduction, delta } = optionsOf("HuberLoss", options, rules);
    super();
    this.reduction = reduction;
    this.delta = delta;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return huberLossFor("HuberLoss.forward", input, target, this);
  }
}
