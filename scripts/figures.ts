/** Draws the figures of the guides from real runs, into docs/figures: `npm run figures`. */
import { writeFileSync } from "node:fs";
import { manualSeed, nn, optim, randint, randn, tensor } from "evenkeel";
import { compare, computationGraph, stepProbes, toSvg } from "evenkeel/analysis";
import { lossCurves, render } from "evenkeel/plot";
import { batchNorm, namesBatches, namesLoss, namesNetwork, nothing } from "../examples/experiments/networks.ts";

/** Each figure as an SVG, by the name of its file. */
const figures: Readonly<Record<string, () => Promise<string>>> = {
  /** One number, and what it is made of. */
  "computation-graph": () => {
    const [a, b, c] = [2, -3, 10].map((value) => tensor(value / 4, { requiresGrad: true }));
    const product = a.mul(b);
    const sum = product.add(c);
    const y = sum.tanh();
    for (const x of [product, sum, y]) x.retainGrad();
    y.backward();
    return toSvg(computationGraph(y, { names: { a, b, c, y } }));
  },

  /** The loss of a network, module by module. */
  "computation-graph-modules": () => {
    manualSeed(0);
    const model = new nn.Sequential(
      new nn.Linear(4, 8, { bias: false }),
      new nn.BatchNorm1d(8),
      new nn.Tanh(),
      new nn.Linear(8, 3),
    );
    const [rows, labels] = [randn([16, 4]), randint(0, 3, [16])];
    const loss = () => new nn.CrossEntropyLoss().forward(model.forward(rows), labels);
    return toSvg(computationGraph(loss, { model, collapse: "all", names: { rows, labels } }));
  },

  /** Training on names, with batch norm and without. */
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
    return render(lossCurves(comparison, { title: "Guessing the next letter of a name" }), "svg");
  },
};

for (const [name, draw] of Object.entries(figures)) {
  writeFileSync(new URL(`../docs/figures/${name}.svg`, import.meta.url), await draw());
}
