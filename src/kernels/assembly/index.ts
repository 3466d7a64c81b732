export * from "./batchNorm";
export * from "./binary";
export { matmulF32, matmulScratchF32 } from "./matmul32";
export { matmulF64, matmulScratchF64 } from "./matmul64";
export { adamF32, adamF64, sgdF32, sgdF64 } from "./optimizer";
export { normalF32, randomWords, uniformF32, uniformF64 } from "./random";
export * from "./unary";
