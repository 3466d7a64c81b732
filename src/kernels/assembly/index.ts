export * from "./batchNorm";
export * from "./binary";
export * from "./crossEntropy";
export { matmulF32, matmulScratchF32 } from "./matmul32";
export { matmulF64, matmulScratchF64 } from "./matmul64";
export {
  amaxF32,
  amaxF64,
  reduceScratch,
  sumF32,
  sumF64,
  varianceBackwardF32,
  varianceBackwardF64,
  varianceF32,
  varianceF64,
} from "./reduce";
export { logsumexpF32, logsumexpF64, softmaxF32, softmaxF64 } from "./softmax";
export * from "./unary";
