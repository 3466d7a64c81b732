import { checkOptions } from "../../base/options.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkTensor } from "../module/checks.ts";
import {
  type CrossEntropyOptions,
  checkCrossEntropy,
  crossEntropyFor,
  crossEntropyOptionNames,
} from "../functional/crossEntropy.ts";
import type { Reduction } from "./reduction.ts";
import { layerKey } from "../module/layerClass.ts";
import { Module } from "../module/module.ts";

/**
 * The loss of a classifier: cross-entropy of logits and int32 labels, or probabilities; see
 * `nn.functional.crossEntropy` for the formula, shapes and errors.
 *
 * @see PyTorch `torch.nn.CrossEntropyLoss`. The weight is a buffer, in the state dict too, as there.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const criterion = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 });
 * const logits = tensor([[2, 0, 0], [0, 2, 0]]);
 * console.log(criterion.forward(logits, tensor([0, 1], { dtype: "int32" }))); // => tensor(0.3729)
 * ```
 */
export class CrossEntropyLoss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "CrossEntropyLoss";
  /** @internal */
  static readonly [layerKey]: string = "CrossEntropyLoss";
  /** The weight of each class, `[c]`, or null. */
  readonly weight: Tensor | null;
  /** The label that counts for nothing. */
  readonly ignoreIndex: number;
  /** What becomes of the single losses. */
  readonly reduction: Reduction;
  /** The share of the target that is spread over all classes. */
  readonly labelSmoothing: number;

  /** @param options - as of `nn.functional.crossEntropy`. */
  constructor(options: CrossEntropyOptions = {}) {
    checkOptions("CrossEntropyLoss", options, crossEntropyOptionNames);
    const { weight, ignoreIndex, reduction, labelSmoothing } = checkCrossEntropy("CrossEntropyLoss", options);
    if (weight !== null) checkTensor("CrossEntropyLoss", "weight", weight);
    super();
    this.weight = weight?.detach() ?? null;
    this.ignoreIndex = ignoreIndex;
    this.reduction = reduction;
    this.labelSmoothing = labelSmoothing;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropyFor("CrossEntropyLoss.forward", input, target, this);
  }
}
