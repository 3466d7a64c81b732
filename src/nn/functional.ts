/**
 * The functions behind the modules: what they compute, given their parameters.
 * @module functional
 */
export { type GELUOptions, gelu, logSoftmax, relu, sigmoid, softmax, tanh } from "./activations/activations.ts";
export { type BatchNormOptions, batchNorm } from "./normalisation/batchNorm.ts";
export { type CrossEntropyOptions, crossEntropy } from "./functional/crossEntropy.ts";
export { type DropoutFunctionOptions, dropout } from "./functional/dropout.ts";
export { type EmbeddingFunctionOptions, embedding } from "./functional/embedding.ts";
export { type LayerNormFunctionOptions, layerNorm } from "./functional/layerNorm.ts";
export { linear } from "./functional/linear.ts";
export { type MSELossOptions, mseLoss } from "./functional/mseLoss.ts";
export { type NLLLossOptions, nllLoss } from "./functional/nllLoss.ts";
export type { Reduction } from "./losses/reduction.ts";
