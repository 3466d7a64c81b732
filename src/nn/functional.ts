/**
 * The functions behind the modules: what they compute, given their parameters.
 * @module functional
 */
export { logSoftmax, relu, sigmoid, softmax, tanh } from "./activations/activations.ts";
export { type ELUOptions, elu } from "./activations/elu.ts";
export { type GELUOptions, gelu } from "./activations/gelu.ts";
export { type HardtanhOptions, hardtanh } from "./activations/hardtanh.ts";
export { type LeakyReLUOptions, leakyRelu } from "./activations/leakyRelu.ts";
export { silu } from "./activations/silu.ts";
export { type SoftplusOptions, softplus } from "./activations/softplus.ts";
export {
  type ScaledDotProductAttentionOptions,
  scaledDotProductAttention,
} from "./attention/scaledDotProductAttention.ts";
export { conv1d } from "./convolution/conv1d.ts";
export { conv2d } from "./convolution/conv2d.ts";
export type { Conv1dFunctionOptions, Conv2dFunctionOptions } from "./convolution/options.ts";
export { type PadOptions, pad } from "./convolution/pad.ts";
export { fold, unfold } from "./convolution/unfold.ts";
export { dropout1d, dropout2d } from "./layers/channelDropout.ts";
export { type DropoutFunctionOptions, dropout } from "./layers/dropout.ts";
export { type EmbeddingFunctionOptions, embedding } from "./layers/embedding.ts";
export { linear } from "./layers/linear.ts";
export { type BCELossOptions, binaryCrossEntropy } from "./losses/bceLoss.ts";
export { type BCEWithLogitsLossOptions, binaryCrossEntropyWithLogits } from "./losses/bceWithLogitsLoss.ts";
export { type CrossEntropyOptions, crossEntropy } from "./losses/crossEntropyLoss.ts";
export { type HuberLossOptions, huberLoss } from "./losses/huberLoss.ts";
export { type KLDivLossOptions, klDiv } from "./losses/klDivLoss.ts";
export { type L1LossOptions, l1Loss } from "./losses/l1Loss.ts";
export { type MSELossOptions, mseLoss } from "./losses/mseLoss.ts";
export { type NLLLossOptions, nllLoss } from "./losses/nllLoss.ts";
export type { Reduction } from "./losses/reduction.ts";
export { type SmoothL1LossOptions, smoothL1Loss } from "./losses/smoothL1Loss.ts";
export { type BatchNormOptions, batchNorm } from "./normalisation/batchNorm.ts";
export { type GroupNormFunctionOptions, groupNorm } from "./normalisation/groupNorm.ts";
export { type InstanceNormFunctionOptions, instanceNorm } from "./normalisation/instanceNorm.ts";
export { type LayerNormFunctionOptions, layerNorm } from "./normalisation/layerNorm.ts";
export { type RMSNormFunctionOptions, rmsNorm } from "./normalisation/rmsNorm.ts";
export { adaptiveAvgPool1d, adaptiveAvgPool2d } from "./pooling/adaptiveAvgPool.ts";
export { avgPool1d, avgPool2d } from "./pooling/avgPool.ts";
export { maxPool1d, maxPool2d } from "./pooling/maxPool.ts";
