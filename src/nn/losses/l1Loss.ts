import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module/module.ts";
import { checkPair } from "./pair.ts";
import { type Reduction, reducedDifference, reduction } from "./reduction.ts";

/** Options of {@link l1Loss}. */
export interface L1LossOptions {
  /** What becomes of the single losses: their mean, their sum, or nothing. Default `"mean"`. */
  readonly reduction?: Reduction;
}

const rules = { reduction } as const satisfies OptionRules<L1LossOptions>;

/**
 * The absolute error `|input − target|`, elementwise, then reduced.
 *
 * Shapes: any, and the same → `[]`, or as they are with `reduction: "none"`.
 *
 * @throws {@link TensorError} if the shapes or the dtypes differ, or the reduction is unknown.
 * @see PyTorch `torch.nn.functional.l1_loss`, which broadcasts with a warning, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.l1Loss(tensor([1, 2]), tensor([1, 4])).item()); // => 1
 * ```
 */
export function l1Loss(input: Tensor, target: Tensor, options?: L1LossOptions): Tensor {
  return l1LossFor("l1Loss", input, target, optionsOf("l1Loss", options, rules));
}

/** {@link l1Loss} on behalf of `where`. */
function l1LossFor(where: string, input: Tensor, target: Tensor, { reduction }: Required<L1LossOptions>): Tensor {
  checkPair(where, input, target);
  return reducedDifference(input, target, (d) => d.abs(), reduction);
}

/**
 * The absolute error; see `nn.functional.l1Loss` for the formula, shapes and errors.
 *
 * @see PyTorch `torch.nn.L1Loss`, which broadcasts with a warning, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.L1Loss({ reduction: "sum" }).forward(tensor([1, 2]), tensor([1, 4])).item()); // => 2
 * ```
 */
export class L1Loss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "L1Loss";
  /** @internal */
  static readonly evenkeelLayer: string = "L1Loss";
  /** What becomes of the single losses. */
  readonly reduction: Reduction;

  /** @param options - the reduction. */
  constructor(options: L1LossOptions = {}) {
    const { reduction } = optionsOf("L1Loss", options, rules);
    super();
    this.reduction = reduction;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return l1LossFor("L1Loss.forward", input, target, this);
  }
}
