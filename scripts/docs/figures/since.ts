import { manualSeed, nn, randn } from "evenkeel";
import { exampleCorrelation, learningRateTest } from "evenkeel/analysis";
import { profileCurves, rateTestCurve } from "evenkeel/plot";
import { batchNorm, namesBatches, namesLoss, namesNetwork, nothing } from "../../../examples/experiments/networks.ts";
import { descentAtTheEdge } from "../../../examples/experiments/since/edgeOfStability.ts";
import {
  explodingGradients,
  explosionAxes,
  explosionLines,
} from "../../../examples/experiments/since/gradientExplosion.ts";
import { linesOf, namesOf, stack } from "../../../examples/experiments/since/networks.ts";
import { equilibrium, turning } from "../../../examples/experiments/since/rotationalEquilibrium.ts";
import type { Figure } from "./figure.ts";
import { each } from "./networks.ts";

/** Pictures of what has been learnt since 2018. */
export const sinceFigures: Readonly<Record<string, Figure>> = {
  "gradient-explosion": () => {
    const lines = explosionLines(explodingGradients({ depth: 16, width: 192, seed: 0 }));
    return (look) =>
      profileCurves(lines, { title: "The gradient at the start, layer by layer", ...explosionAxes, ...look });
  },

  "edge-of-stability": () => {
    const lines = linesOf(descentAtTheEdge({ steps: 1200, every: 75, seed: 0 }), "rate × sharpness");
    const axes = { xTitle: "step", yTitle: "rate × sharpness", guides: [2] };
    return (look) => profileCurves(lines, { title: "Rate × sharpness climbs to 2, and stays", ...axes, ...look });
  },

  "angular-updates": () => {
    const lines = linesOf(turning({ steps: 1200, every: 30, seed: 0 }), "angular update", 2);
    const axes = { xTitle: "step", yTitle: "angle, in radians", logY: true, guides: [equilibrium] };
    return (look) => profileCurves(lines, { title: "The angle that a step turns weights by", ...axes, ...look });
  },

  "rank-collapse": () => {
    const results = each({ standard: nothing, "batch norm": batchNorm }, (normalisation) => {
      const model = stack({ widths: new Array<number>(31).fill(64), normalisation, seed: 0 });
      manualSeed(1);
      return exampleCorrelation(model, randn([64, 64]), { modules: namesOf(model, nn.ReLU) });
    });
    const title = "How alike two examples are, layer by layer";
    return (look) => profileCurves(results, { title, xTitle: "ReLU layer", ...look });
  },

  "rate-test": () => {
    const tests = each({ standard: nothing, "batch norm": batchNorm }, (normalisation) => {
      const model = namesNetwork(normalisation, { hidden: 5, scale: 3 });
      const next = namesBatches(64, 0);
      const losses = Array.from({ length: 80 }, (_, step) => next(step)).map((batch) => () => namesLoss(model, batch));
      return learningRateTest(model, losses, { from: 1e-3, to: 100, steps: 80, stopAt: 2 });
    });
    return (look) => rateTestCurve(tests, { ...look });
  },
};
