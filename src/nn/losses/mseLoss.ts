import { checkOptions } from "../../base/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type MSELossOptions, mseLossFor } from "../functional/mseLoss.ts";
import { checkReduction, type Reduction } from "./reduction.ts";
import { layerKey } from "../module/layerClass.ts";
import { Module } from "../module/module.ts";

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
  static readonly [layerKey]: string = "MSELoss";
  /** What becomes of the single losses. */
  readonly reduction: Reduction;

  /** @param options - the reduction. */
  constructor(options: MSELossOptions = {}) {
    checkOptions("MSELoss", options, ["reduction"]);
    const { reduction = "mean" } = options;
    checkReduction("MSELoss", reduction);
    super();
    this.reduction = reduction;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return mseLossFor("MSELoss.forward", input, target, this);
  }
}
