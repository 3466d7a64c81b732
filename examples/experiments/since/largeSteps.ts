import { Generator, nn, noGrad, randint } from "evenkeel";
import { activationReport } from "evenkeel/analysis";
import { type Profile, profileCurves } from "evenkeel/plot";
import { readDigits } from "../digits.ts";
import { claim, type Experiment, three } from "../experiment.ts";
import { batchNorm, type Normalisation, nothing } from "../networks.ts";
import { descend, namesOf, stack } from "./networks.ts";

const variants: Readonly<Record<string, Normalisation>> = { standard: nothing, "batch norm": batchNorm };

const lr = 5;

/** Networks before and behind one large step: how large the outputs of each layer are. */
function oneLargeStep({ depth, width, examples, seed }: Record<"depth" | "width" | "examples" | "seed", number>) {
  const { images, labels } = readDigits("all");
  const i = randint(0, labels.numel(), [examples], { generator: new Generator().manualSeed(seed + 1) });
  const [x, y] = [images.index(i), labels.index(i)];
  return Object.entries(variants).map(([name, normalisation]) => {
    const model = stack({ widths: [784, ...new Array<number>(depth).fill(width)], normalisation, outputs: 10, seed });
    const modules = namesOf(model, nn.ReLU);
    const scales = () =>
      activationReport(model, x, { modules }).layers.map(({ mean, std }) =>
        Math.hypot(mean ?? Number.NaN, std ?? Number.NaN),
      );
    const loss = () => nn.functional.crossEntropy(model.forward(x), y);
    const before = scales();
    const lossBefore = descend(model, loss, lr);
    const after = scales();
    const grown = after.map((size, layer) => size / before[layer]);
    return { name, before, after, grown, lossBefore, lossAfter: noGrad(loss).item() };
  });
}

/** How much each layer has grown, as lines. */
const growthLines = (runs: ReturnType<typeof oneLargeStep>): Record<string, Profile> =>
  Object.fromEntries(runs.map(({ name, grown }) => [name, { x: grown.map((_, k) => k + 1), y: grown }]));

/** What the picture of them says. */
const growthAxes = {
  title: `How much one step of rate ${lr} makes activations grow`,
  xTitle: "ReLU layer",
  yTitle: "root mean square, by that before",
  logY: true,
} as const;

/** Bjorck et al. 2018: without batch norm one large step makes activations grow with depth. */
export const largeSteps: Experiment = (scale, seed) => {
  const [depth, width, examples] = scale === "small" ? [12, 64, 256] : [20, 256, 512];
  const runs = oneLargeStep({ depth, width, examples, seed });
  const [plain, normed] = runs;
  return {
    title: "One large step, and the activations behind it",
    settings: { scale, seed, depth, width, examples, lr },
    table: [
      ["network", "grows by, first layer", "last layer", "loss before", "behind"],
      ...runs.map((r) => [r.name, ...[r.grown[0], r.grown[depth - 1], r.lossBefore, r.lossAfter].map(three)]),
    ],
    figures: [profileCurves(growthLines(runs), growthAxes)],
    claims: [
      claim(
        "Bjorck et al. 2018 (arXiv:1806.02375)",
        "without batch norm a large step makes activations grow with depth, by ever more; with it they stay as they are.",
        {
          "growth of the first layer without": plain.grown[0],
          "of the last layer without": plain.grown[depth - 1],
          "of the last layer with batch norm": normed.grown[depth - 1],
        },
        (n) => {
          const [first, last, within] = Object.values(n);
          return last > 3 * first && Math.abs(within - 1) < 0.25;
        },
      ),
      claim(
        "Bjorck et al. 2018",
        "so the loss blows up by it without batch norm, and not with it.",
        {
          "loss behind, by that before, without": plain.lossAfter / plain.lossBefore,
          "with batch norm": normed.lossAfter / normed.lossBefore,
        },
        (n) => {
          const [without, within] = Object.values(n);
          return without > 3 && within < 3;
        },
      ),
    ],
    open: [
      "The rate is chosen: after a step of rate 1 the activations of neither network have grown with depth. The paper has ResNets on CIFAR-10.",
    ],
    data: { runs },
  };
};
