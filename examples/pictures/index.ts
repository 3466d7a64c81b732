/** Pictures of batch norm that are composed for the guides, the notebooks and the experiments. */
export { batchNormSteps } from "./batchNormSteps.ts";
export { neuronSteps } from "./neuronSteps.ts";
export { noise } from "./noise.ts";
export { placement } from "./placement.ts";
export { shiftWhileTraining, tanhSeen, tanhsOf, unitSeen } from "./runs.ts";
export { saturation } from "./saturation.ts";
export { shiftMeasures } from "./shiftMeasures.ts";
