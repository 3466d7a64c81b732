import { manualSeed, nn } from "evenkeel";
import { activationRidges, covariateShiftBars, landscapeBands, profileCurves } from "evenkeel/plot";
import { claim, type Experiment, inAll, mean, median, three } from "../experiment.ts";
import { cifar, digitImages, halved } from "./images.ts";
import { type Normalisation2d, trainVgg, type VggRun } from "./vggLike.ts";

const variants = {
  standard: () => null,
  "batch norm": (channels) => new nn.BatchNorm2d(channels),
  "noisy batch norm": (channels) => new nn.NoisyBatchNorm2d(channels),
  "noise alone": (channels) => new nn.Noise2d(channels),
  l1: (channels) => new nn.LpNorm2d(channels, { p: 1 }),
  l2: (channels) => new nn.LpNorm2d(channels, { p: 2 }),
  "l∞": (channels) => new nn.LpNorm2d(channels, { p: Number.POSITIVE_INFINITY }),
} satisfies Record<string, Normalisation2d>;

type Variant = keyof typeof variants;

const sizes = {
  small: { size: { channels: [6, 12, 24], convolutions: [1, 1, 2] }, batch: 32, steps: 100, every: 10, tested: 250 },
  large: { size: { channels: [16, 32, 64], convolutions: [2, 2, 2] }, batch: 64, steps: 300, every: 30, tested: 500 },
  /** That of the paper: the convolutions of VGG-16, batches of 128, 15,000 steps. */
  paper: {
    size: { channels: [64, 128, 256, 512, 512], convolutions: [2, 2, 3, 3, 3] },
    batch: 128,
    steps: 15_000,
    every: 250,
    tested: 10_000,
  },
};

const [lr, faster] = [0.1, 0.5];

/**
 * Santurkar et al., Figures 1 to 5, on their own ground: a VGG-like network by Glorot's initialisation and plain gradient descent, on
 * digits or on CIFAR-10.
 */
