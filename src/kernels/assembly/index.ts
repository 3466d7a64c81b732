export * from "./elementwise/backward";
export * from "./batchNorm";
export * from "./batchNormTwice";
export * from "./elementwise/binary";
export * from "./crossEntropy";
export * from "./elementwise/compare";
export { matmulF32, matmulScratchF32 } from "./matmul/matmul32";
export { matmulF64, matmulScratchF64 } from "./matmul/matmul64";
export { adamF32, adamF64, sgdF32, sgdF64 } from "./optimizer";
export { normalF32, randomWords, uniformF32, uniformF64 } from "./random";
export {
  reduceScratch,
  sumF32,
  sumF64,
  varianceBackwardF32,
  varianceBackwardF64,
  varianceF32,
  varianceF64,
} from "./reduce";
export { softmaxF32, softmaxF64 } from "./softmax";
export * from "./elementwise/pow";
export * from "./elementwise/select";
export * from "./elementwise/unary";
