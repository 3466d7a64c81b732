import { nn } from "evenkeel";
import { noise } from "../pictures/noise.ts";
import { trainWatched } from "./drift.ts";
import { claim, type Experiment, inAll, mean, three } from "./experiment.ts";
import { batchNorm, type Normalisation, namesNetwork, nothing } from "./networks.ts";

const variants: Readonly<Record<string, Normalisation>> = {
  standard: nothing,
  "batch norm": batchNorm,
  "noisy batch norm": (width) => new nn.NoisyBatchNorm1d(width),
  "noise alone": (width) => new nn.Noise1d(width),
};

/** Where training starts, and how fast it goes. */
const settings = [
  { name: "weights × 10, lr 1", scaleOfWeights: 10, lr: 1 },
  { name: "usual weights, lr 0.3", scaleOfWeights: 1, lr: 0.3 },
] as const;

/** Santurkar et al., Figure 2: batch norm, batch norm with noise behind it, and the noise alone. */
export const noisy: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 400 : 4000;
  const all = settings.map((setting) => ({
    ...setting,
    runs: Object.entries(variants).map(([variant, normalisation]) => ({
      variant,
      ...train(normalisation, { ...setting, steps, seed }),
    })),
  }));
  type Run = (typeof all)[number]["runs"][number];
  /** A number of each run that has a name here, in each setting. */
  const numbersOf = (of: (run: Run) => number, names: readonly string[]): Record<string, number> =>
    Object.fromEntries(
      all.flatMap(({ name, runs }) =>
        names.flatMap((which, i) => (which === "" ? [] : [[`${which}, with ${name},`, of(runs[i])]])),
      ),
    );
  /** A judgement of the numbers of each setting, so many of each. */
  const ofEach = (n: Readonly<Record<string, number>>, count: number, judge: (numbers: number[]) => boolean) =>
    inAll(all.map((_, i) => judge(Object.values(n).slice(i * count, (i + 1) * count))));
  return {
    title: "Noise behind batch norm",
    settings: { scale, seed, steps, settings, hidden: 5, width: 50, batch: 64 },
    table: [
      ["network", "loss", "mean, step to step", "from start", "variance, step to step", "distance"],
      ...all.flatMap(({ name, runs }) => [
        [name, "", "", "", "", ""],
        ...runs.map((r) => [
          r.variant,
          three(r.loss),
          three(r.meanStep),
          three(r.meanFromStart),
          three(r.varianceStep),
          three(r.distanceStep),
        ]),
      ]),
    ],
    figures: all.map(({ name, runs }) =>
      noise(Object.fromEntries(runs.map(({ variant, losses, report }) => [variant, { losses, report }])), {
        title: `Noise behind batch norm: ${name}`,
        classes,
        most: name.startsWith("usual") ? 1 : 4,
      }),
    ),
    claims: [
      claim(
        "Santurkar et al., section 2.1, Figure 2; the text's counter argument 1",
        "with noise that shifts its activations batch norm trains about as well as without, and better than the standard network.",
        numbersOf(({ loss }) => loss, ["standard", "batch norm", "noise behind it"]),
        (n) =>
          ofEach(n, 3, ([standard, normed, noise]) => noise < standard && noise < normed + 0.5 * (standard - normed)),
      ),
      claim(
        "Santurkar et al., section 2.1",
        "although its activations are less stable than even those of the standard network: what goes into the last tanh changes its units' means more from step to step.",
        numbersOf(({ meanStep }) => meanStep, ["standard", "batch norm", "noise behind it"]),
        (n) => ofEach(n, 3, ([standard, normed, noise]) => noise > normed && noise > standard),
      ),
      claim(
        "Santurkar et al., section 2.1",
        "the same noise on the standard network prevents it from training.",
        {
          "loss of guessing every letter alike": guessing,
          ...numbersOf(({ loss }) => loss, ["standard", "", "", "noise alone"]),
        },
        ({ "loss of guessing every letter alike": all, ...n }: Readonly<Record<string, number>>) =>
          ofEach(n, 2, ([, alone]) => alone > 0.9 * all) === true ||
          (ofEach(n, 2, ([standard, alone]) => alone > standard) === true && "partly"),
      ),
    ],
    open: [
      "r_σ is read as a standard deviation. The loss is the mean of the last fifth of the steps.",
      "Depth, scale of the weights and rate of the first setting were chosen, after trying five, for one in which batch norm helps much.",
    ],
    data: {
      settings: all.map(({ runs, ...setting }) => ({
        ...setting,
        runs: runs.map(({ report: _report, ...run }) => run),
      })),
    },
  };
};

/** The letters, and the end of a name. */
const classes = 28;
const guessing = Math.log(classes);

function train(
  normalisation: Normalisation,
  { scaleOfWeights, lr, steps, seed }: { scaleOfWeights: number; lr: number; steps: number; seed: number },
) {
  const model = namesNetwork(normalisation, { hidden: 5, scale: scaleOfWeights, seed });
  const tanhs = model.namedModules().flatMap(([name, module]) => (module instanceof nn.Tanh ? [name] : []));
  const {
    losses,
    points: all,
    report,
  } = trainWatched(model, {
    steps,
    lr,
    seed,
    layer: tanhs[tanhs.length - 1],
    units: [0],
  });
  const points = all.slice(1);
  return {
    loss: mean(losses.slice(-Math.floor(steps / 5))),
    meanStep: mean(points.map((point) => point.meanStep)),
    meanFromStart: mean(points.map((point) => point.meanFromStart)),
    varianceStep: mean(points.map((point) => point.varianceStep)),
    distanceStep: mean(points.map((point) => point.distanceStep)),
    losses,
    report,
  };
}
