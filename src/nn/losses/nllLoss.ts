import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Indices, Tensor } from "../../tensor/tensor.ts";
import { optionalTensor } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { aLabel, checkLabels, checkScores, classWeights, labelsOf, layOut } from "./labels.ts";
import { type Reduction, reduction } from "./reduction.ts";

/** Options of {@link nllLoss}. */
export interface NLLLossOptions {
  /** A weight for each class, `[c]`, which gets no gradient. Default: 1 for all. */
  readonly weight?: Tensor | null;
  /** Labels with this value count for nothing. Default `-100`. */
  readonly ignoreIndex?: number;
  /** What becomes of the single losses; the mean divides by the sum of the weights of the labels. Default `"mean"`. */
  readonly reduction?: Reduction;
}

/** The rules of {@link NLLLossOptions}. */
export const nllLossRules = {
  weight: optionalTensor,
  ignoreIndex: { is: aLabel, default: -100 },
  reduction,
} as const satisfies OptionRules<NLLLossOptions>;

/**
 * The negative log-likelihood `−w_t·ln p_t` of int32 labels `t`, given all `ln p`, then reduced. The mean is
 * `Σ loss/Σ w_t` over the labels that count; NaN where none does.
 *
 * Shapes: `input` `[c]`, `[n, c]` or `[n, c, …]`, `target` `[]`, `[n]` or `[n, …]` → `[]`, or as `target` with
 * `reduction: "none"`.
 *
 * @throws {@link TensorError} for labels that are not int32, out of range or of another shape, and for a weight that
 * is not `[c]`.
 * @see PyTorch `torch.nn.functional.nll_loss`, whose labels are int64.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const logP = tensor([[0.5, 0.5], [0.2, 0.8]]).log();
 * console.log(nn.functional.nllLoss(logP, tensor([0, 1], { dtype: "int32" }), { reduction: "none" }));
 * // => tensor([0.6931, 0.2231])
 * ```
 */
export function nllLoss(input: Tensor, target: Indices, options?: NLLLossOptions): Tensor {
  return nllLossFor("nllLoss", input, target, optionsOf("nllLoss", options, nllLossRules));
}

/** {@link nllLoss} on behalf of `where`. */
function nllLossFor(
  where: string,
  input: Tensor,
  given: Indices,
  { weight, ignoreIndex, reduction }: Required<NLLLossOptions>,
): Tensor {
  checkScores(where, input);
  const target = labelsOf(where, input, given);
  checkLabels(where, input, target, ignoreIndex);
  const weights = classWeights(where, input, weight);
  const [n, c, d] = layOut(where, input);
  const ignored = target.eq(ignoreIndex).reshape([n, d]);
  const labels = target.reshape([n, d]).maskedFill(ignored, 0);
  const weightOfLabel = weights.index(labels).maskedFill(ignored, 0);
  const logP = input.reshape([n, c, d]).gather(1, labels.unsqueeze(1)).squeeze(1);
  const losses = logP.mul(weightOfLabel).neg().maskedFill(ignored, 0); // an ignored −∞ is no NaN
  if (reduction === "none") return losses.reshape(target.shape);
  if (reduction === "sum") return losses.sum();
  return losses.to("float64").sum().div(weightOfLabel.to("float64").sum()).to(input.dtype); // a sum may be infinite, a mean not
}

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
  static readonly evenkeelLayer: string = "NLLLoss";
  /** The weight of each class, `[c]`, or null. */
  readonly weight: Tensor | null;
  /** The label that counts for nothing. */
  readonly ignoreIndex: number;
  /** What becomes of the single losses. */
  readonly reduction: Reduction;

  /** @param options - as of `nn.functional.nllLoss`. */
  constructor(options: NLLLossOptions = {}) {
    const { weight, ignoreIndex, reduction } = optionsOf("NLLLoss", options, nllLossRules);
    super();
    this.weight = weight?.detach() ?? null;
    this.ignoreIndex = ignoreIndex;
    this.reduction = reduction;
  }

  override forward(input: Tensor, target: Indices): Tensor {
    return nllLossFor("NLLLoss.forward", input, target, this);
  }
}
