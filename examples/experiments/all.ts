import { covariateShift } from "./covariateShift.ts";
import type { Experiment } from "./experiment.ts";
import { ioffeFig1 } from "./ioffeFig1.ts";
import { landscape } from "./landscape.ts";
import { learningRateAndScale } from "./learningRateAndScale.ts";
import { lpNorms } from "./lpNorms.ts";
import { makemoreDiagnostics } from "./makemoreDiagnostics.ts";
import { noisy } from "./noisy.ts";
import { placement } from "./placement.ts";
import { batchSizes } from "./since/batchSizes.ts";
import { decayAsGrowingRate } from "./since/decayAsGrowingRate.ts";
import { edgeOfStability } from "./since/edgeOfStability.ts";
import { gradientExplosion } from "./since/gradientExplosion.ts";
import { largeSteps } from "./since/largeSteps.ts";
import { onlyGammaAndBeta } from "./since/onlyGammaAndBeta.ts";
import { rankCollapse } from "./since/rankCollapse.ts";
import { revisitingShift } from "./since/revisitingShift.ts";
import { rotationalEquilibrium } from "./since/rotationalEquilibrium.ts";
import { sharpnessAndWidth } from "./since/sharpnessAndWidth.ts";
import { topEigenspace } from "./since/topEigenspace.ts";
import { threeNeurons } from "./threeNeurons.ts";
import { threeStarts } from "./threeStarts.ts";
import { vgg } from "./vgg/vgg.ts";

/** Every experiment, by the name of its file. */
export const experiments: Readonly<Record<string, Experiment>> = {
  covariateShift,
  ioffeFig1,
  landscape,
  learningRateAndScale,
  lpNorms,
  makemoreDiagnostics,
  noisy,
  placement,
  threeNeurons,
  threeStarts,
  vgg,
  gradientExplosion,
  edgeOfStability,
  decayAsGrowingRate,
  rotationalEquilibrium,
  topEigenspace,
  sharpnessAndWidth,
  onlyGammaAndBeta,
  rankCollapse,
  largeSteps,
  batchSizes,
  revisitingShift,
};
