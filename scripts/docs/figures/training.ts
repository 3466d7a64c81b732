import { manualSeed, type nn, optim } from "evenkeel";
import { compare, Recorder, stepProbes, updateRatios } from "evenkeel/analysis";
import { lossCurves, type RateScaleCell, rateScaleMap, updateRatioCurves, updateRatioDots } from "evenkeel/plot";
import { characters } from "../../../examples/demo/data.ts";
import { batchNorm, namesBatches, namesLoss, namesNetwork, nothing } from "../../../examples/experiments/networks.ts";
import type { Figure } from "./figure.ts";
import { batches, each, train } from "./networks.ts";

/** Pictures of training runs. */
export const trainingFigures: Readonly<Record<string, Figure>> = {
  "loss-curves": () => {
    const next = namesBatches(64, 0);
    const comparison = compare({
      variants: {
        standard: (seed) => namesNetwork(nothing, { hidden: 5, scale: 10, seed }),
        "batch norm": (seed) => namesNetwork(batchNorm, { hidden: 5, scale: 10, seed }),
      },
      data: Array.from({ length: 300 }, (_, step) => next(step)),
      loss: namesLoss,
      optimizer: (model) => new optim.SGD(model.parameters(), { lr: 1 }),
      steps: 300,
      seed: [0, 1, 2],
      probes: { loss: { probe: stepProbes.loss(), every: 5 } },
    });
    const shown = { title: "Guessing the next letter of a name", smooth: 6, guide: Math.log(characters.length) };
    return (look) => lossCurves(comparison, { ...shown, ...look });
  },

  "update-ratio-curves": () => {
    manualSeed(0);
    const model = namesNetwork(batchNorm, { hidden: 3 });
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    const ratios = { probe: stepProbes.updateRatios(), every: 4 };
    const recorder = new Recorder(model, optimizer, { probes: { ratios } });
    for (const batch of batches(400)) recorder.step(() => namesLoss(model, batch));
    return (look) => updateRatioCurves(recorder.recording(), look);
  },

  "update-ratio-dots": () => {
    const [batch] = batches(1, 256);
    const matrices = { lr: 0.1, parameters: "matrices" } as const;
    const variants = each({ "usual weights": 1, "eight times as large": 8 }, (scale) =>
      namesNetwork(nothing, { hidden: 4, scale }),
    );
    return (look) =>
      updateRatioDots(
        each(variants, (model) => updateRatios(model, () => namesLoss(model, batch), matrices)),
        look,
      );
  },

  "rate-scale-map": () => {
    const data = batches(200);
    const cells: RateScaleCell[] = Object.entries({ standard: nothing, "batch norm": batchNorm }).flatMap(
      ([variant, normalisation]) =>
        [0.03, 0.1, 0.3, 1, 3, 10].flatMap((scale) =>
          [0.01, 0.1, 0.3, 1, 3, 10].map((lr) => {
            const model = namesNetwork(normalisation, { hidden: 3, scale });
            return { variant, scale, lr, loss: lossAfter(model, { data, lr }) };
          }),
        ),
    );
    return (look) =>
      rateScaleMap(cells, { title: "Which rates train, from weights of which scale", mostLoss: 3.4, ...look });
  },
};

/** The mean loss of the last steps, or null if training diverged. */
function lossAfter(model: nn.Module, { data, lr }: { data: ReturnType<typeof batches>; lr: number }): number | null {
  const losses: number[] = [];
  train(model, data, { lr, before: (_, batch) => void losses.push(namesLoss(model, batch).item()) });
  const last = losses.slice(-40);
  const loss = last.reduce((sum, value) => sum + value, 0) / last.length;
  return Number.isFinite(loss) ? loss : null;
}
