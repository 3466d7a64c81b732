export * from "./batchNorm";
export * from "./binary";
export { matmulF32, matmulScratchF32 } from "./matmul32";
export { matmulF64, matmulScratchF64 } from "./matmul64";
export * from "./pow";
export * from "./select";
export * from "./unary";
