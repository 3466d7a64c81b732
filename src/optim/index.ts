/**
 * Optimisers, and schedulers of their learning rates.
 * @module optim
 */
export { Adam } from "./adam.ts";
export type { AdamGroup, AdamGroupOptions, AdamOptimizer, AdamOptions } from "./adamOptimizer.ts";
export { AdamW } from "./adamW.ts";
export * as lrScheduler from "./lrScheduler/index.ts";
export { Optimizer } from "./optimizer.ts";
export type { OptimizerKind } from "./optimizerKind.ts";
export type { OptionRule, OptionRules } from "./optionRules.ts";
export * as optionRules from "./optionRules.ts";
export type { GroupParams, ParamGroup } from "./paramGroup.ts";
export type { ParamState } from "./paramState.ts";
export { SGD, type SGDGroup, type SGDGroupOptions, type SGDOptions } from "./sgd.ts";
export type { OptimizerStateDict } from "./stateDict.ts";
