import { describe, TensorError } from "../../base/errors.ts";
import { displayed } from "../measuring/display.ts";
import type { LineProbe } from "./lineProbe.ts";

/** What {@link learningRateRange} reads off a line. */
export interface LearningRateRange {
  /** What it is. */
  readonly kind: "learningRateRange";
  /** The largest step up to which the loss falls with every step of the probe; null if the first does not lower it. */
  readonly monotone: number | null;
  /** The largest step whose loss is below that at the start; null if there is none. */
  readonly lowering: number | null;
  /** The step with the lowest loss; null if all losses are infinite or NaN. */
  readonly best: number | null;
  /**
   * `2/β` for the effective smoothness β along the gradient, and in general `−2·∇L·d/(β·‖d‖²)`: where the gradient changes
   * no faster than β, each smaller step lowers the loss. Null where the gradient has not changed, and for a direction
   * that does not go down.
   */
  readonly bound: number | null;
}

/**
 * Which steps a line probe says can be taken: how far the loss falls, how far it is still below its start, and `2/β`.
 *
 * Along `"gradient"` with steps in their natural unit these are learning rates for one step of plain gradient descent on
 * this batch, at this point of the training run: not a promise for others.
 *
 * @param probe - from `lineProbe`, in any order of its steps; those of 0 and below are passed over.
 * @see Santurkar et al. 2018, arXiv:1805.11604, section 3.2; Nesterov, "Introductory Lectures on Convex Optimization",
 * section 1.2.3, for `2/β`.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { learningRateRange, lineProbe } from "evenkeel/analysis";
 *
 * const model = new nn.Linear(1, 1, { bias: false }); // of loss 2w²: curvature 4
 * const probe = lineProbe(model, () => model.forward(tensor([[2]])).square().mul(0.5).sum(), {
 *   steps: [0.1, 0.2, 0.25, 0.3, 0.4, 0.6],
 * });
 * const { monotone, lowering, bound } = learningRateRange(probe);
 * console.log(monotone, lowering, bound?.toFixed(3)); // => 0.25 0.4 0.500
 * ```
 */
export function learningRateRange(probe: LineProbe): LearningRateRange {
  if (probe?.kind !== "lineProbe") {
    throw new TensorError("learningRateRange", { expected: "a result of lineProbe", got: describe(probe) });
  }
  const { steps, loss, start, effectiveBeta } = probe;
  const ascending = steps.map((step, i) => ({ step, value: loss[i] })).filter(({ step }) => step > 0);
  ascending.sort((a, b) => a.step - b.step);
  let monotone: number | null = null;
  let lowering: number | null = null;
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  let before: number | null = start.loss;
  for (const { step, value } of ascending) {
    if (value === null) {
      before = null;
      continue;
    }
    if (before !== null && value < before) {
      monotone = step;
      before = value;
    } else before = null;
    if (value < start.loss) lowering = step;
    if (value < least) [least, best] = [value, step];
  }
  return displayed({ kind: "learningRateRange", monotone, lowering, best, bound: boundOf(start, effectiveBeta) });
}

function boundOf({ slope, directionNorm }: LineProbe["start"], beta: number | null): number | null {
  if (beta === null || beta === 0 || slope >= 0) return null;
  return (-2 * slope) / (beta * directionNorm ** 2);
}
