import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module/module.ts";
import { checkPair } from "./pair.ts";
import { type Reduction, reducedDifference, reduction } from "./reduction.ts";

/** Options of {@link mseLoss}. */
export interface MSELossOptions {
  /** What becomes of the single losses: their mean, their sum, or nothing. Default `"mean"`. */
  readonly reduction?: Reduction;
}

const rules = { reduction } as const satisfies OptionRules<MSELossOptions>;

/**
 * The squared error `(input − target)²`, elementwise, then reduced.
 *
 * Shapes: any, and the same → `[]`, or as they are with `reduction: "none"`.
 *
 * @throws {@link TensorError} if the shapes or the dtypes differ, or the reduction is unknown.
 * @see PyTorch `torch.nn.functional.mse_loss`, which broadcasts with a warning, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.mseLoss(tensor([1, 2]), tensor([1, 4])).item()); // => 2
 * ```
 */
export function mseLoss(input: Tensor, target: Tensor, options?: MSELossOptions): Tensor {
  return mseLossFor("mseLoss", input, target, optionsOf("mseLoss", options, rules));
}

/** {@link mseLoss} on behalf of `where`. */
function mseLossFor(where: string, input: Tensor, target: Tensor, { reduction }: Required<MSELossOptions>): Tensor {
  checkPair(where, input, target);
  return reducedDifference(input, target, (d) => d.square(), reduction);
}

/**
 * The squared error; see `nn.functional.mseLoss` for the formula, shapes and errors.
 *
 * @see PyTorch `torch.nn.MSELoss`, which broadcasts with a warning, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.MSELoss({ reduction: "sum" }).forward(tensor([1, 2]), tensor([1, 4])).item()); // => 4
 * ```
 */
export class MSELoss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "MSELoss";
  /** @internal */
  static readonly evenkeelLayer: string = "MSELoss";
  /** What becomes of the single losses. */
  readonly reduction: Reduction;

  /** @param options - the reduction. */
  constructor(options: MSELossOptions = {}) {
    const { reduction } = optionsOf("MSELoss", options, rules);
    super();
    this.reduction = reduction;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLossFor("MSELoss.forward", input, target, this);
  }
}
