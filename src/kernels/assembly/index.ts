export { batchNormBackwardF32, batchNormF32, batchNormSumsF32, batchStatisticsF32 } from "./batchNorm";
export * from "./binary";
export { matmulF32 } from "./matmul32";
export { matmulF64 } from "./matmul64";
export * from "./unary";
