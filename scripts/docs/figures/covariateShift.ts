import { internalCovariateShift, layerInterference } from "evenkeel/analysis";
import { covariateShiftBars, interferenceHeatMap } from "evenkeel/plot";
import { batchNorm, namesLoss, namesNetwork, nothing } from "../../../examples/experiments/networks.ts";
import { threeNeurons } from "../../../examples/experiments/threeNeurons.ts";
import { neuronSteps, shiftMeasures, shiftWhileTraining } from "../../../examples/pictures/index.ts";
import type { Figure } from "./figure.ts";
import { batches, each, sickAndHealthy, train } from "./networks.ts";

/** Pictures of internal covariate shift: of a network in the middle of its training. */
export const covariateShiftFigures: Readonly<Record<string, Figure>> = {
  "three-neurons": () => {
    const { updates, x } = threeNeurons("small", 0).data as { updates: Parameters<typeof neuronSteps>[0]; x: number };
    return (look) => neuronSteps(updates, x, look);
  },

  "two-measures": () => {
    const settings = { lr: 0.3, steps: 200, size: 64, seed: 0, every: 5 };
    const networks = each({ standard: nothing, "batch norm": batchNorm }, (normalisation) =>
      namesNetwork(normalisation, { hidden: 5 }),
    );
    const runs = each(networks, (model) => shiftWhileTraining(model, settings));
    return (look) => shiftMeasures(runs, look);
  },

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
