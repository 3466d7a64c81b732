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
} from "./activations/activationDrift.ts";
export {
  type ActivationLayer,
  type ActivationReport,
  type ActivationReportOptions,
  type ActivationUnit,
  activationReport,
} from "./activations/activationReport.ts";
export {
  type DeadUnits,
  type DeadUnitsLayer,
  type DeadUnitsOptions,
  deadUnits,
  deadUnitsAsync,
} from "./activations/deadUnits.ts";
export {
  type EffectiveRank,
  type EffectiveRankLayer,
  type EffectiveRankOptions,
  effectiveRank,
} from "./activations/effectiveRank.ts";
export {
  type ExampleCorrelation,
  type ExampleCorrelationLayer,
  type ExampleCorrelationOptions,
  exampleCorrelation,
} from "./activations/exampleCorrelation.ts";
export {
  type ActivationGradient,
  type GradientReport,
  type GradientReportOptions,
  type GradientStatistics,
  gradientReport,
  type ParameterGradient,
} from "./activations/gradientReport.ts";
export {
  type InitialLossCheck,
  type InitialLossCheckOptions,
  initialLossCheck,
} from "./activations/initialLossCheck.ts";
export { LiveActivations, type LiveActivationsOptions, type LiveLayer } from "./activations/liveActivations.ts";
export type { OutputMatrixOptions } from "./activations/outputMatrices.ts";
export {
  type UpdateRatio,
  type UpdateRatios,
  type UpdateRatiosOptions,
  updateRatios,
} from "./activations/updateRatios.ts";
export {
  type BatchNormHealth,
  type BatchNormHealthLayer,
  type BatchNormHealthOptions,
  batchNormHealth,
  batchNormHealthAsync,
} from "./batchNorm/batchNormHealth.ts";
export type { FeatureStatistics } from "./batchNorm/batchNormStatistics.ts";
export { foldBatchNorm } from "./batchNorm/foldBatchNorm.ts";
export {
  type RecalibratedBatchNorm,
  type RecalibratedLayer,
  recalibrateBatchNorm,
  recalibrateBatchNormAsync,
} from "./batchNorm/recalibrateBatchNorm.ts";
export {
  type InternalCovariateShift,
  type InternalCovariateShiftOptions,
  internalCovariateShift,
  internalCovariateShiftAsync,
  type LayerShift,
  type ShiftSettings,
} from "./covariateShift/internalCovariateShift.ts";
export {
  type LayerInterference,
  layerInterference,
  layerInterferenceAsync,
} from "./covariateShift/layerInterference.ts";
export type { Which } from "./curvature/eigenSearch.ts";
export {
  type GradientAlignment,
  type GradientAlignmentOptions,
  gradientAlignment,
  gradientAlignmentAsync,
} from "./curvature/gradientAlignment.ts";
export {
  type DiagonalOfParameter,
  type HessianDiagonal,
  type HessianDiagonalOptions,
  hessianDiagonal,
  hessianDiagonalAsync,
} from "./curvature/hessianDiagonal.ts";
export {
  type HessianEigenvalues,
  type HessianEigenvaluesOptions,
  hessianEigenvalues,
  hessianEigenvaluesAsync,
} from "./curvature/hessianEigenvalues.ts";
export type {
  Curvature,
  HessianCostOptions,
  HessianMethod,
  HessianOptions,
  HessianSettings,
} from "./curvature/hessianOptions.ts";
export {
  type HessianTrace,
  type HessianTraceOptions,
  hessianTrace,
  hessianTraceAsync,
} from "./curvature/hessianTrace.ts";
export {
  type SpectralDensity,
  type SpectralDensityOptions,
  spectralDensity,
  spectralDensityAsync,
} from "./curvature/spectralDensity.ts";
export { type DiagnosableReport, diagnose } from "./diagnosis/diagnose.ts";
export { diagnosisThresholds, type Verdict } from "./diagnosis/verdict.ts";
export { type CostSizes, estimateCost, type LongAnalysis } from "./estimateCost.ts";
export { type ComputationGraphOptions, computationGraph } from "./graph/computationGraph.ts";
export type { ComputationGraph, GraphCollapse, GraphEdge, GraphNode } from "./graph/graph.ts";
export type { GraphNumbers } from "./graph/graphNumbers.ts";
export { toDot } from "./graph/toDot.ts";
export { toMermaid } from "./graph/toMermaid.ts";
export { toSvg } from "./graph/toSvg.ts";
export {
  type Descend1dOptions,
  type Descent,
  type Descents,
  descend1d,
  descend1dAsync,
} from "./landscape/descend1d.ts";
export { type InterpolateOptions, type Interpolation, interpolate, interpolateAsync } from "./landscape/interpolate.ts";
export { type LearningRateRange, learningRateRange } from "./landscape/learningRateRange.ts";
export {
  type LearningRateTest,
  type LearningRateTestOptions,
  learningRateTest,
  learningRateTestAsync,
} from "./landscape/learningRateTest.ts";
export type { LineDirection } from "./landscape/lineDirection.ts";
export {
  type LineProbe,
  type LineProbeOptions,
  lineProbe,
  lineProbeAsync,
  type StepRange,
} from "./landscape/lineProbe.ts";
export {
  type Grid,
  type LossSurface,
  type LossSurfaceOptions,
  lossSurface,
  lossSurfaceAsync,
  type PathPoint,
} from "./landscape/lossSurface.ts";
export type { Slice } from "./landscape/slice.ts";
export { type SurfaceRoughness, surfaceRoughness } from "./landscape/surfaceRoughness.ts";
export type { BatchNormPlace, LayerGroups, LayerOptions, LayerSettings } from "./measuring/layers.ts";
export type { Cost, Loss } from "./measuring/loss.ts";
export type { Losses, LossOverBatches, Reduction } from "./measuring/losses.ts";
export type { BatchNormMode, PathBatchNormMode } from "./measuring/preserving.ts";
export type { LongOptions, Progress } from "./measuring/running.ts";
export type { SaturationThresholds } from "./measuring/saturation.ts";
export type { SeedOptions } from "./measuring/seeded.ts";
export type { UpdateOptions } from "./measuring/update.ts";
export type { ForwardInputs } from "./measuring/watching.ts";
export type { Histogram, Percentile } from "./numbers/spread.ts";
export type { Statistics } from "./numbers/statistics.ts";
export { type CompareOptions, compare, compareAsync } from "./recording/compare.ts";
export {
  type ComparedRow,
  type Comparison,
  type ComparisonOptions,
  type ComparisonRow,
  type ComparisonRun,
  type ComparisonStart,
  comparisonRows,
} from "./recording/comparison.ts";
export { joinComparisons } from "./recording/joinComparisons.ts";
export { Recorder, type RecorderOptions, type RecorderStateDict } from "./recording/recorder.ts";
export {
  type Plain,
  type RecordedOptimizer,
  type RecordedRow,
  type Recording,
  type RecordingOptions,
  readRecording,
} from "./recording/recording.ts";
export { type SharpnessProbeOptions, sharpnessProbe } from "./recording/sharpnessProbe.ts";
export type {
  AfterStep,
  ScheduledProbe,
  StepContext,
  StepProbe,
  StepProbes,
  StepResult,
  StepRow,
  WatchedOutput,
} from "./recording/stepProbe.ts";
export { type ActivationProbeOptions, type LayerProbeOptions, stepProbes } from "./recording/stepProbes.ts";
export { type TidyRow, toCsv } from "./recording/toCsv.ts";
export { type SummaryOptions, summary } from "./summary/summary.ts";
export type { Summary, SummaryCounts, SummaryLayer } from "./summary/summaryData.ts";
export { toTable } from "./summary/toTable.ts";
export type {
  BatchNormForm,
  BatchNormLike,
  BatchNormSettings,
  UnitStatistics,
  VarianceKind,
} from "./theory/batchNormTerms.ts";
export {
  type EffectiveLearningRate,
  type EffectiveLearningRateLayer,
  type EffectiveLearningRateOptions,
  effectiveLearningRate,
  type HasLearningRates,
} from "./theory/effectiveLearningRate.ts";
export {
  type BatchNormCurvature,
  type ExplainBatchNormCurvatureOptions,
  explainBatchNormCurvature,
  type UnitCurvature,
} from "./theory/explainBatchNormCurvature.ts";
export {
  type BatchNormGradient,
  explainBatchNormGradient,
  type GradientShares,
  type UnitGradient,
} from "./theory/explainBatchNormGradient.ts";
export {
  type BatchNormInitialisation,
  explainBatchNormInitialisation,
  type InitialisationTerms,
} from "./theory/explainBatchNormInitialisation.ts";
export {
  type BatchNormMinimax,
  type ExplainBatchNormMinimaxOptions,
  explainBatchNormMinimax,
  type UnitMinimax,
} from "./theory/explainBatchNormMinimax.ts";
export {
  type ScaleInvarianceLayer,
  type ScaleInvarianceUnit,
  type WeightScaleInvariance,
  type WeightScaleInvarianceOptions,
  weightScaleInvariance,
  weightScaleInvarianceAsync,
} from "./theory/weightScaleInvariance.ts";