export const vgg: Experiment = (scale, seed, { data: folder } = {}) => {
  const whole = folder === undefined ? digitImages(seed) : cifar(folder);
  const data = scale === "paper" ? whole : halved(whole);
  const { size, batch, steps, every, tested } = sizes[scale];
  const train = (variant: Variant, options: { lr?: number; every?: number } = {}) => {
    manualSeed(seed); // the noise
    return trainVgg(data, variants[variant], { size, batch, steps, lr, seed, tested, ...options });
  };
  const names = Object.keys(variants) as Variant[];
  const looked: readonly Variant[] = ["standard", "batch norm"];
  const runs = Object.fromEntries(
    names.map((variant) => [variant, train(variant, looked.includes(variant) ? { every } : {})]),
  ) as Record<Variant, VggRun>;
  const fast = { standard: train("standard", { lr: faster }), "batch norm": train("batch norm", { lr: faster }) };
  const { standard, "batch norm": normed, "noisy batch norm": noisy, "noise alone": alone, ...norms } = runs;
  const seen = Object.fromEntries(names.map((variant) => [variant, numbersOf(runs[variant])])) as Record<
    Variant,
    ReturnType<typeof numbersOf>
  >;
  const guessing = Math.log(10);
  return {
    title: `A network in the manner of VGG, on ${data.name}`,
    settings: {
      scale,
      seed,
      data: data.name,
      pictures: data.training.count,
      shape: data.training.shape,
      ...sizes[scale],
      lr,
      faster,
    },
    table: [
      ["network", "loss", "test accuracy", "mean, step to step", "‖G − G'‖/‖G‖", "cosine"],
      ...names.map((variant) => {
        const { loss, accuracy, meanStep, relative, cosine } = seen[variant];
        return [variant, three(loss), three(accuracy), three(meanStep), three(relative), three(cosine)];
      }),
      ...Object.entries(fast).map(([variant, run]) => {
        const { loss, accuracy, meanStep } = numbersOf(run);
        return [`${variant}, rate ${faster}`, three(loss), three(accuracy), three(meanStep), "–", "–"];
      }),
    ],
    figures: [
      lossesOf(
        { standard, "batch norm": normed, "noisy batch norm": noisy, "noise alone": alone },
        "Figures 1 and 2: training",
      ),
      activationRidges(
        { standard: standard.drift, "batch norm": normed.drift, "noisy batch norm": noisy.drift },
        { title: "Figures 1 and 2: what goes into the last ReLU" },
      ),
      covariateShiftBars(Object.fromEntries(looked.map((name) => [name, onAverage(runs[name].shifts)])), {
        title: "Figure 3: internal covariate shift, on average over training",
      }),
      landscapeBands(Object.fromEntries(looked.map((name) => [name, runs[name].probes])), {
        title: "Figure 4: the landscape along the step",
      }),
      lossesOf({ standard, "batch norm": normed, ...norms }, "Figure 5: other norms"),
    ],
    claims: [
      claim(
        "Santurkar et al., Figure 1a and b",
        "with batch norm training is faster and the test accuracy higher, at both learning rates.",
        {
          "loss at a rate of 0.1 without": seen.standard.loss,
          "loss at 0.1 with batch norm": seen["batch norm"].loss,
          "accuracy at 0.1 without": standard.accuracy,
          "accuracy at 0.1 with batch norm": normed.accuracy,
          "accuracy at 0.5 without": fast.standard.accuracy,
          "accuracy at 0.5 with batch norm": fast["batch norm"].accuracy,
        },
        (n) => {
          const [loss, lossNormed, ...accuracies] = Object.values(n);
          const [slow, slowNormed, quick, quickNormed] = accuracies;
          return inAll([lossNormed < loss, slowNormed > slow, quickNormed > quick]);
        },
      ),
      claim(
        "Santurkar et al., Figure 1c",
        "the difference in the stability of distributions is marginal: less than twofold, of what goes into the last ReLU, from step to step.",
        { "step of its means without": seen.standard.meanStep, "with batch norm": seen["batch norm"].meanStep },
        (n) => Math.abs(Math.log(n["with batch norm"] / n["step of its means without"])) < Math.LN2,
      ),
      claim(
        "Santurkar et al., Figure 2",
        "with noise that shifts its activations batch norm trains about as well as without, and better than the standard network.",
        {
          standard: seen.standard.loss,
          "batch norm": seen["batch norm"].loss,
          "noise behind it": seen["noisy batch norm"].loss,
        },
        (n) =>
          n["noise behind it"] < n.standard &&
          (n["noise behind it"] < n["batch norm"] + 0.5 * (n.standard - n["batch norm"]) || "partly"),
      ),
      claim(
        "Santurkar et al., Figure 2",
        "although its distributions are less stable than even those of the standard network.",
        {
          "step of the means without": seen.standard.meanStep,
          "with batch norm": seen["batch norm"].meanStep,
          "noise behind it": seen["noisy batch norm"].meanStep,
        },
        (n) =>
          n["noise behind it"] > n["with batch norm"] &&
          (n["noise behind it"] > n["step of the means without"] || "partly"),
      ),
      claim(
        "Santurkar et al., section 2.1",
        "the same noise on the standard network prevents it from training.",
        { "loss of guessing": guessing, "noise alone": seen["noise alone"].loss, standard: seen.standard.loss },
        (n) => n["noise alone"] > 0.9 * n["loss of guessing"] || (n["noise alone"] > n.standard && "partly"),
      ),
      claim(
        "Santurkar et al., Figure 3",
        "with batch norm internal covariate shift is similar, or larger, than without.",
        { "‖G − G'‖/‖G‖ without": seen.standard.relative, "with batch norm": seen["batch norm"].relative },
        (n) => n["with batch norm"] >= 0.8 * n["‖G − G'‖/‖G‖ without"],
      ),
      ...(["loss", "gradient", "beta"] as const).map((which) => {
        const { letter, says, what } = probed[which];
        return claim(
          `Santurkar et al., Figure 4${letter}`,
          says,
          { [`${what} without`]: bandsOf(standard)[which], [`${what} with batch norm`]: bandsOf(normed)[which] },
          (n) => {
            const [without, withIt] = Object.values(n);
            return withIt < without;
          },
        );
      }),
      claim(
        "Santurkar et al., Figure 5",
        "normalising by any of the three norms trains about as well as batch norm.",
        Object.fromEntries(
          (["standard", "batch norm", "l1", "l2", "l∞"] as const).map((name) => [`${name}, loss`, seen[name].loss]),
        ),
        (n) => {
          const [without, withIt, ...others] = Object.values(n);
          const isGood = (loss: number) => loss < withIt + 0.25 * (without - withIt);
          return others.every((loss) => loss < without) && (others.every(isGood) || "partly");
        },
      ),
    ],
    open: [
      "The paper has VGG on CIFAR-10, of 15,000 steps; `--data DIR` has CIFAR-10, `--paper` its size.",
      "Losses are means of the last fifth of the steps. The landscape has medians over training, with 9 points on a line, and the batch of the step.",
      "Whether γ and β of a batch norm belong to the layer before it is not said: here they do.",
    ],
    data: {
      seen: Object.fromEntries(names.map((name) => [name, known(seen[name])])),
      bands: Object.fromEntries(looked.map((name) => [name, bandsOf(runs[name])])),
      losses: Object.fromEntries(names.map((name) => [name, runs[name].losses])),
    },
  };
};

