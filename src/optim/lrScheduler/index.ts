/**
 * Schedulers: what changes learning rates from epoch to epoch.
 * @module lrScheduler
 */

export { SWALR, type SWALROptions } from "../averaging/swaLR.ts";
export { CosineAnnealingLR, type CosineAnnealingLROptions } from "./cosineAnnealingLR.ts";
export {
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./cosineAnnealingWarmRestarts.ts";
export { CyclicLR, type CyclicLROptions } from "./cyclicLR.ts";
export { ExponentialLR } from "./exponentialLR.ts";
export { LambdaLR, type LrLambda } from "./lambdaLR.ts";
export { LinearLR, type LinearLROptions } from "./linearLR.ts";
export { MultiStepLR, type MultiStepLROptions } from "./multiStepLR.ts";
export { OneCycleLR, type OneCycleLROptions } from "./oneCycleLR.ts";
export { PolynomialLR, type PolynomialLROptions } from "./polynomialLR.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduceLROnPlateau.ts";
export {
  type GroupChange,
  LRScheduler,
  type SchedulerOptions,
  type SchedulerStateDict,
  type Settings,
} from "./scheduler.ts";
export { SequentialLR } from "./sequentialLR.ts";
export { StepLR, type StepLROptions } from "./stepLR.ts";
