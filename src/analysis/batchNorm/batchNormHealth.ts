import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { aFunction, threshold } from "../../base/optionKinds.ts";
import type { OptionRules, Settings } from "../../base/optionRules.ts";
import { Conv1d } from "../../nn/convolution/conv1d.ts";
import { Conv2d } from "../../nn/convolution/conv2d.ts";
import { Linear } from "../../nn/layers/linear.ts";
import { isLayer } from "../../nn/module/layerClass.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { analyse, type InParts, inBackground, type Unnamed } from "../measuring/analysis.ts";
import { batchesOf } from "../measuring/batches.ts";
import { lightly } from "../measuring/lightly.ts";
import type { Cost } from "../measuring/loss.ts";
import { preservingParts } from "../measuring/preserving.ts";
import { checkBudget, type LongOptions, longRules, type Parts } from "../measuring/running.ts";
import { type ForwardInputs, looking, type Named, run } from "../measuring/watching.ts";
import { greatest, least } from "../numbers/extremes.ts";
import {
  averaged,
  type BatchMoments,
  batchMoments,
  batchNormsOf,
  type FeatureStatistics,
  type NamedBatchNorm,
  pooled,
} from "./batchNormStatistics.ts";
import { runningStatistics, shifts } from "./recalibrateBatchNorm.ts";

/** Options of {@link batchNormHealth}. */
export interface BatchNormHealthOptions<Batch> extends LongOptions {
  /**
   * The loss of a model on a batch, to compare it with statistics of the batch and running ones. Default: none; batches
   * are then inputs of the model, each a tensor or a list of all arguments of `forward`.
   */
  readonly loss?: (model: Module, batch: Batch) => Tensor;
  /** Below how many values per feature a batch counts as tiny. Default `16`. */
  readonly tiny?: number;
}

/** The state of one batch norm. */
export interface BatchNormHealthLayer {
  /** Its dotted name. */
  readonly layer: string;
  /** How many batches its running statistics have seen; null where it keeps none. */
  readonly batchesTracked: number | null;
  /** Running mean and variance; null where it keeps none. */
  readonly running: FeatureStatistics | null;
  /** Means over these batches of the mean, and of the unbiased variance, of each: what running statistics should be. */
  readonly batch: FeatureStatistics;
  /** Mean and unbiased variance of all batches as one. The variance has that between the batches too. */
  readonly data: FeatureStatistics;
  /** The largest `|batch mean − running mean|/√(batch variance)` of a feature; null where there is none. */
  readonly largestMeanShift: number | null;
  /** The largest ratio of batch and running standard deviation of a feature, or its inverse; null where one is 0. */
  readonly largestStdRatio: number | null;
  /** How many features have the same value throughout: they are divided by `√eps`. */
  readonly constantFeatures: number;
  /** The fewest values per feature in a batch. */
  readonly smallestBatch: number;
  /** The most values per feature in a batch. */
  readonly largestBatch: number;
  /** The values per feature in the last batch: fewer than in others where they do not divide the data set. */
  readonly lastBatch: number;
  /** How many batches had fewer than `tiny` values per feature. */
  readonly tinyBatches: number;
  /**
   * The dotted name of a layer, linear or of convolution, with a bias whose output this takes directly: subtracting the mean takes the bias
   * away again, so that it has no effect and no gradient, unless the output is used elsewhere too. Null if there is none.
   */
  readonly uselessBias: string | null;
}

/** What {@link batchNormHealth} returns. */
export interface BatchNormHealth {
  /** What it is. */
  readonly kind: "batchNormHealth";
  /** The options used; of the loss, whether there was one. */
  readonly options: {
    /** Whether there was a loss. */
    readonly loss: boolean;
    /** Below how many values per feature a batch counts as tiny. */
    readonly tiny: number;
  };
  /** A forward pass for each batch, or two with a loss. */
  readonly cost: Cost;
  /** How many batches there were. */
  readonly batches: number;
  /** The mean loss over batches with statistics of the batch; null without a loss. */
  readonly batchLoss: number | null;
  /** The mean loss over batches with running statistics; null without a loss. */
  readonly runningLoss: number | null;
  /** `runningLoss − batchLoss`: what the change to evaluation costs; null without a loss. */
  readonly lossGap: number | null;
  /** The batch norms that ran, in order of registration. */
  readonly layers: readonly BatchNormHealthLayer[];
}

