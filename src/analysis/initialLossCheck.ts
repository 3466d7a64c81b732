import { describe, TensorError } from "../errors.ts";
import type { Module } from "../nn/module.ts";
import { checkOptions } from "../options.ts";
import { type Cost, type Loss, Probe } from "./loss.ts";
import { type BatchNormMode, preserving } from "./preserving.ts";
import { checkChoice } from "./watching.ts";

/** Options of {@link initialLossCheck}. */
export interface InitialLossCheckOptions {
  /** How many classes there are, 2 or more. */
  readonly numClasses: number;
  /** How far the loss may be from the expected one, as a fraction of that. Default `0.1`. */
  readonly tolerance?: number;
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
    /** Which statistics batch norm used. */
    readonly batchNorm: BatchNormMode;
  };
  /** Three evaluations of the loss and one gradient, to see that it is the same each time, and the model's. */
  readonly cost: Cost;
  /** The loss, in nats. */
  readonly loss: number;
  /** `ln numClasses`, the mean cross-entropy of a model that holds all classes for equally likely, in nats. */
  readonly expected: number;
  /** `loss/expected`. */
  readonly ratio: number;
  /** Whether the loss is within the tolerance, above it, or below. */
  readonly verdict: "as expected" | "high" | "low";
}

/**
 * Whether a classifier that has not been trained knows that it knows nothing: its mean cross-entropy should be near
 * `ln numClasses`. Above, it is confidently wrong, and the first steps only shrink the last layer. Below, it has been
 * trained, or sees the labels, or the loss is not the mean cross-entropy in nats.
 *
 * @param loss - the mean cross-entropy of the model on one fixed batch.
 * @throws TensorError for unknown options, fewer than two classes, and a loss that is not scalar, finite, the same each
 * time, and a function of the model.
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
  const where = "initialLossCheck";
  checkOptions(where, options, ["numClasses", "tolerance", "batchNorm"]);
  const { numClasses, tolerance = 0.1, batchNorm = "batch" } = options ?? {};
  if (!Number.isInteger(numClasses) || numClasses < 2) {
    throw new TensorError(where, { expected: "a whole number of 2 or more as numClasses", got: describe(numClasses) });
  }
  if (typeof tolerance !== "number" || !(tolerance >= 0)) {
    throw new TensorError(where, { expected: "a tolerance of 0 or more", got: describe(tolerance) });
  }
  checkChoice(where, "batchNorm", batchNorm, ["batch", "running"]);
  const probe = new Probe(where, model, loss);
  const run = () => {
    probe.check();
    return probe.gradient().loss; // refuses a loss of another model
  };
  const value = preserving(model, run, { batchNorm });
  const expected = Math.log(numClasses);
  const isNear = Math.abs(value - expected) <= tolerance * expected;
  return {
    kind: "initialLossCheck",
    options: { numClasses, tolerance, batchNorm },
    cost: probe.cost,
    loss: value,
    expected,
    ratio: value / expected,
    verdict: isNear ? "as expected" : value > expected ? "high" : "low",
  };
}
