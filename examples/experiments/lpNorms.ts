import { nn, optim } from "evenkeel";
import { compare, stepProbes } from "evenkeel/analysis";
import { lossCurves } from "evenkeel/plot";
import { claim, type Experiment, mean, orNone, three } from "./experiment.ts";
import {
  batchNorm,
  deepLinear,
  lossLeft,
  type Normalisation,
  namesBatches,
  namesLoss,
  namesNetwork,
  nothing,
} from "./networks.ts";

/** Santurkar et al., Figure 5: normalising by other norms than the second. */
export const lpNorms: Experiment = (scale, seed) => {
  const steps = scale === "small" ? 300 : 4000;
  const seeds = scale === "small" ? [seed, seed + 1] : [0, 1, 2, 3].map((i) => seed + i);
  const lr = 1;
  const variants: Record<string, Normalisation> = {
    standard: nothing,
    "batch norm": batchNorm,
    l1: (width) => new nn.LpNorm1d(width, { p: 1 }),
    l2: (width) => new nn.LpNorm1d(width, { p: 2 }),
    "l∞": (width) => new nn.LpNorm1d(width, { p: Number.POSITIVE_INFINITY }),
  };
  const next = namesBatches(64, seed);
  const batches = Array.from({ length: Math.min(steps, 500) }, (_, step) => next(step));
  const comparison = compare({
    variants: Object.fromEntries(
      Object.entries(variants).map(([name, normalisation]) => [
        name,
        (runSeed: number) => namesNetwork(normalisation, { hidden: 5, scale: 10, seed: runSeed }),
      ]),
    ),
    data: batches,
    loss: namesLoss,
    optimizer: (model) => new optim.SGD(model.parameters(), { lr }),
    steps,
    seed: seeds,
    probes: { loss: stepProbes.loss() },
  });
  const { runs } = comparison;
  const lossOf = (name: string) => {
    const own = runs.filter(({ variant }) => variant === name);
    if (own.some(({ divergedAt }) => divergedAt !== null)) return null;
    const last = own.map(({ recording }) => recording.rows.slice(-Math.floor(steps / 5)));
    return mean(last.map((rows) => mean(rows.map(({ value }) => value ?? Number.NaN))));
  };
  const losses = Object.keys(variants).map((name) => ({ variant: name, loss: lossOf(name) }));
  const [depth, samples] = scale === "small" ? [10, 200] : [25, 1000];
  const linear = Object.entries(variants).map(([name, normalisation]) => ({
    variant: name,
    loss: mean(
      seeds.map((runSeed) =>
        Math.min(
          ...linearRates.map((rate) => {
            const network = deepLinear(normalisation, { depth, samples, seed: runSeed });
            return lossLeft(network, { lr: rate, steps: linearSteps }) ?? 1;
          }),
        ),
      ),
    ),
  }));
  return {
    title: "Normalising by the l1, l2 and l∞ norm",
    settings: { scale, seeds, steps, lr, hidden: 5, width: 50, scaleOfWeights: 10, batch: 64 },
    table: [
      ["network", "names: loss, last fifth", `${depth} linear layers: loss left`],
      ...losses.map(({ variant, loss }, i) => [variant, shown(loss), three(linear[i].loss)]),
    ],
    figures: [lossCurves(comparison, { title: "Normalising by other norms", smooth: 8, guide: Math.log(28) })],
    claims: [
      claim(
        "Santurkar et al., section 3.3, Figure 5",
        "normalising by any of the three norms trains about as well as batch norm.",
        Object.fromEntries(losses.map(({ variant, loss }) => [`${variant}, loss`, loss])),
        (n) => {
          const [standard, normed, ...others] = Object.values(n).map(orNone);
          const isGood = (loss: number) => loss < normed + 0.25 * (standard - normed);
          return others.every((loss) => loss < standard) && (others.every(isGood) || "partly");
        },
      ),
      claim(
        "Santurkar et al., section 3.3, deep linear networks",
        "there normalising by the l1 norm is even better than batch norm.",
        Object.fromEntries(linear.map(({ variant, loss }) => [`${variant}, share of the first loss left`, loss])),
        (n) => {
          const [, normed, l1] = Object.values(n);
          return l1 < normed;
        },
      ),
    ],
    open: [
      "The formula is not printed: here the mean is taken off, and the norm is that of the values before it was.",
      "As well as batch norm: all but a quarter of what batch norm gains. Depth, scale and rate are those of the experiment on noise, which were chosen.",
    ],
    data: { losses, linear: { depth, samples, rates: linearRates, steps: linearSteps, losses: linear } },
  };
};

/** Rates from far too small to far too large, two to a power of ten, each tried for so many steps. */
const linearRates = Array.from({ length: 7 }, (_, i) => 10 ** (i / 2 - 6));
const linearSteps = 150;

const shown = (loss: number | null): string => (loss === null ? "diverged" : three(loss));
