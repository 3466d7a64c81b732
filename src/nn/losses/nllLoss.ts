import { checkOptions } from "../../base/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";
import { checkIgnoreIndex } from "./labels.ts";
import { type NLLLossOptions, nllLossFor, nllLossOptionNames } from "../functional/nllLoss.ts";
import { checkReduction, type Reduction } from "./reduction.ts";
import { layerKey } from "../module/layerClass.ts";
import { Module } from "../module/module.ts";

/**
 * The negative log-likelihood of int32 labels, given log-probabilities; see `nn.functional.nllLoss` for the formula,
 * shapes and errors.
 *
 * @see PyTorch `torch.nn.NLLLoss`. The weight is a buffer, in the state dict too, as there.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const logP = tensor([[0.5, 0.5], [0.2, 0.8]]).log();
 * console.log(new nn.NLLLoss().forward(logP, tensor([0, 1], { dtype: "int32" }))); // => tensor(0.4581)
 * ```
 */
export class NLLLoss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "NLLLoss";
  /** @internal */
  static readonly [layerKey]: string = "NLLLoss";
  /** The weight of each class, `[c]`, or null. */
  readonly weight: Tensor | null;
  /** The label that counts for nothing. */
  readonly ignoreIndex: number;
  /** What becomes of the single losses. */
  readonly reduction: Reduction;

  /** @param options - as of `nn.functional.nllLoss`. */
  constructor(options: NLLLossOptions = {}) {
    checkOptions("NLLLoss", options, nllLossOptionNames);
    const { weight = null, ignoreIndex = -100, reduction = "mean" } = options;
    checkReduction("NLLLoss", reduction);
    checkIgnoreIndex("NLLLoss", ignoreIndex);
    if (weight !== null) checkTensor("NLLLoss", "weight", weight);
    super();
    this.weight = weight?.detach() ?? null;
    this.ignoreIndex = ignoreIndex;
    this.reduction = reduction;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return nllLossFor("NLLLoss.forward", input, target, this);
  }
}
