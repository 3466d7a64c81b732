import { arange, type nn, optim, type Tensor } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import { type Batch, type Kind, zoo } from "./zoo.ts";

/** The functions of `evenkeel/analysis`, sorted, those that let others work under the name of the others. */
export const analysisNames: readonly string[] = [
  ...new Set(
    Object.entries(analysis)
      .filter(([, value]) => typeof value === "function" && !/^class/.test(`${value}`))
      .map(([name]) => name.replace(/Async$/, "")),
  ),
].sort();

/** What an analysis is run on. */
export interface Setting extends Batch {
  readonly model: nn.Module;
  readonly optimizer: optim.Adam;
  readonly from: nn.StateDict;
  readonly to: nn.StateDict;
}

/** A model that has been trained for a step, so that it has gradients, versions and a history, and a batch of `n`. */
export function setting(kind: Kind, n: number): Setting {
  const { model, batch } = kind();
  const from = model.stateDict();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01, weightDecay: 0.1 });
  batch(3).loss().backward();
  optimizer.step();
  return { ...batch(n), model, optimizer, from, to: model.stateDict() };
}

/** The batch norm of a model, and an input for it. */
export function norm({ model, x }: Setting): readonly [norm: never, x: Tensor] {
  const found = model
    .namedModules()
    .find(([, module]) => module.constructor.name === "BatchNorm1d")?.[1] as nn.BatchNorm1d;
  const places = arange(1, 1 + (found?.numFeatures ?? 1), { dtype: "float64" });
  return [found as never, x.flatten(1).sum(1, { keepdim: true }).mul(places)];
}

/** Those that take none. */
export const modelless = [
  "compare",
  "comparisonRows",
  "diagnose",
  "estimateCost",
  "explainBatchNormInitialisation",
  "joinComparisons",
  "learningRateRange",
  "readRecording",
  "sharpnessProbe",
  "surfaceRoughness",
  "toCsv",
  "toDot",
  "toMermaid",
  "toSvg",
  "toTable",
];

const withNorm = ["shared layers", "batch norm", "no affine", "weight decay in the loss", "three dimensions"];
const stacks = ["batch norm", "no affine", "weight decay in the loss"];

/** One module has all parameters. */
const single = [
  "batch norm by hand, in one module",
  "tied",
  "tied, the other way",
  "raw parameters",
  "no hidden layer",
  "three dimensions",
];
const layered = Object.keys(zoo).filter((name) => !single.includes(name));

/** The kinds that have what an analysis is about; all other analyses take every kind. */
export const meant: Record<string, readonly string[]> = {
  batchNormHealth: withNorm,
  deadUnits: [...stacks, "nested arrays", "three dimensions"],
  effectiveLearningRate: [...stacks, "shared layers"],
  explainBatchNormCurvature: withNorm,
  explainBatchNormGradient: withNorm,
  explainBatchNormMinimax: withNorm,
  foldBatchNorm: stacks,
  internalCovariateShift: layered,
  layerInterference: layered,
  lossSurface: Object.keys(zoo).filter((name) => name !== "three dimensions"), // which has no matrix
  recalibrateBatchNorm: withNorm,
  weightScaleInvariance: [...stacks, "shared layers"],
};
