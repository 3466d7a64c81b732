import { inTurn } from "../../autograd/hidden.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import {
  binaryCrossEntropyWithLogits as op,
  weightedCrossEntropyWithLogits,
} from "../../ops/losses/binaryCrossEntropy.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { optionalTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { type BCELossOptions, bceLossRules } from "./bceLoss.ts";
import { checkPair, weightFor } from "./pair.ts";
import { type Reduction, reducedInTurn } from "./reduction.ts";

/** Options of {@link binaryCrossEntropyWithLogits}. */
export interface BCEWithLogitsLossOptions extends BCELossOptions {
  /** What the part of the target counts, for classes that are rare; broadcasts, and gets no gradient. Default: 1 for all. */
  readonly posWeight?: Tensor | null;
}

const rules = /* @__PURE__ */ Object.assign({}, bceLossRules, {
  posWeight: optionalTensor,
}) satisfies OptionRules<BCEWithLogitsLossOptions>;

/**
 * Binary cross-entropy of logits `x = input` and targets `t`, `−posWeight·t·ln σ(x) − (1 − t)·ln(1 − σ(x))` with
 * `σ(x) = sigmoid(x)`, elementwise, times `weight`, then reduced. Without overflow.
 *
 * Shapes: any, and the same → `[]`, or as they are with `reduction: "none"`. A `posWeight` `[c]` is for the last dimension, one
 * number per class.
 *
 * @throws {@link TensorError} if the shapes or the dtypes differ, a weight does not broadcast to the input, or the reduction is
 * unknown.
 * @see PyTorch `torch.nn.functional.binary_cross_entropy_with_logits`, which also refuses weights that want gradients.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const [logits, target] = [tensor([2, -1]), tensor([1, 0])];
 * console.log(nn.functional.binaryCrossEntropyWithLogits(logits, target)); // => tensor(0.2201)
 * ```
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options?: BCEWithLogitsLossOptions,
): Tensor {
  const where = "binaryCrossEntropyWithLogits";
  return withLogitsFor(where, input, target, optionsOf(where, options, rules));
}

/** {@link binaryCrossEntropyWithLogits} on behalf of `where`. */
function withLogitsFor(
  where: string,
  input: Tensor,
  target: Tensor,
  { weight, reduction, posWeight }: Required<BCEWithLogitsLossOptions>,
): Tensor {
  checkPair(where, input, target);
  const weights = weight === null ? null : weightFor(where, "weight", weight, input);
  const losses = () =>
    posWeight === null
      ? apply(op, input, target)
      : apply(weightedCrossEntropyWithLogits, input, target, weightFor(where, "posWeight", posWeight, input));
  const weighted = () => (weights === null ? losses() : inTurn(losses, (y) => y.mul(weights)));
  return reducedInTurn(weighted, reduction);
}

/**
 * Binary cross-entropy of logits; see `nn.functional.binaryCrossEntropyWithLogits` for the formula, shapes and errors.
 *
 * @see PyTorch `torch.nn.BCEWithLogitsLoss`. The weights are buffers, in the state dict too, as there.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const criterion = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) });
 * console.log(criterion.forward(tensor([[2], [-1]]), tensor([[1], [0]]))); // => tensor(0.3470)
 * ```
 */
export class BCEWithLogitsLoss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "BCEWithLogitsLoss";
  /** @internal */
  static readonly evenkeelLayer: string = "BCEWithLogitsLoss";
  /** What each loss is multiplied by, or null. */
  readonly weight: Tensor | null;
  /** What becomes of the single losses. */
  readonly reduction: Reduction;
  /** What the part of the target counts, or null. */
  readonly posWeight: Tensor | null;

  /** @param options - as of `nn.functional.binaryCrossEntropyWithLogits`. */
  constructor(options: BCEWithLogitsLossOptions = {}) {
    const { weight, reduction, posWeight } = optionsOf("BCEWithLogitsLoss", options, rules);
    super();
    this.weight = weight?.detach() ?? null;
    this.reduction = reduction;
    this.posWeight = posWeight?.detach() ?? null;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return withLogitsFor("BCEWithLogitsLoss.forward", input, target, this);
  }
}
