/**
 * The functions behind the modules: what they compute, given their parameters.
 * @module functional
 */
export { type GELUOptions, gelu, logSoftmax, relu, sigmoid, softmax, tanh } from "./activations.ts";
export { type BatchNormOptions, batchNorm } from "./batchNorm.ts";
export { type CrossEntropyOptions, crossEntropy } from "./crossEntropy.ts";
export { type DropoutFunctionOptions, dropout } from "./dropout.ts";
export { type EmbeddingFunctionOptions, embedding } from "./embedding.ts";
export { type LayerNormFunctionOptions, layerNorm } from "./layerNorm.ts";
export { linear } from "./linear.ts";
export { type MSELossOptions, mseLoss } from "./mseLoss.ts";
export { type NLLLossOptions, nllLoss } from "./nllLoss.ts";
export type { Reduction } from "./reduction.ts";
