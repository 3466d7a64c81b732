import { flag } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { timesLog } from "../../ops/losses/divergence.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { Module } from "../module/module.ts";
import { checkPair } from "./pair.ts";
import { type Reduction, reduced } from "./reduction.ts";

/** Options of {@link klDiv}. */
export interface KLDivLossOptions {
  /** What becomes of the single losses; `"batchmean"` is their sum over the number of examples. Default `"mean"`. */
  readonly reduction?: Reduction | "batchmean";
  /** Whether the target is logarithms of probabilities. Default `false`. */
  readonly logTarget?: boolean;
}

const rules = {
  reduction: { words: ["mean", "sum", "none", "batchmean"], default: "mean" },
  logTarget: { is: flag, default: false },
} as const satisfies OptionRules<KLDivLossOptions>;

/**
 * The Kullback-Leibler divergence of `input`, logarithms of probabilities, from the probabilities `target`:
 * `target·(ln target − input)`, elementwise, then reduced; `e^target·(target − input)` with `logTarget`. Where the target is 0,
 * `target·ln target` is 0.
 *
 * What is the divergence by its definition is `reduction: "batchmean"`; the mean is over all elements.
 *
 * Shapes: any, and the same → `[]`, or as they are with `reduction: "none"`.
 *
 * @throws {@link TensorError} if the shapes or the dtypes differ, or an option is unknown.
 * @see PyTorch `torch.nn.functional.kl_div`, which broadcasts, and promotes; both are refused here. Its gradient at a target of 0
 * is NaN; here it is −∞.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const logP = tensor([[0.5, 0.5]]).log();
 * console.log(nn.functional.klDiv(logP, tensor([[0.25, 0.75]]), { reduction: "batchmean" })); // => tensor(0.1308)
 * ```
 */
export function klDiv(input: Tensor, target: Tensor, options?: KLDivLossOptions): Tensor {
  return klDivFor("klDiv", input, target, optionsOf("klDiv", options, rules));
}

/** {@link klDiv} on behalf of `where`. */
function klDivFor(
  where: string,
  input: Tensor,
  target: Tensor,
  { reduction, logTarget }: Required<KLDivLossOptions>,
): Tensor {
  checkPair(where, input, target);
  const losses = logTarget ? target.exp().mul(target.sub(input)) : apply(timesLog, target).sub(target.mul(input));
  if (reduction !== "batchmean") return reduced(losses, reduction);
  return input.ndim === 0 ? losses : losses.sum().div(input.shape[0]);
}

/**
 * The Kullback-Leibler divergence; see `nn.functional.klDiv` for the formula, shapes and errors.
 *
 * @see PyTorch `torch.nn.KLDivLoss`, which broadcasts, and promotes; both are refused here.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const logP = tensor([[0.5, 0.5]]).log();
 * const logQ = tensor([[0.25, 0.75]]).log();
 * console.log(new nn.KLDivLoss({ reduction: "batchmean", logTarget: true }).forward(logP, logQ)); // => tensor(0.1308)
 * ```
 */
export class KLDivLoss extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "KLDivLoss";
  /** @internal */
  static readonly evenkeelLayer: string = "KLDivLoss";
  /** What becomes of the single losses. */
  readonly reduction: Reduction | "batchmean";
  /** Whether the target is logarithms of probabilities. */
  readonly logTarget: boolean;

  /** @param options - the reduction, and what the target is. */
  constructor(options: KLDivLossOptions = {}) {
    const { reduction, logTarget } = optionsOf("KLDivLoss", options, rules);
    super();
    this.reduction = reduction;
    this.logTarget = logTarget;
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return klDivFor("KLDivLoss.forward", input, target, this);
  }
}
