import { covariateShift } from "./covariateShift.ts";
import type { Experiment } from "./experiment.ts";
import { ioffeFig1 } from "./ioffeFig1.ts";
import { landscape } from "./landscape.ts";
import { learningRateAndScale } from "./learningRateAndScale.ts";
import { lpNorms } from "./lpNorms.ts";
import { makemoreDiagnostics } from "./makemoreDiagnostics.ts";
import { noisy } from "./noisy.ts";
import { placement } from "./placement.ts";
import { threeNeurons } from "./threeNeurons.ts";
import { threeStarts } from "./threeStarts.ts";

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
};
