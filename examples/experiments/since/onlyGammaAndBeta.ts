import { Generator, nn, noGrad, optim, randint } from "evenkeel";
import { profileCurves } from "evenkeel/plot";
import { readDigits } from "../digits.ts";
import { claim, type Experiment, mean, three } from "../experiment.ts";
import { batchNorm } from "../networks.ts";
import { stack } from "./networks.ts";

const [hidden, width] = [4, 200];

/** Which parameters are trained. */
const variants = ["all", "γ and β alone", "two weights of each unit alone"] as const;

/** Frankle et al. 2020: with all weights left as they were drawn, γ and β alone learn. */
export const onlyGammaAndBeta: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 200 : 2000;
  const [lr, batch] = [0.01, 32];
  const { images, labels } = readDigits("all");
  const held = randint(0, labels.numel(), [1000], { generator: new Generator().manualSeed(seed + 5) });
  const runs = variants.map((variant) => {
    const model = stack({
      widths: [784, ...new Array<number>(hidden).fill(width)],
      normalisation: batchNorm,
      outputs: 10,
      seed,
    });
    const whole = model.parameters();
    const norms = whole.filter(({ ndim }) => ndim === 1);
    const inner = whole.filter(({ ndim }) => ndim === 2).slice(0, hidden);
    const trained = { all: whole, "γ and β alone": norms, "two weights of each unit alone": inner }[variant];
    for (const p of whole) p.requiresGrad = trained.includes(p);
    const generator = new Generator().manualSeed(seed + 1);
    const isSparse = variant === "two weights of each unit alone";
    const kept = isSparse ? inner.map(({ shape: [rows, columns] }) => someOf(rows, columns, generator)) : [];
    const optimizer = new optim.Adam(trained, { lr });
    const losses = Array.from({ length: steps }, () => {
      const i = randint(0, labels.numel(), [batch], { generator });
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model.forward(images.index(i)), labels.index(i));
      loss.backward();
      kept.forEach((places, k) => {
        const slope = inner[k].grad?.data;
        slope?.forEach((_, place) => {
          if (!places.has(place)) slope[place] = 0;
        });
      });
      optimizer.step();
      return loss.item();
    });
    model.eval();
    const right = noGrad(() => model.forward(images.index(held)).argmax(1).eq(labels.index(held)));
    const gammas = norms.filter((_, i) => i % 2 === 0).flatMap(({ data }) => [...data]);
    return {
      variant,
      parameters: isSparse ? 2 * hidden * width : trained.reduce((sum, p) => sum + p.numel(), 0),
      accuracy: right.to("float32").mean().item(),
      off: gammas.filter((gamma) => Math.abs(gamma) < 0.01).length / gammas.length,
      losses: Array.from({ length: 20 }, (_, i) => mean(losses.slice((i * steps) / 20, ((i + 1) * steps) / 20))),
    };
  });
  const [all, affine, others] = runs;
  return {
    title: "Training γ and β alone",
    settings: { scale, seed, steps, lr, batch, hidden, width, optimizer: "Adam" },
    table: [
      ["trained", "parameters", "accuracy", "|γ| below 0.01"],
      ...runs.map((r) => [r.variant, `${r.parameters}`, three(r.accuracy), three(r.off)]),
    ],
    figures: [
      profileCurves(
        Object.fromEntries(
          runs.map(({ variant, losses }) => [variant, { x: losses.map((_, i) => ((i + 1) * steps) / 20), y: losses }]),
        ),
        { title: "Handwritten digits, with all else left as it was drawn", xTitle: "step", yTitle: "loss" },
      ),
    ],
    claims: [
      claim(
        "Frankle, Schwab & Morcos 2020 (arXiv:2003.00152)",
        "γ and β alone, with all weights frozen as they were drawn, reach a considerable accuracy.",
        {
          "accuracy by γ and β": affine.accuracy,
          "their share of the parameters": affine.parameters / all.parameters,
          "accuracy by all": all.accuracy,
        },
        (n) =>
          n["accuracy by γ and β"] > 0.6 && n["their share of the parameters"] < 0.01 && n["accuracy by all"] > 0.8,
      ),
      claim(
        "Frankle, Schwab & Morcos 2020",
        "as many other parameters, two weights of each unit, do not reach as much.",
        { "accuracy by γ and β": affine.accuracy, "by two weights of each unit": others.accuracy },
        (n) => n["accuracy by γ and β"] > n["by two weights of each unit"] + 0.02,
      ),
      claim(
        "Frankle, Schwab & Morcos 2020",
        "γ and β alone learn by switching features off: the γ of a good part of them goes to 0.",
        { "share of |γ| below 0.01": affine.off },
        (n) => n["share of |γ| below 0.01"] > 0.1,
      ),
    ],
    open: [
      "The paper has deep ResNets on CIFAR-10, trained for long, in which around a third of the features are switched off.",
      "Accuracy is on 1,000 digits drawn from all, with running statistics.",
    ],
    data: { runs },
  };
};

/** Two places in each row of a matrix. */
function someOf(rows: number, columns: number, generator: Generator): Set<number> {
  const drawn = [...randint(0, columns, [2 * rows], { generator }).data];
  return new Set(drawn.map((column, i) => Math.floor(i / 2) * columns + column));
}
