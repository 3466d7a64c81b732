/**
 * Why batch normalisation helps, measured on your own model: covariate shift, activations and gradients, the loss
 * landscape, curvature, and the theory term by term. Everything is plain data, and leaves the model as it was.
 * @module evenkeel/analysis
 */
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
export { type DiagnosableReport, diagnose, diagnosisThresholds, type Verdict } from "./diagnose.ts";
export { foldBatchNorm } from "./foldBatchNorm.ts";
export {
  type ActivationGradient,
  type GradientReport,
  type GradientReportOptions,
  type GradientStatistics,
  gradientReport,
  type ParameterGradient,
} from "./gradientReport.ts";
export { type InitialLossCheck, type InitialLossCheckOptions, initialLossCheck } from "./initialLossCheck.ts";
export type { LayerGroups } from "./layers.ts";
export type { Cost, Loss } from "./loss.ts";
export type { BatchNormMode } from "./preserving.ts";
export {
  type RecalibratedBatchNorm,
  type RecalibratedLayer,
  recalibrateBatchNorm,
  recalibrateBatchNormAsync,
} from "./recalibrateBatchNorm.ts";
export { Recorder, type RecorderOptions } from "./recorder.ts";
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
export { type UpdateRatio, type UpdateRatios, type UpdateRatiosOptions, updateRatios } from "./updateRatios.ts";
export type { ForwardInputs } from "./watching.ts";
