/**
 * Why batch normalisation helps, measured on your own model: covariate shift, activations and gradients, the loss
 * landscape, curvature, and the theory term by term. Everything is plain data, and leaves the model as it was.
 * @module evenkeel/analysis
 */

export {
  ActivationDrift,
  type ActivationDriftOptions,
  type DriftPoint,
  type DriftReport,
  type DriftSeries,
} from "./activationDrift.ts";
export {
  type ActivationLayer,
  type ActivationReport,
  type ActivationReportOptions,
  type ActivationUnit,
  activationReport,
} from "./activationReport.ts";
export {
  type BatchNormHealth,
  type BatchNormHealthLayer,
  type BatchNormHealthOptions,
  batchNormHealth,
  batchNormHealthAsync,
} from "./batchNormHealth.ts";
export type { FeatureStatistics } from "./batchNormStatistics.ts";
export type {
  BatchNormForm,
  BatchNormLike,
  BatchNormSettings,
  UnitStatistics,
  VarianceKind,
} from "./batchNormTerms.ts";
export { type CompareOptions, compare, compareAsync } from "./compare.ts";
export {
  type ComparedRow,
  type Comparison,
  type ComparisonOptions,
  type ComparisonRow,
  type ComparisonRun,
  type ComparisonStart,
  comparisonRows,
} from "./comparison.ts";
export {
  type DeadUnits,
  type DeadUnitsLayer,
  type DeadUnitsOptions,
  deadUnits,
  deadUnitsAsync,
} from "./deadUnits.ts";
export {
  type Descend1dOptions,
  type Descent,
  type Descents,
  descend1d,
  descend1dAsync,
} from "./descend1d.ts";
export { type DiagnosableReport, diagnose } from "./diagnose.ts";
export {
  type EffectiveLearningRate,
  type EffectiveLearningRateLayer,
  type EffectiveLearningRateOptions,
  effectiveLearningRate,
  type HasLearningRates,
} from "./effectiveLearningRate.ts";
export type { Which } from "./eigenSearch.ts";
export { estimateCost, type LongAnalysis } from "./estimateCost.ts";
export {
  type BatchNormCurvature,
  type ExplainBatchNormCurvatureOptions,
  explainBatchNormCurvature,
  type UnitCurvature,
} from "./explainBatchNormCurvature.ts";
export {
  type BatchNormGradient,
  explainBatchNormGradient,
  type GradientShares,
  type UnitGradient,
} from "./explainBatchNormGradient.ts";
export {
  type BatchNormInitialisation,
  explainBatchNormInitialisation,
  type InitialisationTerms,
} from "./explainBatchNormInitialisation.ts";
export {
  type BatchNormMinimax,
  type ExplainBatchNormMinimaxOptions,
  explainBatchNormMinimax,
  type UnitMinimax,
} from "./explainBatchNormMinimax.ts";
export { foldBatchNorm } from "./foldBatchNorm.ts";
export {
  type ActivationGradient,
  type GradientReport,
  type GradientReportOptions,
  type GradientStatistics,
  gradientReport,
  type ParameterGradient,
} from "./gradientReport.ts";
export {
  type ComputationGraph,
  type ComputationGraphOptions,
  computationGraph,
  type GraphCollapse,
  type GraphEdge,
  type GraphNode,
} from "./graph/computationGraph.ts";
export type { GraphNumbers } from "./graph/graphNumbers.ts";
export { toDot } from "./graph/toDot.ts";
export { toMermaid } from "./graph/toMermaid.ts";
export { toSvg } from "./graph/toSvg.ts";
export {
  type HessianEigenvalues,
  type HessianEigenvaluesOptions,
  hessianEigenvalues,
  hessianEigenvaluesAsync,
} from "./hessianEigenvalues.ts";
export type { HessianCostOptions, HessianMethod, HessianOptions, HessianSettings } from "./hessianOptions.ts";
export { type HessianTrace, type HessianTraceOptions, hessianTrace, hessianTraceAsync } from "./hessianTrace.ts";
export { type InitialLossCheck, type InitialLossCheckOptions, initialLossCheck } from "./initialLossCheck.ts";
export {
  type InternalCovariateShift,
  type InternalCovariateShiftOptions,
  internalCovariateShift,
  internalCovariateShiftAsync,
  type LayerShift,
  type ShiftSettings,
} from "./internalCovariateShift.ts";
export { type InterpolateOptions, type Interpolation, interpolate, interpolateAsync } from "./interpolate.ts";
export { type LayerInterference, layerInterference, layerInterferenceAsync } from "./layerInterference.ts";
export type { BatchNormPlace, LayerGroups, LayerOptions, LayerSettings } from "./layers.ts";
export { type LearningRateRange, learningRateRange } from "./learningRateRange.ts";
export type { LineDirection } from "./lineDirection.ts";
export {
  type LineProbe,
  type LineProbeOptions,
  lineProbe,
  lineProbeAsync,
  type StepRange,
} from "./lineProbe.ts";
export type { Cost, Loss } from "./loss.ts";
export type { Losses, LossOverBatches, Reduction } from "./losses.ts";
export {
  type Grid,
  type LossSurface,
  type LossSurfaceOptions,
  lossSurface,
  lossSurfaceAsync,
  type PathPoint,
} from "./lossSurface.ts";
export type { BatchNormMode, PathBatchNormMode } from "./preserving.ts";
export {
  type RecalibratedBatchNorm,
  type RecalibratedLayer,
  recalibrateBatchNorm,
  recalibrateBatchNormAsync,
} from "./recalibrateBatchNorm.ts";
export { Recorder, type RecorderOptions, type RecorderStateDict } from "./recorder.ts";
export {
  type Plain,
  type RecordedOptimizer,
  type RecordedRow,
  type Recording,
  type RecordingOptions,
  readRecording,
} from "./recording.ts";
export type { LongOptions, Progress } from "./running.ts";
export type { SaturationThresholds } from "./saturation.ts";
export type { SeedOptions } from "./seeded.ts";
export type { Slice } from "./slice.ts";
export {
  type SpectralDensity,
  type SpectralDensityOptions,
  spectralDensity,
  spectralDensityAsync,
} from "./spectralDensity.ts";
export type { Histogram, Percentile, Statistics } from "./statistics.ts";
export type {
  AfterStep,
  ScheduledProbe,
  StepContext,
  StepProbe,
  StepProbes,
  StepResult,
  StepRow,
  WatchedOutput,
} from "./stepProbe.ts";
export { type ActivationProbeOptions, type LayerProbeOptions, stepProbes } from "./stepProbes.ts";
export { type TidyRow, toCsv } from "./toCsv.ts";
export type { UpdateOptions } from "./update.ts";
export { type UpdateRatio, type UpdateRatios, type UpdateRatiosOptions, updateRatios } from "./updateRatios.ts";
export { diagnosisThresholds, type Verdict } from "./verdict.ts";
export type { ForwardInputs } from "./watching.ts";
export {
  type ScaleInvarianceLayer,
  type ScaleInvarianceUnit,
  type WeightScaleInvariance,
  type WeightScaleInvarianceOptions,
  weightScaleInvariance,
  weightScaleInvarianceAsync,
} from "./weightScaleInvariance.ts";
