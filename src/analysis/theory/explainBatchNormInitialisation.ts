import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { sameShape } from "../../base/shapes.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type Analysis, analyse, type Unnamed } from "../measuring/analysis.ts";
import { dotOf } from "../numbers/longVector.ts";

/** Lemma 4.5 for one vector of weights. */
export interface InitialisationTerms {
  /** `k = ⟨W*, W₀⟩/‖W*‖²`: the nearest of all `k·W*`. */
  readonly k: number;
  /** Whether `k` is above 0. If not, `k·W*` is no optimum: with batch norm only positive multiples are alike. */
  readonly isOptimum: boolean;
  /** `‖W₀ − W*‖²`, from the start to the optimum without batch norm. */
  readonly distanceSquared: number;
  /** `(‖W*‖² − ⟨W*, W₀⟩)²/‖W*‖²`, what batch norm saves. */
  readonly savedSquared: number;
  /** `distanceSquared − savedSquared`, by the lemma. */
  readonly predicted: number;
  /** `‖W₀ − k·W*‖²`, from the start to the nearest optimum with batch norm, computed from the weights. */
  readonly measured: number;
}

/** What {@link explainBatchNormInitialisation} returns. */
export interface BatchNormInitialisation extends InitialisationTerms {
  /** What it is. */
  readonly kind: "batchNormInitialisation";
  /** The lemma for each unit by itself, with a `k` of its own: batch norm lets each row be scaled alone. */
  readonly units: InitialisationTerms[];
}

const where = "explainBatchNormInitialisation";

/** @declaration Read by the laws of test/analysis. */
export const explainBatchNormInitialisationAnalysis = {
  name: where,
  kind: "batchNormInitialisation",
  of: ["weight", "optimum"],
  rules: {},
  plot: "theoremTerms",
  work,
} as const satisfies Analysis;

/**
 * How much nearer an optimum is with batch norm: Lemma 4.5. Since `BN((a·W)x) = BN(Wx)` for `a > 0`, if `W*` is an
 * optimum, so is `k·W*`, and the nearest of these, with `k = ⟨W*, W₀⟩/‖W*‖²`, is at
 *
 * `‖W₀ − kW*‖² = ‖W₀ − W*‖² − (‖W*‖² − ⟨W*, W₀⟩)²/‖W*‖²`.
 *
 * Exact without eps, and only if `⟨W*, W₀⟩ > 0`; otherwise `isOptimum` is false, and nothing is said.
 *
 * Shapes: both `[out, in]`, or `[in]` for one unit.
 *
 * @param weight - `W₀`, where training starts.
 * @param optimum - `W*`, such as the weights after training.
 * @throws TensorError if the two are no float tensors of one shape, or a row of the optimum is 0.
 * @see Santurkar et al. 2018, arXiv:1805.11604, Lemma 4.5.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { explainBatchNormInitialisation } from "evenkeel/analysis";
 *
 * const { k, distanceSquared, measured } = explainBatchNormInitialisation(tensor([[1, 1]]), tensor([[4, 2]]));
 * console.log(k, distanceSquared, measured.toFixed(6)); // => 0.3 10 0.200000
 * ```
 */
export function explainBatchNormInitialisation(weight: Tensor, optimum: Tensor): BatchNormInitialisation {
  return analyse(explainBatchNormInitialisationAnalysis, undefined, weight, optimum);
}

function work(_: string, _options: unknown, weight: Tensor, optimum: Tensor): Unnamed<BatchNormInitialisation> {
  for (const value of [weight, optimum]) {
    if (isTensor(value) && /^float/.test(value.dtype) && (value.ndim === 1 || value.ndim === 2)) continue;
    throw new TensorError(where, { expected: "weights of shape [out, in] or [in]", got: describe(value) });
  }
  if (!sameShape(weight.shape, optimum.shape)) {
    throw new TensorError(where, {
      expected: `an optimum like the weights, ${describe(weight)}`,
      got: describe(optimum),
    });
  }
  const size = weight.shape[weight.ndim - 1];
  const [from, to] = [weight, optimum].map(({ data }) => Float64Array.from(data));
  const units = Array.from({ length: from.length / size }, (_, i) =>
    termsOf(from.subarray(i * size, (i + 1) * size), to.subarray(i * size, (i + 1) * size)),
  );
  return { ...termsOf(from, to), units };
}

function termsOf(start: Float64Array, optimum: Float64Array): InitialisationTerms {
  const [square, inner] = [dotOf(optimum, optimum), dotOf(optimum, start)];
  if (!(square > 0)) throw new TensorError(where, { expected: "an optimum whose rows are not 0", got: "a row of 0" });
  const k = inner / square;
  const to = (scale: number) => {
    const apart = start.map((value, i) => value - scale * optimum[i]);
    return dotOf(apart, apart);
  };
  const [distanceSquared, savedSquared] = [to(1), ((square - inner) * (square - inner)) / square];
  const predicted = distanceSquared - savedSquared;
  return { k, isOptimum: k > 0, distanceSquared, savedSquared, predicted, measured: to(k) };
}
