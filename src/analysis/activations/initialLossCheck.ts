import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { aFunction, fromTwo, threshold } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import { type Cost, type Loss, Probe } from "../measuring/loss.ts";
import { type BatchNormMode, batchNormRule, preserving } from "../measuring/preserving.ts";
import { moments } from "../numbers/statistics.ts";

/** Options of {@link initialLossCheck}. */
export interface InitialLossCheckOptions {
  /** How many classes there are, 2 or more. */
  readonly numClasses: number;
  /** How far the loss may be from the expected one, as a fraction of that. Default `0.1`. */
  readonly tolerance?: number;
  /** What the loss makes of the batch: logits `[…, numClasses]`, to say how much too large they are. Default: none. */
  readonly logits?: () => Tensor;
  /** Which statistics batch norm uses. Default `"batch"`. */
  readonly batchNorm?: BatchNormMode;
}

/** What {@link initialLossCheck} returns. */
export interface InitialLossCheck {
  /** What it is. */
  readonly kind: "initialLossCheck";
  /** The options used. */
  readonly options: {
    /** How many classes there are. */
    readonly numClasses: number;
    /** How far the loss may be from the expected one, as a fraction. */
    readonly tolerance: number;
    /** Whether logits were looked at. */
    readonly logits: boolean;
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** Three evaluations of the loss and one gradient, to see that it is the same each time, and the model's; one of logits. */
  readonly cost: Cost;
  /** The loss, in nats. */
  readonly loss: number;
  /** `ln numClasses`, the mean cross-entropy of a model that holds all classes for equally likely, in nats. */
  readonly expected: number;
  /** `loss/expected`. */
  readonly ratio: number;
  /** Whether the loss is within the tolerance, above it, or below. */
  readonly verdict: "as expected" | "high" | "low";
  /**
   * The root mean square of the logits less the mean of each example, which does not matter to the loss: 0 where all
   * classes are equally likely. Null unless logits were given.
   */
  readonly logitScale: number | null;
  /**
   * By what to multiply the logits, so the last layer's weights and bias, for a loss at the upper end of the tolerance,
   * where they are drawn from a normal distribution independent of the labels: then the loss is about
   * `ln numClasses + scale²/2`, for small scales. Null unless logits were given and the verdict is `"high"`.
   */
  readonly suggestedFactor: number | null;
}

const rules = {
  numClasses: { is: fromTwo, isRequired: true },
  tolerance: { is: threshold, default: 0.1 },
  logits: { is: aFunction },
  batchNorm: batchNormRule,
} satisfies OptionRules<InitialLossCheckOptions>;

type Choice = Settings<InitialLossCheckOptions, typeof rules>;

/** @declaration Read by the laws of test/analysis. */
export const initialLossCheckAnalysis = {
  name: "initialLossCheck",
  kind: "initialLossCheck",
  of: ["model", "loss"],
  rules,
  work,
} as const satisfies Analysis;

/**
 * Whether a classifier that has not been trained knows that it knows nothing: its mean cross-entropy should be near
 * `ln numClasses`. Above, it is confidently wrong, and the first steps only shrink the last layer. Below, it has been
 * trained, or sees the labels, or the loss is not the mean cross-entropy in nats. With `logits`, it says how large they
 * are, and by what to multiply the last layer.
 *
 * @param loss - the mean cross-entropy of the model on one fixed batch.
 * @throws TensorError for unknown options, fewer than two classes, and a loss that is not scalar, finite, the same each
 * time, and a function of the model; and for logits that are not finite, or not of so many classes.
 *
 * @example
 * ```ts
 * import { nn, randint, randn } from "evenkeel";
 * import { initialLossCheck } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(10, 27);
 * nn.init.zeros_(model.weight);
 * nn.init.zeros_(model.bias!);
 * const [x, labels] = [randn([32, 10]), randint(0, 27, [32])];
 * const check = initialLossCheck(model, () => new nn.CrossEntropyLoss().forward(model.forward(x), labels), { numClasses: 27 });
 * console.log(check.verdict, check.expected.toFixed(4)); // => as expected 3.2958
 * ```
 */
export function initialLossCheck(model: Module, loss: Loss, options: InitialLossCheckOptions): InitialLossCheck {
  return analyse(initialLossCheckAnalysis, options, model, loss);
}

function work(where: string, options: Choice, model: Module, loss: Loss): Unnamed<InitialLossCheck> {
  const { numClasses, tolerance, logits, batchNorm } = options;
  const probe = new Probe(where, model, loss);
  const run = () => {
    probe.check();
    const { loss } = probe.gradient(); // refuses a loss of another model
    return { loss, scale: logits === undefined ? null : scaleOf(where, logits(), numClasses) };
  };
  const { loss: value, scale } = preserving(model, run, { batchNorm });
  const expected = Math.log(numClasses);
  const isNear = Math.abs(value - expected) <= tolerance * expected;
  const verdict = isNear ? "as expected" : value > expected ? "high" : "low";
  const factor = scale === null || scale === 0 ? null : Math.sqrt(2 * tolerance * expected) / scale;
  return {
    options: { numClasses, tolerance, logits: logits !== undefined, batchNorm },
    cost: { forward: probe.cost.forward + (logits === undefined ? 0 : 1), backward: probe.cost.backward },
    loss: value,
    expected,
    ratio: value / expected,
    verdict,
    logitScale: scale,
    suggestedFactor: verdict === "high" ? factor : null,
  };
}

function scaleOf(where: string, logits: Tensor, numClasses: number): number {
  if (!isTensor(logits) || logits.numel() === 0 || logits.shape.at(-1) !== numClasses) {
    throw new TensorError(where, { expected: `logits [..., ${numClasses}]`, got: describe(logits) });
  }
  const values = Float64Array.from(logits.data);
  let squares = 0;
  for (let i = 0; i < values.length; i += numClasses) {
    const row = values.subarray(i, i + numClasses);
    const mean = moments(row).mean ?? 0;
    for (const value of row) squares += (value - mean) ** 2;
  }
  const scale = Math.sqrt(squares / values.length);
  if (Number.isFinite(scale)) return scale;
  throw new TensorError(where, { expected: "finite logits", got: "NaN or infinity", code: "EVENKEEL_NOT_FINITE" });
}
