import { descend1d, hessianEigenvalues, interpolate, lineProbe, lossSurface, spectralDensity } from "evenkeel/analysis";
import {
  descentPaths,
  hessianSpectrum,
  interpolationCurve,
  type LineProbeAt,
  landscapeBands,
  lineProfile,
  surfaceContours,
  surfaceRelief,
} from "evenkeel/plot";
import {
  type Batch,
  batchNorm,
  namesLoss,
  namesNetwork,
  nothing,
  ownWeights,
  planes,
} from "../../../examples/experiments/networks.ts";
import type { Figure } from "./figure.ts";
import { batches, each, sickAndHealthy, train } from "./networks.ts";

/** Pictures of the loss around the parameters. */
export const landscapeFigures: Readonly<Record<string, Figure>> = {
  "landscape-bands": () => {
    const lr = 0.1;
    const runs = each(sickAndHealthy({ hidden: 5, scale: 10 }), (model) => {
      const probes: LineProbeAt[] = [];
      const look = (step: number, batch: Batch) => {
        if (step % 10 !== 0) return;
        probes.push({ step, probe: lineProbe(model, () => namesLoss(model, batch), { preset: "vgg", lr }) });
      };
      train(model, batches(201), { lr, before: look });
      return probes;
    });
    return (look) => landscapeBands(runs, look);
  },

  "line-profile": () => {
    const [batch] = batches(1, 256);
    const along = { steps: [0.125, 0.25, 0.5, 1, 2, 4, 8] };
    return (look) =>
      lineProfile(
        each(sickAndHealthy({ hidden: 3, scale: 3 }), (model) =>
          lineProbe(model, () => namesLoss(model, batch), along),
        ),
        look,
      );
  },

  "interpolation-curve": () => {
    const [batch] = batches(1, 512);
    const between = each({ standard: nothing, "batch norm": batchNorm }, (normalisation) => {
      const [model, other] = [0, 1].map((seed) => {
        const made = namesNetwork(normalisation, { hidden: 2, width: 30, seed });
        train(made, batches(300), { lr: 1 });
        return made;
      });
      return interpolate(model, () => namesLoss(model, batch), model.stateDict(), other.stateDict());
    });
    return (look) => interpolationCurve(between, { title: "Between two networks that were trained apart", ...look });
  },

  "surface-contours": () => {
    const [batch] = batches(1, 256);
    const surfaces = each({ standard: nothing, "batch norm": batchNorm }, (normalisation) => {
      const model = namesNetwork(normalisation, { hidden: 3, width: 30, scale: 3 });
      const path = [model.stateDict()];
      const keep = (step: number) => step % 10 === 9 && path.push(model.stateDict());
      train(model, batches(200), { lr: 0.5, before: keep });
      path.push(model.stateDict());
      return lossSurface(model, () => namesLoss(model, batch), { directions: "pca", path, points: 31, seed: 0 });
    });
    return (look) =>
      surfaceContours(surfaces, { title: "The loss around the path of training", width: 280, height: 280, ...look });
  },

  "descent-paths": () => {
    const from = { starts: [-0.75, 0.3, 0.85], lr: [0.01, 0.1], steps: 20, range: [-1, 1], points: 201 } as const;
    const variants = { "without batch norm": nothing, "with batch norm": batchNorm };
    const results = each(variants, (normalisation) =>
      descend1d(ownWeights(normalisation, { direction: 1 }), { ...from, tolerance: 0.01 }),
    );
    return (look) => descentPaths(results, { title: "Three starts, at two rates", panels: "starts", ...look });
  },

  "surface-relief": () => {
    const surfaces = planes(0);
    return (look) => surfaceRelief(surfaces, { title: "Planes through the first weights", ...look });
  },

  "hessian-spectrum": () => {
    const [batch] = batches(1, 256);
    const models = each({ standard: nothing, "batch norm": batchNorm }, (normalisation) => {
      const model = namesNetwork(normalisation, { hidden: 2, width: 20 });
      train(model, batches(200), { lr: 0.5 });
      return model;
    });
    const densities = each(models, (model) =>
      spectralDensity(model, () => namesLoss(model, batch), { iterations: 60, starts: 3, seed: 0 }),
    );
    const eigenvalues = each(
      models,
      (model) => hessianEigenvalues(model, () => namesLoss(model, batch), { k: 3 }).values,
    );
    return (look) => hessianSpectrum(densities, { eigenvalues, ...look });
  },
};