const probed = {
  loss: { letter: "a", says: "with batch norm the loss varies less along the gradient.", what: "band of the loss" },
  gradient: { letter: "b", says: "with batch norm the gradient is more predictive.", what: "distance of the gradient" },
  beta: { letter: "c", says: "with batch norm the effective β is smaller.", what: "effective β" },
} as const;

/** What the table has of a run; internal covariate shift is averaged over all layers but the first, which has none before it. */
function numbersOf({ losses, accuracy, drift, shifts }: VggRun) {
  const later = shifts.flatMap(({ layers }) => layers.slice(1));
  return {
    loss: mean(losses.slice(-Math.floor(losses.length / 5))),
    accuracy,
    meanStep: mean(drift.series[0].points.slice(1).map(({ meanStep }) => meanStep)),
    relative: mean(later.map(({ relative }) => relative ?? 0)),
    cosine: mean(later.map(({ cosine }) => cosine)),
  };
}

/** Internal covariate shift layer by layer, each number the mean over training. */
function onAverage(shifts: VggRun["shifts"]): VggRun["shifts"][number] {
  const [first] = shifts;
  const layers = first.layers.map((layer, i) => {
    const of = (pick: (shift: typeof layer) => number) => mean(shifts.map((shift) => pick(shift.layers[i])));
    return {
      ...layer,
      l2: of(({ l2 }) => l2),
      relative: of(({ relative }) => relative ?? 0),
      cosine: of(({ cosine }) => cosine),
      degrees: of(({ degrees }) => degrees),
      gradNorm: of(({ gradNorm }) => gradNorm),
    };
  });
  return { ...first, layers };
}

/** The numbers that there are: shift is looked at in two of the runs only. */
const known = (numbers: ReturnType<typeof numbersOf>) =>
  Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)));

/** The three probes, as medians over training. */
function bandsOf({ probes }: VggRun) {
  const of = (pick: (probe: VggRun["probes"][number]["probe"]) => number) =>
    median(probes.map(({ probe }) => pick(probe)));
  return {
    loss: of(({ lossRange }) => (lossRange === null ? Number.NaN : lossRange[1] - lossRange[0])),
    gradient: of(({ gradientDistanceRange }) => gradientDistanceRange?.[1] ?? Number.NaN),
    beta: of(({ effectiveBeta }) => effectiveBeta ?? Number.NaN),
  };
}

/** Losses over steps, each the mean of a fortieth of the run. */
function lossesOf(runs: Readonly<Record<string, VggRun>>, title: string) {
  const curve = ({ losses }: VggRun) => {
    const group = Math.max(1, Math.floor(losses.length / 40));
    const starts = Array.from({ length: Math.floor(losses.length / group) }, (_, i) => i * group);
    return {
      x: starts.map((start) => start + group / 2),
      y: starts.map((start) => mean(losses.slice(start, start + group))).map((y) => (Number.isFinite(y) ? y : null)),
    };
  };
  return profileCurves(Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, curve(run)])), {
    title,
    xTitle: "step",
    yTitle: "loss",
  });
}
