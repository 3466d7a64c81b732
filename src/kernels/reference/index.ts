export * from "./batchNorm.ts";
export * from "./crossEntropy.ts";
export * from "./elementwise.ts";
export * from "./indexing.ts";
export * from "./matmul.ts";
export * from "./optimizer.ts";
export * from "./reduce.ts";
export * from "./shape.ts";
