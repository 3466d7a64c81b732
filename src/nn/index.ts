/**
 * Modules, losses, and the functions and initialisers behind them.
 * @module nn
 */
export { BatchNorm1d, type BatchNorm1dOptions } from "./batchNorm1d.ts";
export { CrossEntropyLoss } from "./crossEntropyLoss.ts";
export { Dropout } from "./dropout.ts";
export { Embedding, type EmbeddingOptions } from "./embedding.ts";
export { Flatten, type FlattenOptions } from "./flatten.ts";
export type { ForwardHook } from "./forwardHooks.ts";
export * as functional from "./functional/index.ts";
export { GELU } from "./gelu.ts";
export { Identity } from "./identity.ts";
export * as init from "./init/index.ts";
export { LayerNorm, type LayerNormOptions } from "./layerNorm.ts";
export { Linear, type LinearOptions } from "./linear.ts";
export { LpNorm1d, type LpNorm1dOptions } from "./lpNorm1d.ts";
export { type BufferOptions, Module, type StateDictOptions } from "./module.ts";
export { MSELoss } from "./mseLoss.ts";
export { NLLLoss } from "./nllLoss.ts";
export { Noise1d, type Noise1dOptions } from "./noise1d.ts";
export { NoisyBatchNorm1d, type NoisyBatchNorm1dOptions } from "./noisyBatchNorm1d.ts";
export { Parameter } from "./parameter.ts";
export { ReLU } from "./relu.ts";
export { Sequential } from "./sequential.ts";
export { Sigmoid } from "./sigmoid.ts";
export type { LoadResult, StateDict } from "./stateDict.ts";
export { Tanh } from "./tanh.ts";
