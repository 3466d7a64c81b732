import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { aFunction } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Loss } from "./loss.ts";

/** A loss over several batches, which are walked once for each product: one batch, and one graph, at a time. */
export interface LossOverBatches<B> {
  /** The batches: an array, or a loader that gives the same batches each time. */
  readonly batches: Iterable<B>;
  /** The loss of the model on one batch. */
  loss(batch: B): Tensor;
  /**
   * What a batch's loss counts in the mean. Default: the number of its examples, the first length of the batch if it is a
   * tensor, or else of the first tensor in it; 1 where there is none.
   */
  weight?(batch: B): number;
}

const rules = {
  batches: { is: { expected: "batches to be walked, an array or a loader,", accepts: canBeWalked }, isRequired: true },
  loss: { is: aFunction, isRequired: true },
  weight: { is: aFunction, default: examplesOf },
} as const satisfies OptionRules<LossOverBatches<unknown>>;

/** A loss on one fixed batch; several, whose mean it is; or one over the batches of a loader. */
export type Losses<B> = Loss | readonly Loss[] | LossOverBatches<B>;

/** How the losses of several batches are taken together. */
export type Reduction = "mean" | "sum";

/** Losses, the sum of which by weight is what is looked at. */
export interface WeightedLosses {
  /** How many there are. */
  readonly count: number;
  /** Each in turn, and what it counts; they are made anew for each walk. */
  walk(): Iterable<{ readonly loss: Loss; readonly weight: number }>;
}

/**
 * The losses that are given, with weights that are 1 each for a sum, and sum to 1 for a mean.
 * @param preserved - runs what walks the batches, after which no generator is to have moved.
 */
export function weighted<B>(
  where: string,
  losses: Losses<B>,
  reduction: Reduction,
  preserved: <T>(fn: () => T) => T,
): WeightedLosses {
  if (typeof losses === "function") return { count: 1, walk: () => [{ loss: losses, weight: 1 }] };
  if (Array.isArray(losses)) {
    const all = losses as readonly Loss[];
    if (all.length === 0 || !all.every((loss) => typeof loss === "function")) refuseLoss(where, losses);
    const weight = reduction === "sum" ? 1 : 1 / all.length;
    return { count: all.length, walk: () => all.map((loss) => ({ loss, weight })) };
  }
  if (!isOverBatches<B>(losses)) refuseLoss(where, losses);
  const { weight } = optionsOf(where, losses, rules);
  const weights = preserved(() => Array.from(losses.batches, weight));
  const total = reduction === "sum" ? 1 : weights.reduce((sum, x) => sum + x, 0);
  if (weights.length === 0 || !weights.every((x) => x >= 0 && Number.isFinite(x)) || !(total > 0)) {
    throw new TensorError(where, {
      expected: "batches, with weights from 0 on of which one is above",
      got: weights.length === 0 ? "no batches" : `weights of ${weights.slice(0, 5).join(", ")}`,
    });
  }
  return { count: weights.length, walk: () => walkBatches(where, losses, weights, reduction === "sum" ? null : total) };
}

/** What each batch counts, in order; where `total` is null, 1. */
function* walkBatches<B>(
  where: string,
  over: LossOverBatches<B>,
  weights: readonly number[],
  total: number | null,
): Iterable<{ loss: Loss; weight: number }> {
  let count = 0;
  for (const batch of over.batches) {
    if (count < weights.length)
      yield { loss: () => over.loss(batch), weight: total === null ? 1 : weights[count] / total };
    count++;
  }
  if (count === weights.length) return;
  throw new TensorError(where, {
    expected: "batches that are the same each time they are walked",
    got: `${weights.length}, and then ${count}`,
    hint: "A generator ends once: give an array, or a loader.",
  });
}

const isOverBatches = <B>(value: unknown): value is LossOverBatches<B> =>
  typeof value === "object" && value !== null && "batches" in value;

function canBeWalked(batches: unknown): boolean {
  return typeof batches === "object" && batches !== null && Symbol.iterator in batches && !isTensor(batches);
}

function refuseLoss(where: string, got: unknown): never {
  throw new TensorError(where, {
    expected: "a function that returns the loss on one fixed batch, a list of such, or { batches, loss }",
    got: describe(got),
    hint: "Write () => criterion.forward(model.forward(x), labels).",
  });
}

function examplesOf(batch: unknown): number {
  if (isTensor(batch)) return batch.shape[0] ?? 1;
  const parts = typeof batch === "object" && batch !== null ? Object.values(batch) : [];
  return parts.find(isTensor)?.shape[0] ?? 1;
}
