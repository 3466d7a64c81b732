import { isGradEnabled } from "../../autograd/gradMode.ts";
import { isFloat } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { share } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { sameShape } from "../../base/shapes.ts";
import type { CrossEntropySettings } from "../../kernels/kernels.ts";
import { crossEntropy as fused } from "../../ops/losses/crossEntropy.ts";
import { apply, type Indices, type Tensor } from "../../tensor/tensor.ts";
import { checkSameDtype } from "../module/checks.ts";
import { Module } from "../module/module.ts";
import { checkLabels, checkScores, checkWeight, classWeights, labelsOf, layOut } from "./labels.ts";
import { type NLLLossOptions, nllLossRules } from "./nllLoss.ts";
import { type Reduction, reduced } from "./reduction.ts";

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends NLLLossOptions {
  /** The share ε of the target that is spread evenly over all classes, from 0 to 1. Default `0`. */
  readonly labelSmoothing?: number;
}

const rules = /* @__PURE__ */ Object.assign({}, nllLossRules, {
  labelSmoothing: { is: share, default: 0 },
} as const) satisfies OptionRules<CrossEntropyOptions>;

/**
 * Cross-entropy of logits and int32 labels `t`, `−(1 − ε)·w_t·ln p_t − ε/c·Σ_j w_j·ln p_j` with `p = softmax(input)`;
 * or of logits and probabilities `q`, `−Σ_j w_j·(q_j·(1 − ε) + ε/c)·ln p_j`; then reduced. Without overflow.
 *
 * The mean over labels divides by the sum of the weights of those that count, and is NaN where none does; the mean over
 * probabilities divides by their number. Probabilities get a gradient too, the weight never.
 *
 * Shapes: `input` `[c]`, `[n, c]` or `[n, c, …]`; `target` int32 `[]`, `[n]` or `[n, …]`, or float as `input` → `[]`,
 * or one loss per label with `reduction: "none"`.
 *
 * @throws {@link TensorError} for labels that are not int32 or out of range, shapes that do not fit, a weight that is
 * not `[c]`, an unknown reduction, `labelSmoothing` out of range, or `ignoreIndex` of 0 or more with probabilities.
 * @see PyTorch `torch.nn.functional.cross_entropy`, whose labels are int64. It takes a negative `label_smoothing` for
 * 0; later versions take one label as `[1]` for logits `[c]`; and with probabilities the weight gets a gradient there.
 * @see Szegedy et al. 2016, "Rethinking the Inception Architecture", arXiv:1512.00567, section 7, for the smoothing.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const logits = tensor([[1, 2, 3], [1, 0, -1]]);
 * const labels = tensor([2, 0], { dtype: "int32" });
 * console.log(nn.functional.crossEntropy(logits, labels)); // => tensor(0.4076)
 * console.log(nn.functional.crossEntropy(logits, labels, { labelSmoothing: 0.1 })); // => tensor(0.5076)
 * ```
 */
export function crossEntropy(input: Tensor, target: Indices, options?: CrossEntropyOptions): Tensor {
  return crossEntropyFor("crossEntropy", input, target, optionsOf("crossEntropy", options, rules));
}

/** {@link crossEntropy} on behalf of `where`. */
function crossEntropyFor(
  where: string,
  input: Tensor,
  labels: Indices,
  { weight, ignoreIndex, reduction, labelSmoothing }: Required<CrossEntropyOptions>,
): Tensor {
  const settings = { ignoreIndex, reduction, labelSmoothing };
  checkScores(where, input);
  const target = labelsOf(where, input, labels);
  checkWeight(where, input, weight);
  if (isFloat(target.dtype) && sameShape(target.shape, input.shape)) {
    return fromProbabilities(where, input, target, classWeights(where, input, weight), settings);
  }
  checkLabels(where, input, target, ignoreIndex);
  const op = fused(settings, isGradEnabled() && input.requiresGrad);
  const isSingle = input.ndim === 1;
  const x = isSingle ? input.unsqueeze(0) : input;
  const t = isSingle ? target.unsqueeze(0) : target;
  const losses = weight === null ? apply(op, x, t) : apply(op, x, t, weight.detach());
  return isSingle && reduction === "none" ? losses.squeeze(0) : losses;
}

function fromProbabilities(
  where: string,
  input: Tensor,
  target: Tensor,
  weights: Tensor,
  { ignoreIndex, reduction, labelSmoothing }: CrossEntropySettings,
): Tensor {
  checkSameDtype(where, "target", target, input);
  if (ignoreIndex >= 0) {
    throw new TensorError(where, {
      expected: "int32 labels where there is an ignoreIndex of 0 or more",
      got: `${describe(target)} of probabilities, and ignoreIndex ${ignoreIndex}`,
      hint: "A probability cannot be ignored: leave its row out.",
    });
  }
  const [n, c, d] = layOut(where, input);
  const wanted = target
    .reshape([n, c, d])
    .mul(1 - labelSmoothing)
    .add(labelSmoothing / c);
  const logP = input.reshape([n, c, d]).logSoftmax(1);
  const losses = logP
    .mul(wanted)
    .mul(weights.reshape([1, c, 1]))
    .sum(1)
    .neg();
  const shape = input.ndim === 1 ? [] : input.shape.filter((_, dim) => dim !== 1);
  return reduction === "none" ? losses.reshape(shape) : reduced(losses, reduction);
}

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
  static readonly evenkeelLayer: string = "CrossEntropyLoss";
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
    const { weight, ignoreIndex, reduction, labelSmoothing } = optionsOf("CrossEntropyLoss", options, rules);
    super();
    this.weight = weight?.detach() ?? null;
    this.ignoreIndex = ignoreIndex;
    this.reduction = reduction;
    this.labelSmoothing = labelSmoothing;
  }

  override forward(input: Tensor, target: Indices): Tensor {
    return crossEntropyFor("CrossEntropyLoss.forward", input, target, this);
  }
}
