import { Generator, nn, optim, randint } from "evenkeel";
import { gradientAlignment } from "evenkeel/analysis";
import { profileCurves } from "evenkeel/plot";
import { readDigits } from "../digits.ts";
import { claim, type Experiment, three } from "../experiment.ts";
import { batchNorm, nothing } from "../networks.ts";
import { stack } from "./networks.ts";

const cases = [
  { name: "standard", normalisation: nothing, mode: "batch" },
  { name: "batch norm, the batch's statistics", normalisation: batchNorm, mode: "batch" },
  { name: "batch norm, running statistics", normalisation: batchNorm, mode: "running" },
] as const;

/** Ghorbani et al. 2019: without batch norm eigenvalues lie far out, and the gradient along them; with it less so. */
export const topEigenspace: Experiment = (scale, seed) => {
  const [steps, examples] = scale === "small" ? [150, 500] : [600, 2000];
  const [lr, batch, width, k] = [0.1, 64, 32, 10];
  const { images, labels } = readDigits("all");
  const runs = cases.map(({ name, normalisation, mode }) => {
    const model = stack({ widths: [784, width, width], normalisation, outputs: 10, seed });
    const optimizer = new optim.SGD(model.parameters(), { lr });
    const generator = new Generator().manualSeed(seed + 1);
    const lossOf = (count: number) => {
      const i = randint(0, labels.numel(), [count], { generator });
      const [x, y] = [images.index(i), labels.index(i)];
      return () => nn.functional.crossEntropy(model.forward(x), y);
    };
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      lossOf(batch)().backward();
      optimizer.step();
    }
    const options = { k, batchNorm: mode, tolerance: 0.02, maxIterations: 100 };
    const { eigenvalues, shares, inside, expected } = gradientAlignment(model, lossOf(examples), options);
    return { name, eigenvalues, shares, inside, expected, far: eigenvalues[0] / eigenvalues[k - 1] };
  });
  const [plain, normed, running] = runs;
  const upTo = (shares: readonly number[]) => shares.map((_, i) => shares.slice(0, i + 1).reduce((a, b) => a + b, 0));
  return {
    title: "The gradient, and the eigenvectors of the largest eigenvalues",
    settings: { scale, seed, steps, examples, lr, batch, width, hidden: 2, k },
    table: [
      ["network", "largest eigenvalue", "by the tenth", "gradient in the first ten", "of a random direction"],
      ...runs.map((r) => [r.name, three(r.eigenvalues[0]), three(r.far), three(r.inside), three(r.expected)]),
    ],
    figures: [
      profileCurves(
        Object.fromEntries(runs.map(({ name, shares }) => [name, { x: shares.map((_, i) => i + 1), y: upTo(shares) }])),
        {
          title: "How much of the gradient lies along the top eigenvectors",
          xTitle: "how many eigenvectors",
          yTitle: "share of the gradient's square",
        },
      ),
    ],
    claims: [
      claim(
        "Ghorbani et al. 2019 (arXiv:1901.10159)",
        "without batch norm a few eigenvalues lie far out, with it they do so less.",
        { "largest eigenvalue by the tenth without": plain.far, "with batch norm": normed.far },
        (n) => n["largest eigenvalue by the tenth without"] > 1.5 * n["with batch norm"],
      ),
      claim(
        "Ghorbani et al. 2019",
        "without batch norm the gradient lies largely along the eigenvectors of the few largest eigenvalues, with it far less.",
        {
          "share in ten eigenvectors without": plain.inside,
          "with batch norm": normed.inside,
          "of a random direction": plain.expected,
        },
        (n) =>
          n["share in ten eigenvectors without"] > 0.5 &&
          n["share in ten eigenvectors without"] > 1.5 * n["with batch norm"] &&
          n["of a random direction"] < 0.01,
      ),
      claim(
        "Seen here",
        "by running statistics, as many tools take them, more of the gradient of the same network lies there, and its largest eigenvalue is larger.",
        {
          "share by the batch's statistics": normed.inside,
          "by running ones": running.inside,
          "largest eigenvalue by the batch's": normed.eigenvalues[0],
          "its value by running ones": running.eigenvalues[0],
        },
        (n) =>
          n["its value by running ones"] > 1.5 * n["largest eigenvalue by the batch's"] &&
          (n["by running ones"] > n["share by the batch's statistics"] || "partly"),
      ),
    ],
    open: ["Ten eigenvectors, as there are ten classes; the paper has ResNets."],
    data: { runs },
  };
};
