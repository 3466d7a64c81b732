import { TensorError } from "../../base/errors.ts";
import type { Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import type { BatchNormLayer } from "../../nn/normalisation/batchNormLayer.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { batchesOf } from "../measuring/batches.ts";
import { lightly } from "../measuring/lightly.ts";
import type { Cost } from "../measuring/loss.ts";
import { preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type ForwardInputs, looking, run } from "../measuring/watching.ts";
import { greatest } from "../numbers/extremes.ts";
import {
  averaged,
  type BatchMoments,
  batchMoments,
  batchNormsOf,
  type FeatureStatistics,
  setStatistics,
} from "./batchNormStatistics.ts";

/** What has been done to one batch norm. */
export interface RecalibratedLayer {
  /** Its dotted name. */
  readonly layer: string;
  /** How many batches its new statistics are the mean of; ghost batches count each. */
  readonly batches: number;
  /** The largest `|new mean − old mean|/√(new variance)` of a feature; null where all of those variances are 0. */
  readonly largestMeanShift: number | null;
  /** The largest ratio of new and old standard deviation of a feature, or of old and new; null where one is 0. */
  readonly largestStdRatio: number | null;
}

/** What {@link recalibrateBatchNorm} returns. */
export interface RecalibratedBatchNorm {
  /** What it is. */
  readonly kind: "recalibratedBatchNorm";
  /** There are none that bear on the result. */
  readonly options: Readonly<Record<string, never>>;
  /** A forward pass for each batch. */
  readonly cost: Cost;
  /** The batch norms whose running statistics are new. */
  readonly layers: readonly RecalibratedLayer[];
}

/** The passes of {@link recalibrateBatchNorm}. */
function costOf({ batches }: { readonly batches: number }): Cost {
  return { forward: batches, backward: 0 };
}

export const recalibrateBatchNormAnalysis = {
  name: "recalibrateBatchNorm",
  kind: "recalibratedBatchNorm",
  of: ["model", "batches"],
  rules: longRules,
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * Makes the running statistics of batch norm anew, from batches that go through the model as it is when this is called: the mean over
 * batches of `μ_B`, and of `m/(m − 1)·σ²_B`. Those that training left are averages over models that are gone.
 *
 * **It changes the model**: running means and variances, and the counts of batches. Either all of them are changed or,
 * if anything is thrown, none. All else stays: parameters, gradients, modes, generators.
 *
 * Batch norm uses the batch's statistics meanwhile; other modules do what they do in their mode. Batches count the same,
 * whatever their size. With `runningAverage: "std"` too it is variances that are averaged.
 *
 * @param batches - any iterable of inputs, each a tensor or a list of all arguments of `forward`; of the size used in
 * training, best.
 * @throws TensorError for unknown options, no batches, a model without batch norm with running statistics, one that did not
 * run, and statistics that are not finite.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, Algorithm 2, line 10.
 * @see PyTorch `torch.optim.swa_utils.update_bn`, the same statistics, with every module in training mode.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 * import { recalibrateBatchNorm } from "evenkeel/analysis";
 *
 * const norm = new nn.BatchNorm1d(1);
 * recalibrateBatchNorm(norm, [tensor([[0], [2]]), tensor([[4], [10]])]);
 * console.log(norm.runningMean, norm.runningVar); // => tensor([4.]) tensor([10.])
 * ```
 */
export function recalibrateBatchNorm(
  model: Module,
  batches: Iterable<ForwardInputs>,
  options: LongOptions = {},
): RecalibratedBatchNorm {
  return analyse(recalibrateBatchNormAnalysis, options, model, batches);
}

/**
 * {@link recalibrateBatchNorm}, letting others work in between; the model changes at the end, all at once.
 *
 * @throws as `recalibrateBatchNorm`, by rejecting.
 * @function
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { recalibrateBatchNormAsync } from "evenkeel/analysis";
 *
 * const { layers } = await recalibrateBatchNormAsync(new nn.BatchNorm1d(2), [randn([8, 2]), randn([8, 2])]);
 * console.log(layers[0].batches); // => 2
 * ```
 */
export const recalibrateBatchNormAsync = /* @__PURE__ */ inBackground(
  recalibrateBatchNormAnalysis,
  recalibrateBatchNorm,
);

function* work(
  where: string,
  options: Settings<LongOptions, typeof longRules>,
  model: Module,
  batches: Iterable<ForwardInputs>,
): Parts<Unnamed<RecalibratedBatchNorm>> {
  const norms = batchNormsOf(where, model).filter(([, { runningMean }]) => runningMean !== null);
  if (norms.length === 0) {
    const got = "only such with trackRunningStats: false";
    throw new TensorError(where, { expected: "batch norm with running statistics", got });
  }
  const all = batchesOf(where, batches);
  const cost = costOf({ batches: all.length });
  checkBudget(where, cost.forward, options);
  const seen = new Map<string, BatchMoments[]>(norms.map(([name]) => [name, []]));
  const within = preservingParts(model, { batchNorm: "batch" });
  const old = new Map(norms.map(([name, norm]) => [name, runningStatistics(norm)]));
  for (let b = 0; b < all.length; b++) {
    const found = lightly((mode) => {
      const found: [name: string, moments: BatchMoments][] = [];
      const see = (name: string, norm: Module, [x]: readonly unknown[]) => {
        for (const moments of batchMoments(where, norm as BatchNormLayer, x)) found.push([name, moments]);
      };
      within(() => mode(() => looking(norms, see, () => run(where, model, all[b]))));
      return found;
    });
    for (const [name, moments] of found) seen.get(name)?.push(moments);
    yield { done: b + 1, total: cost.forward };
  }
  const changes = norms.map(([name, norm]) => {
    const own = seen.get(name) ?? [];
    if (own.length === 0) {
      throw new TensorError(where, { expected: "every batch norm to run", got: `"${name}", which did not` });
    }
    const { mean, variance } = averaged(own);
    if (![...mean, ...variance].every((value) => Number.isFinite(Math.fround(value)))) {
      const expected = `finite statistics in "${name}"`;
      throw new TensorError(where, { expected, got: "NaN or infinity", code: "EVENKEEL_NOT_FINITE" });
    }
    const layer = { layer: name, batches: own.length, ...shifts(old.get(name) ?? null, { mean, variance }) };
    return { norm, statistics: { mean, variance }, layer };
  });
  for (const { norm, statistics, layer } of changes) setStatistics(norm, statistics, layer.batches);
  return { options: {}, cost, layers: changes.map(({ layer }) => layer) };
}

/** The largest differences between old and new statistics, in units that do not depend on the feature's. */
export function shifts(old: FeatureStatistics | null, { mean, variance }: FeatureStatistics) {
  if (old === null) return { largestMeanShift: null, largestStdRatio: null };
  const means = mean.map((value, u) => Math.abs(value - old.mean[u]) / Math.sqrt(variance[u]));
  const ratios = variance.map((value, u) => {
    const ratio = Math.sqrt(value / old.variance[u]);
    return Math.max(ratio, 1 / ratio);
  });
  return { largestMeanShift: largest(means), largestStdRatio: ratios.every(Number.isFinite) ? largest(ratios) : null };
}

/** The running mean and variance of a batch norm as they are now; null where it keeps none. */
export function runningStatistics({ runningMean, runningVar }: BatchNormLayer): FeatureStatistics | null {
  if (runningMean === null || runningVar === null) return null;
  return { mean: [...runningMean.data], variance: [...runningVar.data] };
}

function largest(values: readonly number[]): number | null {
  const finite = values.filter(Number.isFinite);
  return finite.length === 0 ? null : greatest(finite);
}
