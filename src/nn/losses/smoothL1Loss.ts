import { notNegative } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { huber } from "../../ops/losses/huber.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module/module.ts";
import { checkPair } from "./pair.ts";
import { type Reduction, reducedDifference, reduction } from "./reduction.ts";

/** Options of {@link smoothL1Loss}. */
export interface SmoothL1LossOptions {
  /** What becomes of the single losses: their mean, their sum, or nothing. Default `"mean"`. */
  readonly reduction?: Reduction;
  /** Up to which difference the error is squared, 0 or more; 0 is the absolute error. Default `1`. */
  readonly beta?: number;
}

const rules = { reduction, beta: { is: notNegative, default: 1 } } as const satisfies OptionRules<SmoothL1LossOptions>;

/**
 * `d²/(2·beta)` where `|d| < beta`, else `|d| − beta/2`, with `d = input − target`, elementwise, then reduced.
 *
 * Shapes: any, and the same → `[]`, or as they are with `reduction: "none"`.
 *
 * @throws {@link TensorError} if the shapes or the dtypes differ, the reduction is unknown, or `beta` is not a finite number of 0 or more.
 * @see PyTorch `torch.nn.functional.smooth_l1_loss`, which broadcasts with a warning, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.smoothL1Loss(tensor([1, 2]), tensor([1, 4])).item()); // => 0.75
 * ```
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options?: SmoothL1LossOptions): Tensor {
  return smoothL1LossFor("smoothL1Loss", input, target, optionsOf("smoothL1Loss", options, rules));
}

/** {@link smoothL1Loss} on behalf of `where`. */
function smoothL1LossFor(
  where: string,
  input: Tensor,
  target: Tensor,
  { reduction, beta }: Required<SmoothL1LossOptions>,
): Tensor {
  checkPair(where, input, target);
  return reducedDifference(input, target, (d) => (beta === 0 ? d.abs() : apply(huber(beta, 1), d)), reduction);
}

/**
 * The loss of `nn.functional.smoothL1Loss`; see there for the formula, shapes and errors.
 *
 * @see PyTorch `torch.nn.SmoothL1Loss`, which broadcasts with a warning, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.SmoothL1Loss({ beta: 4 }).forward(tensor([1, 2]), tensor([1, 4])).item()); // => 0.25
 * ```
 */
export class SmoothL1Loss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "SmoothL1Loss";
  /** @internal */
  static readonly evenkeelLayer: string = "SmoothL1Loss";
  /** What becomes of the single losses. */
  readonly reduction: Reduction;
  /** Up to which difference the error is squared, 0 or more; 0 is the absolute error. */
  readonly beta: number;

  /** @param options - the reduction, and where the bend ends. */
  constructor(options: SmoothL1LossOptions = {}) {
    const { reduction, beta } = optionsOf("SmoothL1Loss", options, rules);
    super();
    this.reduction = reduction;
    this.beta = beta;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1LossFor("SmoothL1Loss.forward", input, target, this);
  }
}