/** The passes of {@link batchNormHealth}. */
function costOf({ batches, loss }: { readonly batches: number; readonly loss: boolean }): Cost {
  return { forward: batches * (loss ? 2 : 1), backward: 0 };
}

const rules = {
  loss: { is: aFunction },
  tiny: { is: threshold, default: 16 },
  ...longRules,
} satisfies OptionRules<BatchNormHealthOptions<unknown>>;

export const batchNormHealthAnalysis = {
  name: "batchNormHealth",
  kind: "batchNormHealth",
  of: ["model", "batches"],
  rules,
  cost: costOf,
  work,
} as const satisfies InParts;

/**
 * Whether the running statistics of batch norm are those of the data that it sees now; what the loss is with them and with
 * those of the batch; whether batches are too small for their statistics to be good; and which biases are useless.
 *
 * Statistics are those of inputs of batch norm while it normalises by the batch. Each batch counts the same in means.
 *
 * @param batches - any iterable of batches; the whole data set, best.
 * @throws TensorError for unknown options, no batches, a model without batch norm, none that runs, and a loss that is not
 * one finite number.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, section 3.1 (running statistics) and 3.2 (the bias).
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { batchNormHealth } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.Linear(4, 1));
 * const batches = [randn([32, 3]), randn([8, 3])];
 * const { layers, lossGap } = batchNormHealth(model, batches, { loss: (net, x) => net.forward(x).square().mean() });
 * console.log(layers[0].batchesTracked, layers[0].tinyBatches, layers[0].uselessBias); // => 0 1 0
 * console.log(lossGap !== 0); // => true
 * ```
 */
export function batchNormHealth<Batch = ForwardInputs>(
  model: Module,
  batches: Iterable<Batch>,
  options: BatchNormHealthOptions<Batch> = {},
): BatchNormHealth {
  return analyse(batchNormHealthAnalysis, options, model, batches);
}

/**
 * {@link batchNormHealth}, letting others work in between.
 *
 * @throws as `batchNormHealth`, by rejecting.
 * @function
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { batchNormHealthAsync } from "evenkeel/analysis";
 *
 * const { cost } = await batchNormHealthAsync(new nn.BatchNorm1d(2), [randn([8, 2]), randn([8, 2])]);
 * console.log(cost); // => { forward: 2, backward: 0 }
 * ```
 */
export const batchNormHealthAsync = /* @__PURE__ */ inBackground(batchNormHealthAnalysis, batchNormHealth);

/** A batch norm that ran, in one batch. */
interface Norm {
  readonly name: string;
  readonly moments: readonly BatchMoments[];
  readonly uselessBias: string | null;
}

/** What was seen of one batch norm. */
interface Found {
  readonly moments: BatchMoments[];
  uselessBias: string | null;
}

