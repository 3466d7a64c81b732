/**
 * Draws the figures of the guides from real runs, into docs/figures: `npm run figures`.
 */
import { writeFileSync } from "node:fs";
import { optim } from "evenkeel";
import { compare, stepProbes } from "evenkeel/analysis";
import { lossCurves, type Plot, render } from "evenkeel/plot";
import { batchNorm, namesBatches, namesLoss, namesNetwork, nothing } from "../examples/experiments/networks.ts";

const figures: Readonly<Record<string, () => Plot>> = {
  "loss-curves": () => {
    const next = namesBatches(64, 0);
    const batches = Array.from({ length: 300 }, (_, step) => next(step));
    const comparison = compare({
      variants: {
        standard: (seed) => namesNetwork(nothing, { hidden: 5, scale: 10, seed }),
        "batch norm": (seed) => namesNetwork(batchNorm, { hidden: 5, scale: 10, seed }),
      },
      data: batches,
      loss: namesLoss,
      optimizer: (model) => new optim.SGD(model.parameters(), { lr: 1 }),
      steps: 300,
      seed: [0, 1, 2],
      probes: { loss: { probe: stepProbes.loss(), every: 5 } },
    });
    return lossCurves(comparison, { title: "Guessing the next letter of a name" });
  },
};

for (const [name, draw] of Object.entries(figures)) {
  writeFileSync(new URL(`../docs/figures/${name}.svg`, import.meta.url), await render(draw(), "svg"));
}
