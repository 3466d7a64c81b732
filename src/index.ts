/**
 * Tensors, gradients and random numbers; modules, optimisers and data in the namespaces `nn`, `optim` and `data`.
 * @module evenkeel
 */
export { type GradOptions, grad } from "./autograd/grad.ts";
export { detectAnomaly, enableGrad, isGradEnabled, noGrad } from "./autograd/gradMode.ts";
export { isTensor } from "./base/brand.ts";
export type { Data, Dtype, Shape } from "./base/dtype.ts";
export { isTensorError, TensorError, type TensorErrorCode, type TensorErrorParts } from "./base/errors.ts";
export { version } from "./base/version.ts";
export * as data from "./data/index.ts";
export { cat, maximum, minimum, stack, where } from "./functions/combine.ts";
export { type TensorData, type TensorOptions, tensor } from "./functions/create.ts";
export { type Alike, hessian, hvp, jacobian, jvp, type OneOrMany, vjp } from "./functions/derivatives.ts";
export { arange, eye, full, linspace, oneHot, ones, onesLike, zeros, zerosLike } from "./functions/factories.ts";
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
} from "./functions/sample.ts";
export { NDArray } from "./kernels/array.ts";
export { kernelsName } from "./kernels/index.ts";
export type { Kernels, KernelsName } from "./kernels/kernels.ts";
export { getNumThreads, setNumThreads } from "./kernels/threads.ts";
export { useKernels } from "./kernels/useKernels.ts";
export * as nn from "./nn/index.ts";
export { isModule } from "./nn/module/fields.ts";
export type { Fused, Op, Primitive, Reads, Vjp } from "./ops/op.ts";
export * as optim from "./optim/index.ts";
export { defaultGenerator, Generator, manualSeed } from "./random/generator.ts";
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
  type VersionedRandomOptions,
} from "./tensor/tensor.ts";
