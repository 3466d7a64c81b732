/**
 * How weights start. Each function changes a tensor in place, unrecorded, and returns it.
 * @module init
 */
export {
  constant_,
  type NormalInitOptions,
  normal_,
  ones_,
  type UniformInitOptions,
  uniform_,
  zeros_,
} from "./fill.ts";
export { calculateGain, type Nonlinearity } from "./gain.ts";
export { type KaimingOptions, kaimingNormal_, kaimingUniform_ } from "./kaiming.ts";
export { orthogonal_ } from "./orthogonal.ts";
export { type TruncNormalOptions, truncNormal_ } from "./truncNormal.ts";
export { type XavierOptions, xavierNormal_, xavierUniform_ } from "./xavier.ts";
