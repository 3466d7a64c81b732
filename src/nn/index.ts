/**
 * Modules, losses, and the functions and initialisers behind them.
 * @module nn
 */

export { ELU } from "./activations/elu.ts";
export { GELU } from "./activations/gelu.ts";
export { Hardtanh } from "./activations/hardtanh.ts";
export { LeakyReLU } from "./activations/leakyRelu.ts";
export { ReLU } from "./activations/relu.ts";
export { Sigmoid } from "./activations/sigmoid.ts";
export { SiLU } from "./activations/silu.ts";
export { LogSoftmax, Softmax } from "./activations/softmax.ts";
export { Softplus } from "./activations/softplus.ts";
export { Tanh } from "./activations/tanh.ts";
export type { AttentionMasks } from "./attention/attend.ts";
export {
  type AttendOptions,
  MultiheadAttention,
  type MultiheadAttentionOptions,
} from "./attention/multiheadAttention.ts";
export { Conv1d } from "./convolution/conv1d.ts";
export { Conv2d } from "./convolution/conv2d.ts";
export type { Conv1dOptions, Conv2dOptions } from "./convolution/options.ts";
export type { PadMode } from "./convolution/pad.ts";
export { Fold, Unfold, type UnfoldOptions } from "./convolution/unfold.ts";
export * as functional from "./functional.ts";
export * as init from "./init/index.ts";
export { Dropout1d, Dropout2d } from "./layers/channelDropout.ts";
export { Dropout } from "./layers/dropout.ts";
export { Embedding, type EmbeddingOptions } from "./layers/embedding.ts";
export { Flatten, type FlattenOptions } from "./layers/flatten.ts";
export { Identity } from "./layers/identity.ts";
export { Linear, type LinearOptions } from "./layers/linear.ts";
export { ModuleDict } from "./layers/moduleDict.ts";
export { Noise1d, type Noise1dOptions, Noise2d, type NoiseOptions } from "./layers/noise.ts";
export { Sequential } from "./layers/sequential.ts";
export { Unflatten } from "./layers/unflatten.ts";
export { BCELoss } from "./losses/bceLoss.ts";
export { BCEWithLogitsLoss } from "./losses/bceWithLogitsLoss.ts";
export { CrossEntropyLoss } from "./losses/crossEntropyLoss.ts";
export { HuberLoss } from "./losses/huberLoss.ts";
export { KLDivLoss } from "./losses/klDivLoss.ts";
export { L1Loss } from "./losses/l1Loss.ts";
export { MSELoss } from "./losses/mseLoss.ts";
export { NLLLoss } from "./losses/nllLoss.ts";
export { SmoothL1Loss } from "./losses/smoothL1Loss.ts";
export type { BackwardHook } from "./module/hooks/backwardHooks.ts";
export type { ForwardHook, ForwardPreHook } from "./module/hooks/forwardHooks.ts";
export { type BufferOptions, Module, type StateDictOptions } from "./module/module.ts";
export type { NumberOrPair } from "./module/pairs.ts";
export { Parameter } from "./module/parameter.ts";
export type { LoadResult, StateDict } from "./module/stateDict.ts";
export { BatchNorm1d, type BatchNorm1dOptions } from "./normalisation/batchNorm1d.ts";
export { BatchNorm2d, type BatchNorm2dOptions } from "./normalisation/batchNorm2d.ts";
export { BatchNorm3d, type BatchNorm3dOptions } from "./normalisation/batchNorm3d.ts";
export { GhostBatchNorm1d } from "./normalisation/ghostBatchNorm1d.ts";
export { GroupNorm, type GroupNormOptions } from "./normalisation/groupNorm.ts";
export { InstanceNorm1d, InstanceNorm2d, type InstanceNormOptions } from "./normalisation/instanceNorm.ts";
export { LayerNorm, type LayerNormOptions } from "./normalisation/layerNorm.ts";
export { LpNorm1d, type LpNorm1dOptions, LpNorm2d, type LpNormOptions } from "./normalisation/lpNorm.ts";
export {
  NoisyBatchNorm1d,
  type NoisyBatchNorm1dOptions,
  NoisyBatchNorm2d,
  type NoisyBatchNormOptions,
} from "./normalisation/noisyBatchNorm.ts";
export type { NormalisedOver } from "./normalisation/normalisedOver.ts";
export { RMSNorm, type RMSNormOptions } from "./normalisation/rmsNorm.ts";
export { type NormalisationStatistics, normalisationStatistics } from "./normalisation/statistics.ts";
export { AdaptiveAvgPool1d, AdaptiveAvgPool2d, type AdaptiveSize } from "./pooling/adaptiveAvgPool.ts";
export { AvgPool1d, type AvgPool1dOptions, AvgPool2d, type AvgPool2dOptions } from "./pooling/avgPool.ts";
export { MaxPool1d, type MaxPool1dOptions, MaxPool2d, type MaxPool2dOptions } from "./pooling/maxPool.ts";
export * as utils from "./utils/index.ts";
