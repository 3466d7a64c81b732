/**
 * Schedulers: what changes learning rates from epoch to epoch.
 * @module lrScheduler
 */
export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./cosineAnnealingLR.ts";
export { ExponentialLR } from "./exponentialLR.ts";
export { LambdaLR, type LrLambda } from "./lambdaLR.ts";
export { MultiStepLR, type MultiStepLROptions } from "./multiStepLR.ts";
export { OneCycleLR, type OneCycleLROptions } from "./oneCycleLR.ts";
export {
  type GroupChange,
  LRScheduler,
  type SchedulerOptions,
  type SchedulerStateDict,
  type Settings,
} from "./scheduler.ts";
export { StepLR, type StepLROptions } from "./stepLR.ts";
