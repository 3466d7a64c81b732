export * from "./backward";
export * from "./batchNorm";
export * from "./binary";
export * from "./compare";
export { matmulF32, matmulScratchF32 } from "./matmul32";
export { matmulF64, matmulScratchF64 } from "./matmul64";
export * from "./pow";
export * from "./select";
export * from "./unary";
