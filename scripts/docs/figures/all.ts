import { manualSeed, nn, randint, randn, tensor } from "evenkeel";
import { computationGraph, toSvg } from "evenkeel/analysis";
import { activationFigures } from "./activations.ts";
import { counterArgumentFigures } from "./counterArguments.ts";
import { covariateShiftFigures } from "./covariateShift.ts";
import type { Figure } from "./figure.ts";
import { landscapeFigures } from "./landscape.ts";
import { sinceFigures } from "./since.ts";
import { theoryFigures } from "./theory.ts";
import { trainingFigures } from "./training.ts";

/** Computation graphs, as SVG, by the names of their files. */
export const graphs: Readonly<Record<string, () => Promise<string>>> = {
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
};

/** Plots, by the folders and the names of their files. */
export const plots: Readonly<Record<string, Readonly<Record<string, Figure>>>> = {
  recording: trainingFigures,
  activations: activationFigures,
  covariateShift: covariateShiftFigures,
  landscape: landscapeFigures,
  since: sinceFigures,
  theory: { ...counterArgumentFigures, ...theoryFigures },
};
