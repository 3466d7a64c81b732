import { internalCovariateShift, layerInterference } from "evenkeel/analysis";
import { covariateShiftBars, interferenceHeatMap } from "evenkeel/plot";
import { namesLoss } from "../../../examples/experiments/networks.ts";
import type { Figure } from "./figure.ts";
import { batches, each, sickAndHealthy, train } from "./networks.ts";

/** Pictures of internal covariate shift: of a network in the middle of its training. */
export const covariateShiftFigures: Readonly<Record<string, Figure>> = {
  "covariate-shift-bars": () => {
    const [batch] = batches(1, 256);
    const trained = each(sickAndHealthy({ scale: 3 }), after(50));
    return (look) =>
      covariateShiftBars(
        each(trained, (model) =>
          internalCovariateShift(model, () => namesLoss(model, batch), { lr: 0.3, batchNormWith: "preceding" }),
        ),
        look,
      );
  },

  "interference-heat-map": () => {
    const [batch] = batches(1, 256);
    const { standard } = each(sickAndHealthy({ scale: 3 }), after(50));
    return (look) =>
      interferenceHeatMap(
        layerInterference(standard, () => namesLoss(standard, batch), { lr: 0.3 }),
        look,
      );
  },
};

const after =
  (steps: number) =>
  <T extends Parameters<typeof train>[0]>(model: T): T => {
    train(model, batches(steps), { lr: 0.3 });
    return model;
  };
