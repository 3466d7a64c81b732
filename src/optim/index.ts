/**
 * Optimisers, and schedulers of their learning rates.
 * @module optim
 */
export { Adagrad, type AdagradGroup, type AdagradGroupOptions, type AdagradOptions } from "./adagrad.ts";
export { Adam } from "./adam/adam.ts";
export type { AdamGroup, AdamGroupOptions, AdamOptimizer, AdamOptions } from "./adam/adamOptimizer.ts";
export { AdamW } from "./adam/adamW.ts";
export { NAdam, type NAdamGroup, type NAdamGroupOptions, type NAdamOptions } from "./adam/nadam.ts";
export { RAdam, type RAdamGroup, type RAdamGroupOptions, type RAdamOptions } from "./adam/radam.ts";
export { AveragedModel, type AveragedModelOptions, type AverageFunction } from "./averaging/averagedModel.ts";
export { LBFGS, type LBFGSGroup, type LBFGSOptions } from "./lbfgs/lbfgs.ts";
export { Lion, type LionGroup, type LionGroupOptions, type LionOptions } from "./lion.ts";
export * as lrScheduler from "./lrScheduler/index.ts";
export { Optimizer } from "./optimizer.ts";
export type { OptimizerKind } from "./optimizerKind.ts";
export type { OptionRule, OptionRules } from "./optionRules.ts";
export * as optionRules from "./optionRules.ts";
export type { GroupParams, ParamGroup } from "./paramGroup.ts";
export type { ParamState } from "./paramState.ts";
export { RMSprop, type RMSpropGroup, type RMSpropGroupOptions, type RMSpropOptions } from "./rmsprop.ts";
export { SGD, type SGDGroup, type SGDGroupOptions, type SGDOptions } from "./sgd.ts";
export type { KeptValue, OptimizerStateDict } from "./stateDict.ts";
