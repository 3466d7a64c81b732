export * from "./batchNorm";
export * from "./binary";
export * from "./crossEntropy";
export { matmulF32, matmulScratchF32 } from "./matmul32";
export { matmulF64, matmulScratchF64 } from "./matmul64";
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
export * from "./unary";
