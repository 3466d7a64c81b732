/**
 * What training loops do to gradients and parameters.
 * @module utils
 */
export { type ClipGradNormOptions, clipGradNorm_ } from "./clipGradNorm.ts";
export { clipGradValue_ } from "./clipGradValue.ts";
export { parametersToVector, vectorToParameters } from "./parameterVector.ts";
export { removeWeightNorm, type WeightNormOptions, weightNorm } from "./weightNorm.ts";
export {
  removeWeightStandardisation,
  type WeightStandardisationOptions,
  weightStandardisation,
} from "./weightStandardisation.ts";
