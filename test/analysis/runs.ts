import type { nn, Tensor } from "evenkeel";
import * as analysis from "evenkeel/analysis";
import { norm, type Setting } from "./settings.ts";

export const steps = [0.1, 1];
export const descents = { starts: [0], lr: 0.1, steps: 2, points: 3, tolerance: 0 };
export const surface = { points: 3, seed: 1 };

/** Each function that takes a model, or a part of one; with a batch. */
export const runs: Record<string, (s: Setting) => unknown> = {
  activationReport: (s) => analysis.activationReport(s.model, s.x, { modules: [""] }),
  batchNormHealth: (s) => analysis.batchNormHealth(s.model, [s.x, s.x], { loss: () => s.loss() }),
  computationGraph: (s) => analysis.computationGraph(s.loss, { model: s.model }),
  deadUnits: (s) => analysis.deadUnits(s.model, [s.x, s.x], { bitmap: "strings" }),
  descend1d: (s) => analysis.descend1d({ model: s.model, loss: s.loss }, descents),
  effectiveRank: (s) => analysis.effectiveRank(s.model, s.x, { modules: [""], centred: true }),
  exampleCorrelation: (s) => analysis.exampleCorrelation(s.model, s.x, { modules: [""] }),
  effectiveLearningRate: (s) => analysis.effectiveLearningRate(s.model, s.optimizer),
  explainBatchNormCurvature: (s) => {
    const loss = (z: Tensor) => s.loss().add(z.square().sum());
    return analysis.explainBatchNormCurvature(...norm(s), loss, { model: s.model });
  },
  explainBatchNormGradient: (s) => analysis.explainBatchNormGradient(...norm(s), norm(s)[1]),
  explainBatchNormMinimax: (s) => analysis.explainBatchNormMinimax(...norm(s), norm(s)[1], { lambda: 1 }),
  foldBatchNorm: (s) => analysis.foldBatchNorm(s.model as nn.Sequential),
  gradientAlignment: (s) => analysis.gradientAlignment(s.model, s.loss, { k: 2 }),
  gradientReport: (s) => analysis.gradientReport(s.model, s.loss),
  hessianDiagonal: (s) => analysis.hessianDiagonal(s.model, s.loss, { samples: 2 }),
  hessianEigenvalues: (s) => analysis.hessianEigenvalues(s.model, s.loss, { k: 2 }),
  hessianTrace: (s) => analysis.hessianTrace(s.model, s.loss, { samples: 2, method: "differences" }),
  initialLossCheck: (s) => analysis.initialLossCheck(s.model, s.loss, { numClasses: 2 }),
  internalCovariateShift: (s) => analysis.internalCovariateShift(s.model, s.loss, { optimizer: s.optimizer }),
  interpolate: (s) => analysis.interpolate(s.model, s.loss, s.from, s.model.stateDict(), { positions: [0, 1] }),
  layerInterference: (s) => analysis.layerInterference(s.model, s.loss, { optimizer: s.optimizer }),
  learningRateTest: (s) => analysis.learningRateTest(s.model, s.loss, { optimizer: s.optimizer, steps: 3 }),
  lineProbe: (s) => analysis.lineProbe(s.model, s.loss, { steps, direction: s.optimizer }),
  lossSurface: (s) => analysis.lossSurface(s.model, s.loss, { ...surface, path: [s.from], batchNorm: "running" }),
  recalibrateBatchNorm: (s) => analysis.recalibrateBatchNorm(s.model, [s.x, s.x]),
  spectralDensity: (s) => analysis.spectralDensity(s.model, s.loss, { starts: 2, iterations: 3 }),
  summary: (s) => analysis.summary(s.model, s.x),
  updateRatios: (s) => analysis.updateRatios(s.model, s.loss, { optimizer: s.optimizer, parameters: "all" }),
  weightScaleInvariance: (s) => analysis.weightScaleInvariance(s.model, s.loss),
};
