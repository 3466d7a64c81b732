/**
 * Tensors, gradients and random numbers; modules, optimisers and data in the namespaces `nn`, `optim` and `data`.
 * @module evenkeel
 */
export {
  detectAnomaly,
  enableGrad,
  type GradOptions,
  grad,
  isGradEnabled,
  noGrad,
} from "./autograd.ts";
export { cat, maximum, minimum, stack, where } from "./combine.ts";
export {
  arange,
  eye,
  full,
  linspace,
  oneHot,
  ones,
  onesLike,
  type TensorData,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from "./create.ts";
export { type Alike, hessian, hvp, jacobian, jvp, type OneOrMany, vjp } from "./derivatives.ts";
export { TensorError, type TensorErrorParts } from "./errors.ts";
export type { Data, Dtype, NDArray, Shape } from "./kernels/array.ts";
export type { Kernels } from "./kernels/index.ts";
export * as nn from "./nn/index.ts";
export type { Fused, Op, Primitive, Vjp } from "./ops/op.ts";
export { defaultGenerator, Generator, manualSeed } from "./random/generator.ts";
export {
  bernoulli,
  type MultinomialOptions,
  multinomial,
  type RandintOptions,
  type RandomTensorOptions,
  rand,
  randint,
  randn,
  randperm,
} from "./sample.ts";
export {
  apply,
  type GradientHook,
  type HookHandle,
  type KeepdimOptions,
  type NestedArray,
  type Operand,
  type RandomOptions,
  Tensor,
  type ValuesAndIndices,
  type VarianceOptions,
} from "./tensor.ts";
