import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { tensor } from "../../functions/create.ts";
import { kernels } from "../../kernels/index.ts";
import type { Module } from "../../nn/module/module.ts";
import { type BatchNormLayer, isBatchNorm } from "../../nn/normalisation/batchNormLayer.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { checkModel } from "../measuring/watching.ts";
import { type Numbers, numbersOf } from "../numbers/floats.ts";

/** A batch norm with its dotted name. */
export type NamedBatchNorm = readonly [name: string, module: BatchNormLayer];

/** The batch norms of a model, in order of registration; refuses a model without any. */
export function batchNormsOf(where: string, model: Module): NamedBatchNorm[] {
  checkModel(where, model);
  const found = model.namedModules().filter((named): named is [string, BatchNormLayer] => isBatchNorm(named[1]));
  if (found.length > 0) return found;
  throw new TensorError(where, {
    expected: "a model with batch norm (nn.BatchNorm1d and its kin)",
    got: `a ${model.constructor.name} without any`,
  });
}

/** Mean and sum of squared deviations of each feature of one batch, in float64. */
export interface BatchMoments {
  /** How many values each feature has. */
  readonly count: number;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

/** The moments of an input of a batch norm: of each of its batches, of which ghost batches are several. */
export function batchMoments(where: string, norm: BatchNormLayer, x: unknown): BatchMoments[] {
  if (!isTensor(x)) throw new TensorError(where, { expected: "a tensor into batch norm", got: describe(x) });
  const { shape } = x as Tensor;
  const { sizes, affineAxes } = norm.normalisedOver(shape);
  const [channel] = affineAxes;
  const values = numbersOf(x as Tensor);
  const batches = sizes.slice(0, sizes.length - shape.length).reduce((product, size) => product * size, 1);
  const inner = shape.slice(channel + 1).reduce((product, size) => product * size, 1);
  if (batches === 1 && inner === 1 && x.dtype === "float32" && values.length > 0) {
    const { mean, variance, count } = kernels().batchStatistics(x.array);
    return [{ count, mean, squares: variance.map((square) => square * count) }];
  }
  const length = values.length / batches;
  return Array.from({ length: batches }, (_, batch) =>
    momentsOf(values.subarray(batch * length, (batch + 1) * length), shape[channel], inner),
  );
}

/** The moments of units that have so many numbers side by side. */
function momentsOf(values: Numbers, units: number, inner: number): BatchMoments {
  const count = values.length / units;
  const mean = new Float64Array(units);
  for (let i = 0; i < values.length; ) {
    for (let u = 0; u < units; u++) {
      let sum = mean[u];
      for (const end = i + inner; i < end; i++) sum += values[i] / count;
      mean[u] = sum;
    }
  }
  const squares = new Float64Array(units);
  for (let i = 0; i < values.length; ) {
    for (let u = 0; u < units; u++) {
      const center = mean[u];
      let sum = squares[u];
      for (const end = i + inner; i < end; i++) sum += (values[i] - center) ** 2;
      squares[u] = sum;
    }
  }
  return { count, mean, squares };
}

/** Statistics of each feature. */
export interface FeatureStatistics {
  /** The mean of each feature. */
  readonly mean: readonly number[];
  /** The variance of each feature, unbiased. */
  readonly variance: readonly number[];
}

/** `E[μ_B]` and `E[m/(m − 1)·σ²_B]`, each batch counting the same: Algorithm 2 of Ioffe & Szegedy, for any sizes. */
export function averaged(batches: readonly BatchMoments[]): FeatureStatistics {
  const [mean, variance] = [new Float64Array(batches[0].mean.length), new Float64Array(batches[0].mean.length)];
  for (const { mean: of, squares, count } of batches) {
    for (let u = 0; u < mean.length; u++) {
      mean[u] += of[u];
      variance[u] += squares[u] / (count - 1);
    }
  }
  const over = (sum: number): number => sum / batches.length + 0;
  return { mean: [...mean.map(over)], variance: [...variance.map(over)] };
}

/** Gives a batch norm other running statistics, those of so many batches. */
export function setStatistics(norm: BatchNormLayer, { mean, variance }: FeatureStatistics, batches: number): void {
  noGrad(() => {
    norm.runningMean?.copy_(tensor([...mean], { dtype: "float64" }));
    norm.runningVar?.copy_(tensor([...variance], { dtype: "float64" }));
    norm.numBatchesTracked?.fill_(batches);
  });
}

/** Mean and unbiased variance of all batches as one. */
export function pooled(batches: readonly BatchMoments[]): FeatureStatistics {
  const total = batches.reduce((sum, { count }) => sum + count, 0);
  const [mean, squares] = [new Float64Array(batches[0].mean.length), new Float64Array(batches[0].mean.length)];
  for (const { mean: of, count } of batches) {
    for (let u = 0; u < mean.length; u++) mean[u] += (count / total) * of[u];
  }
  for (const { mean: of, squares: own, count } of batches) {
    for (let u = 0; u < mean.length; u++) squares[u] = squares[u] + own[u] + count * (of[u] - mean[u]) ** 2;
  }
  return { mean: [...mean], variance: [...squares.map((x) => x / (total - 1))] };
}
