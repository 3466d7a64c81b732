import { nn, optim } from "evenkeel";
import { ActivationDrift, compare, stepProbes } from "evenkeel/analysis";
import { lossCurves, percentileBands } from "evenkeel/plot";
import {
  batchNorm,
  type Normalisation,
  namesBatches,
  namesLoss,
  namesNetwork,
  nothing,
} from "../../../examples/experiments/networks.ts";
import type { Figure } from "./figure.ts";
import { batches, each, lastTanh, train } from "./networks.ts";

const noisy: Normalisation = (width) => new nn.NoisyBatchNorm1d(width);
const network = (normalisation: Normalisation, seed = 0) => namesNetwork(normalisation, { hidden: 5, scale: 10, seed });

/** Pictures of noise behind batch norm: what it costs, and what it shakes. */
export const counterArgumentFigures: Readonly<Record<string, Figure>> = {
  "noisy-batch-norm": () => {
    const next = namesBatches(64, 0);
    const comparison = compare({
      variants: {
        standard: (seed) => network(nothing, seed),
        "batch norm": (seed) => network(batchNorm, seed),
        "noisy batch norm": (seed) => network(noisy, seed),
      },
      data: Array.from({ length: 400 }, (_, step) => next(step)),
      loss: namesLoss,
      optimizer: (model) => new optim.SGD(model.parameters(), { lr: 1 }),
      steps: 400,
      seed: [0, 1],
      probes: { loss: { probe: stepProbes.loss(), every: 5 } },
    });
    return (look) => lossCurves(comparison, { title: "Batch norm, with noise behind it and without", ...look });
  },

  "noisy-drift": () => {
    const reports = each({ "batch norm": batchNorm, "noisy batch norm": noisy }, (normalisation) => {
      const model = network(normalisation);
      const watched = new ActivationDrift(model, { layers: [lastTanh(model)], what: "input", units: [0] });
      train(model, batches(150), { lr: 1, after: () => watched.step() });
      watched.detach();
      const report = watched.report();
      return { ...report, series: report.series.filter(({ unit }) => unit === 0) };
    });
    return (look) => percentileBands(reports, { title: "What one unit of the last tanh gets", ...look });
  },
};
