/**
 * Optimisers, and schedulers of their learning rates.
 * @module optim
 */
export { Adagrad, type AdagradGroup, type AdagradGroupOptions, type AdagradOptions } from "./adagrad.ts";
export { Adam } from "./adam.ts";
export type { AdamGroup, AdamGroupOptions, AdamOptimizer, AdamOptions } from "./adamOptimizer.ts";
export { AdamW } from "./adamW.ts";
export { LBFGS, type LBFGSGroup, type LBFGSOptions } from "./lbfgs.ts";
export { Lion, type LionGroup, type LionGroupOptions, type LionOptions } from "./lion.ts";
export * as lrScheduler from "./lrScheduler/index.ts";
export { NAdam, type NAdamGroup, type NAdamGroupOptions, type NAdamOptions } from "./nadam.ts";
export { Optimizer } from "./optimizer.ts";
export type { OptimizerKind } from "./optimizerKind.ts";
export type { OptionRule, OptionRules } from "./optionRules.ts";
export * as optionRules from "./optionRules.ts";
export type { GroupParams, ParamGroup } from "./paramGroup.ts";
export type { ParamState } from "./paramState.ts";
export { RAdam, type RAdamGroup, type RAdamGroupOptions, type RAdamOptions } from "./radam.ts";
export { RMSprop, type RMSpropGroup, type RMSpropGroupOptions, type RMSpropOptions } from "./rmsprop.ts";
export { SGD, type SGDGroup, type SGDGroupOptions, type SGDOptions } from "./sgd.ts";
export type { KeptValue, OptimizerStateDict } from "./stateDict.ts";
