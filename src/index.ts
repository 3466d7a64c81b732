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
export { type Compiled, compiled } from "./compiled/compiled.ts";
export type { CompiledOptions, CompiledReport } from "./compiled/options.ts";
export * as data from "./data/index.ts";
export {
  hstack,
  type MeshgridOptions,
  meshgrid,
  movedim,
  repeatInterleave,
  roll,
  tile,
  vstack,
} from "./functions/arrange.ts";
export { cat, clamp, maximum, minimum, stack, where } from "./functions/combine.ts";
export {
  type BincountOptions,
  bincount,
  type Histogram,
  type HistogramOptions,
  histogram,
  nonzero,
  type SearchsortedOptions,
  searchsorted,
  type Unique,
  unique,
} from "./functions/count.ts";
export { type TensorData, type TensorOptions, tensor } from "./functions/create.ts";
export { type Alike, hessian, hvp, jacobian, jvp, type OneOrMany, vjp } from "./functions/derivatives.ts";
export { einsum } from "./functions/einsum.ts";
export { expm1, log2, log10 } from "./functions/elementary/logarithms.ts";
export { acos, asin, atan, atan2, cosh, sinh } from "./functions/elementary/trigonometry.ts";
export { arange, eye, full, linspace, oneHot, ones, onesLike, zeros, zerosLike } from "./functions/factories.ts";
export { at, type Part, type Slice, setAt, setAt_ } from "./functions/indexing/at.ts";
export { type IndexPutOptions, indexPut, indexPut_, maskedScatter, maskedScatter_ } from "./functions/indexing/put.ts";
export {
  type IndexAddOptions,
  indexAdd,
  indexAdd_,
  scatter,
  scatter_,
  scatterAdd,
  scatterAdd_,
} from "./functions/indexing/scatter.ts";
export { fullLike, randintLike, randLike, randnLike } from "./functions/like.ts";
export {
  isfinite,
  isinf,
  isnan,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  type NanToNumOptions,
  nanmean,
  nansum,
  nanToNum,
} from "./functions/logic.ts";
export { chunk, indexSelect, narrow, split, unbind } from "./functions/parts.ts";
export { bmm, cdist, cumprod, trace } from "./functions/products.ts";
export { ceil, floor, frac, round, trunc } from "./functions/rounding.ts";
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
export { argsort, median, quantile, stdMean, varMean } from "./functions/statistics.ts";
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
export { type PrintOptions, setPrintoptions } from "./tensor/printOptions.ts";
export {
  apply,
  type GradientHook,
  type HookHandle,
  type Indices,
  type KeepdimOptions,
  type NestedArray,
  type Operand,
  type RandomOptions,
  Tensor,
  type ValuesAndIndices,
  type VarianceOptions,
  type VersionedRandomOptions,
  type WholeNumbers,
} from "./tensor/tensor.ts";
