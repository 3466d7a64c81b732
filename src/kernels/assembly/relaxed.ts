// What the relaxed module has beside the other one: the products, with fused multiply-adds.

export { matmulF32, matmulScratchF32 } from "./matmul/matmul32";
export { matmulF64, matmulScratchF64 } from "./matmul/matmul64";