function* work(
  where: string,
  options: Settings<BatchNormHealthOptions<unknown>, typeof rules>,
  model: Module,
  batches: Iterable<unknown>,
): Parts<Unnamed<BatchNormHealth>> {
  const { loss, tiny } = options;
  const norms = batchNormsOf(where, model);
  const sources = model.namedModules().filter(([, module]) => isSource(module));
  const watched = [...sources, ...norms];
  const all = batchesOf(where, batches);
  const cost = costOf({ batches: all.length, loss: loss !== undefined });
  checkBudget(where, cost.forward, options);
  const seen = new Map<string, Found>();
  const within = preservingParts(model);
  const states = new Map(norms.map(([name, norm]) => [name, trackedBy(norm)]));
  let [batchLoss, runningLoss, done] = [0, 0, 0];
  for (const batch of all) {
    const pass = (): number => {
      if (loss !== undefined) return numberOf(where, loss(model, batch));
      run(where, model, batch as ForwardInputs);
      return 0;
    };
    const look = () => watchingNorms(where, watched, pass);
    const { value, found } = lightly((mode) => within(() => mode(look), { batchNorm: "batch" }));
    for (const { name, moments, uselessBias } of found) {
      const known = seen.get(name) ?? { moments: [], uselessBias: null };
      seen.set(name, known);
      for (const one of moments) known.moments.push(one);
      known.uselessBias = uselessBias ?? known.uselessBias;
    }
    batchLoss += value / all.length;
    yield { done: ++done, total: cost.forward };
    if (loss === undefined) continue;
    runningLoss += lightly((mode) => within(() => mode(pass), { batchNorm: "running" })) / all.length;
    yield { done: ++done, total: cost.forward };
  }
  const layers = [...states].flatMap(([name, state]): BatchNormHealthLayer[] => {
    const found = seen.get(name);
    return found === undefined ? [] : [{ layer: name, ...summary(state, found, tiny) }];
  });
  if (layers.length === 0) throw new TensorError(where, { expected: "batch norm that runs", got: "none that did" });
  const losses = { batchLoss, runningLoss, lossGap: runningLoss - batchLoss };
  return {
    options: { loss: loss !== undefined, tiny },
    cost,
    batches: all.length,
    ...(loss === undefined ? { batchLoss: null, runningLoss: null, lossGap: null } : losses),
    layers,
  };
}

/** A layer whose bias batch norm right behind it takes out. */
const isSource = (module: Module) => isLayer(module, Linear) || isLayer(module, Conv1d) || isLayer(module, Conv2d);

function watchingNorms(
  where: string,
  watched: readonly Named[],
  pass: () => number,
): { readonly value: number; readonly found: readonly Norm[] } {
  const outputs = new Map<unknown, Named>();
  const found: Norm[] = [];
  const see = (name: string, module: Module, [x]: readonly unknown[], y: Tensor) => {
    if (isSource(module)) {
      outputs.set(y, [name, module]);
      return;
    }
    const source = outputs.get(x);
    const hasBias = source !== undefined && (source[1] as Linear).bias !== null;
    // Of more dimensions a Linear has its features in the last one, and batch norm in the second.
    const isSame = hasBias && ((x as Tensor).ndim === 2 || !isLayer(source[1], Linear));
    const uselessBias = isSame ? source[0] : null;
    found.push({ name, moments: batchMoments(where, module as NamedBatchNorm[1], x), uselessBias });
  };
  return { value: looking(watched, see, pass), found };
}

/** What a batch norm has kept so far. */
interface Tracked {
  readonly batchesTracked: number | null;
  readonly running: FeatureStatistics | null;
}

function trackedBy(norm: NamedBatchNorm[1]): Tracked {
  return { batchesTracked: norm.numBatchesTracked?.item<number>() ?? null, running: runningStatistics(norm) };
}

function summary(state: Tracked, { moments, uselessBias }: Found, tiny: number) {
  const batch = averaged(moments);
  const data = pooled(moments);
  const counts = moments.map(({ count }) => count);
  return {
    ...state,
    batch,
    data,
    ...shifts(state.running, batch),
    constantFeatures: data.variance.filter((variance) => variance === 0).length,
    smallestBatch: least(counts),
    largestBatch: greatest(counts),
    lastBatch: counts[counts.length - 1],
    tinyBatches: counts.filter((count) => count < tiny).length,
    uselessBias,
  };
}

function numberOf(where: string, y: Tensor): number {
  if (!isTensor(y) || y.numel() !== 1) {
    throw new TensorError(where, { expected: "a loss of one number", got: describe(y) });
  }
  const value = y.item<number>();
  if (Number.isFinite(value)) return value;
  throw new TensorError(where, { expected: "a finite loss", got: `${value}`, code: "EVENKEEL_NOT_FINITE" });
}
