import { covariateShift } from "./covariateShift.ts";
import type { Experiment } from "./experiment.ts";
import { landscape } from "./landscape.ts";
import { learningRateAndScale } from "./learningRateAndScale.ts";
import { lpNorms } from "./lpNorms.ts";
import { noisy } from "./noisy.ts";
import { placement } from "./placement.ts";
import { threeNeurons } from "./threeNeurons.ts";

/** Every experiment, by the name of its file. */
export const experiments: Readonly<Record<string, Experiment>> = {
  covariateShift,
  landscape,
  learningRateAndScale,
  lpNorms,
  noisy,
  placement,
  threeNeurons,
};
