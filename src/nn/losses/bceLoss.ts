import { inTurn } from "../../autograd/hidden.ts";
import { TensorError } from "../../base/errors.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { whole } from "../../base/shared.ts";
import { elementOf, type NDArray } from "../../kernels/array.ts";
import { firstOutside } from "../../kernels/beside/firstOutside.ts";
import { kernels } from "../../kernels/index.ts";
import { refuseDetached } from "../../kernels/memory/detached.ts";
import { binaryCrossEntropy as op } from "../../ops/losses/binaryCrossEntropy.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { optionalTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { checkPair, weightFor } from "./pair.ts";
import { type Reduction, reducedInTurn, reduction } from "./reduction.ts";

/** Options of {@link binaryCrossEntropy}. */
export interface BCELossOptions {
  /** What each loss is multiplied by; broadcasts, and gets no gradient. Default: 1 for all. */
  readonly weight?: Tensor | null;
  /** What becomes of the single losses: their mean, their sum, or nothing. Default `"mean"`. */
  readonly reduction?: Reduction;
}

/** The rules of {@link BCELossOptions}. */
export const bceLossRules = { weight: optionalTensor, reduction } as const satisfies OptionRules<BCELossOptions>;

/**
 * Binary cross-entropy of probabilities `p = input` and targets `t`, `−t·ln p − (1 − t)·ln(1 − p)`, elementwise, then reduced.
 * No logarithm is below −100, and the slope is finite at 0 and 1.
 *
 * Of logits, {@link binaryCrossEntropyWithLogits} is the same without what rounding takes from probabilities near 1.
 *
 * Shapes: any, and the same → `[]`, or as they are with `reduction: "none"`.
 *
 * @throws {@link TensorError} if the shapes or the dtypes differ, an input is not from 0 to 1, a weight does not broadcast to the
 * input, or the reduction is unknown.
 * @see PyTorch `torch.nn.functional.binary_cross_entropy`, which also refuses a weight that wants a gradient.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(nn.functional.binaryCrossEntropy(tensor([0.8, 0.3]), tensor([1, 0]))); // => tensor(0.2899)
 * ```
 */
export function binaryCrossEntropy(input: Tensor, target: Tensor, options?: BCELossOptions): Tensor {
  const where = "binaryCrossEntropy";
  return binaryCrossEntropyFor(where, input, target, optionsOf(where, options, bceLossRules));
}

/** {@link binaryCrossEntropy} on behalf of `where`. */
function binaryCrossEntropyFor(
  where: string,
  input: Tensor,
  target: Tensor,
  { weight, reduction }: Required<BCELossOptions>,
): Tensor {
  checkPair(where, input, target);
  const weights = weight === null ? null : weightFor(where, "weight", weight, input);
  checkProbabilities(where, input);
  const losses = () => apply(op, input, target);
  const weighted = () => (weights === null ? losses() : inTurn(losses, (y) => y.mul(weights)));
  return reducedInTurn(weighted, reduction);
}

function checkProbabilities(where: string, input: Tensor): void {
  refuseDetached(where, input.array);
  whole("a check of probabilities", [input.array, where], refuseImprobable, "looks");
}

function refuseImprobable(input: NDArray, where: string): void {
  const at = firstOutside(kernels(), input, 0, 1);
  if (at < 0) return;
  throw new TensorError(where, {
    expected: "probabilities from 0 to 1 as input",
    got: `${elementOf(input, at)}`,
    hint: "Of logits take binaryCrossEntropyWithLogits, or input.sigmoid().",
  });
}

/**
 * Binary cross-entropy of probabilities; see `nn.functional.binaryCrossEntropy` for the formula, shapes and errors.
 *
 * @see PyTorch `torch.nn.BCELoss`. The weight is a buffer, in the state dict too, as there.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * console.log(new nn.BCELoss({ reduction: "none" }).forward(tensor([0.8, 0.3]), tensor([1, 0])));
 * // => tensor([0.2231, 0.3567])
 * ```
 */
export class BCELoss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "BCELoss";
  /** @internal */
  static readonly evenkeelLayer: string = "BCELoss";
  /** What each loss is multiplied by, or null. */
  readonly weight: Tensor | null;
  /** What becomes of the single losses. */
  readonly reduction: Reduction;

  /** @param options - as of `nn.functional.binaryCrossEntropy`. */
  constructor(options: BCELossOptions = {}) {
    const { weight, reduction } = optionsOf("BCELoss", options, bceLossRules);
    super();
    this.weight = weight?.detach() ?? null;
    this.reduction = reduction;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyFor("BCELoss.forward", input, target, this);
  }
}
