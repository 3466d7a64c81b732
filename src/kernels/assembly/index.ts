// What the module offers. Of what is said of any type T there is one for float32 and one for float64: scripts/build/twins.mjs.

export * from "./elementwise/backward";
export * from "./batchNorm";
export * from "./batchNormPlaces";
export * from "./batchNormTwice";
export * from "./elementwise/binary";
export * from "./crossEntropy";
export { extreme } from "./extremes";
export * from "./elementwise/compare";
export { matmulF32, matmulScratchF32 } from "./matmul/matmul32";
export { matmulF64, matmulScratchF64 } from "./matmul/matmul64";
export { sgdF32, sgdF64 } from "./optimizers/sgd";
export { normalF32, randomWords, uniformF32, uniformF64 } from "./random";
export {
  mean,
  prod,
  reduceScratch,
  stdBackward,
  sum,
  variance,
  varianceBackward,
} from "./reduce";
export { addRows, rows } from "./rows";
export { softmaxF32, softmaxF64 } from "./softmax";
export * from "./elementwise/pow";
export * from "./elementwise/select";
export * from "./elementwise/unary";
