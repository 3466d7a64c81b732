import { manualSeed, nn, noGrad, randn, tensor } from "evenkeel";
import { ActivationDrift, activationReport, deadUnits, gradientReport } from "evenkeel/analysis";
import {
  activationHistograms,
  activationRidges,
  type DeadUnitsAt,
  deadUnitTimeline,
  gradientHistograms,
  percentileBands,
  saturationBitmap,
} from "evenkeel/plot";
import { characters } from "../../../examples/demo/data.ts";
import { namesLoss } from "../../../examples/experiments/networks.ts";
import { batchNormSteps, saturation, tanhSeen } from "../../../examples/pictures/index.ts";
import type { Figure } from "./figure.ts";
import { batches, each, lastTanh, sickAndHealthy, train } from "./networks.ts";

/** Pictures of activations, units and gradients: each of a network that is sick and of one that is not. */
export const activationFigures: Readonly<Record<string, Figure>> = {
  "activation-histograms": () => {
    const [{ x }] = batches(1, 256);
    return (look) =>
      activationHistograms(
        each(sickAndHealthy(), (model) => activationReport(model, x)),
        look,
      );
  },

  "batch-norm": () => {
    manualSeed(0);
    const norm = new nn.BatchNorm1d(4);
    noGrad(() => {
      norm.weight?.copy_(tensor([2, 1, 0.5, 1.5]));
      norm.bias?.copy_(tensor([-2, 0, 3, 1]));
    });
    const y = randn([32, 4])
      .mul(tensor([0.4, 1.3, 0.8, 1.1]))
      .add(tensor([-3, 2, 0.5, -1]));
    return (look) => batchNormSteps(norm, y, look);
  },

  saturation: () => {
    const [{ x }] = batches(1, 60);
    const layers = each(sickAndHealthy({ hidden: 2, scale: 40 }), (model) => {
      const layer = lastTanh(model);
      return {
        inputs: tanhSeen(model, layer, x).input,
        report: deadUnits(model, [x], { modules: [layer], bitmap: "strings" }),
      };
    });
    return (look) => saturation(layers, look);
  },

  "gradient-histograms": () => {
    const [batch] = batches(1, 256);
    const reports = each(sickAndHealthy(), (model) => gradientReport(model, () => namesLoss(model, batch)));
    return (look) => gradientHistograms(reports, look);
  },

  "saturation-bitmap": () => {
    const [{ x }] = batches(1, 60);
    const bitmap = { bitmap: "strings" } as const;
    return (look) =>
      saturationBitmap(
        each(sickAndHealthy({ hidden: 2, scale: 40 }), (model) => deadUnits(model, [x], bitmap)),
        { title: "Which unit is saturated for which example", ...look },
      );
  },

  "dead-unit-timeline": () => {
    const data = batches(301);
    const [{ x }] = batches(1, 512);
    const timelines = each({ "rate 0.1": 0.1, "rate 3": 3 }, (lr) => {
      manualSeed(0);
      const model = new nn.Sequential(
        new nn.Linear(data[0].x.shape[1], 40),
        new nn.ReLU(),
        new nn.Linear(40, 40),
        new nn.ReLU(),
        new nn.Linear(40, characters.length),
      );
      const timeline: DeadUnitsAt[] = [];
      train(model, data, {
        lr,
        before: (step) => {
          if (step % 20 === 0) timeline.push({ step, report: deadUnits(model, [x]) });
        },
      });
      return timeline;
    });
    return (look) => deadUnitTimeline(timelines, { title: "ReLUs that die at too high a rate", ...look });
  },

  "activation-ridges": () => {
    const drifts = each(sickAndHealthy({ hidden: 3, scale: 3 }), (model) => drift(model, [lastTanh(model)], "input"));
    return (look) => activationRidges(drifts, { title: "What goes into the last tanh", ...look });
  },

  "percentile-bands": () => {
    const networks = { standard: sigmoids(false), "batch norm": sigmoids(true) };
    const drifts = each(networks, ({ model, layer }) => drift(model, [layer], "input", [0, 1]));
    return (look) => percentileBands(drifts, { title: "What goes into sigmoids", ...look });
  },
};

function drift(model: nn.Module, layers: string[], what: "input" | "output", units: number[] = []) {
  const watched = new ActivationDrift(model, { layers, what, units });
  train(model, batches(240), { lr: 0.5, after: () => watched.step() });
  watched.detach();
  return watched.report();
}

/** Three layers of sigmoids, as Ioffe and Szegedy's first experiment has them, on names. */
function sigmoids(normalised: boolean) {
  manualSeed(0);
  const widths = [batches(1)[0].x.shape[1], 60, 60, 60];
  const layers = widths.slice(1).flatMap((width, i): nn.Module[] => {
    const linear = new nn.Linear(widths[i], width);
    linear.weight.data.set(randn([width, widths[i]]).mul(0.3).data);
    return [linear, ...(normalised ? [new nn.BatchNorm1d(width)] : []), new nn.Sigmoid()];
  });
  const model = new nn.Sequential(...layers, new nn.Linear(60, characters.length));
  return { model, layer: normalised ? "8" : "5" };
}
