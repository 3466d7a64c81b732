import { oneHot, optim } from "evenkeel";
import { type Comparison, compare, sharpnessProbe, stepProbes } from "evenkeel/analysis";
import { lossCurves, profileCurves } from "evenkeel/plot";
import { characters } from "../../demo/data.ts";
import { claim, type Experiment, inAll, mean, three } from "../experiment.ts";
import { batchNorm, type Normalisation, namesBatches, namesNetwork, nothing } from "../networks.ts";
import { linesOf } from "./networks.ts";

const variants: Readonly<Record<string, Normalisation>> = { standard: nothing, "batch norm": batchNorm };

const [examples, width, hidden] = [128, 24, 1];
const rates: Readonly<Record<string, number>> = { standard: 0.4, "batch norm": 0.04 };

/** Gradient descent on all of some letters, with the sharpness every so many steps. */
export function descentAtTheEdge({ steps, every, seed }: { steps: number; every: number; seed: number }): Comparison {
  const batch = namesBatches(examples, seed)(0);
  const target = oneHot(batch.labels, characters.length).to("float32");
  return compare({
    variants: Object.fromEntries(
      Object.entries(variants).map(([name, normalisation]) => [
        name,
        (own: number) => namesNetwork(normalisation, { hidden, width, seed: own }),
      ]),
    ),
    data: [batch],
    loss: (model, { x }) => model.forward(x).sub(target).square().sum(1).mean(),
    optimizer: (model, variant) => new optim.SGD(model.parameters(), { lr: rates[variant] }),
    steps,
    seed,
    probes: { loss: stepProbes.loss(), sharpness: { probe: sharpnessProbe(), every } },
  });
}

/** Cohen et al. 2021: under gradient descent on all of the data the sharpness climbs to 2 by the rate, and stays. */
export const edgeOfStability: Experiment = (scale, seed) => {
  const [steps, every] = scale === "small" ? [1500, 50] : [6000, 100];
  const comparison = descentAtTheEdge({ steps, every, seed });
  const runs = comparison.runs.map(({ variant, recording }) => {
    const values = (metric: string) =>
      recording.rows.filter((row) => row.metric === metric).map(({ value }) => value ?? Number.NaN);
    const [edge, losses] = [values("rate × sharpness"), values("loss")];
    const last = edge.slice(-Math.ceil(edge.length / 3));
    return {
      variant,
      before: Math.min(...edge.slice(0, Math.ceil(edge.length / 5))),
      last: mean(last),
      least: Math.min(...last),
      most: Math.max(...last),
      loss: losses[losses.length - 1] / losses[0],
      rises: losses.slice(1).filter((loss, i) => loss > losses[i]).length / losses.length,
    };
  });
  return {
    title: "The edge of stability",
    settings: { scale, seed, steps, every, examples, width, hidden, rates },
    table: [
      [
        "network",
        "rate × sharpness, least of the first fifth",
        "last third",
        "from",
        "to",
        "loss left",
        "steps that raise it",
      ],
      ...runs.map((r) => [r.variant, ...[r.before, r.last, r.least, r.most, r.loss, r.rises].map(three)]),
    ],
    figures: [
      profileCurves(linesOf(comparison, "rate × sharpness"), {
        title: "Rate × sharpness climbs to 2, and stays",
        xTitle: "step",
        yTitle: "rate × sharpness",
        guides: [2],
      }),
      lossCurves(comparison, { log: true, title: "The loss meanwhile" }),
    ],
    claims: [
      claim(
        "Cohen et al. 2021 (arXiv:2103.00065); with batch norm Lyu et al. 2022",
        "under gradient descent on all examples the largest eigenvalue climbs until the rate times it is 2, and stays there.",
        Object.fromEntries(
          runs.flatMap(({ variant, before, last }) => [
            [`rate × sharpness ${variant}, least of the first fifth`, before],
            [`${variant}, mean of the last third`, last],
          ]),
        ),
        (n) => {
          const [a, b, c, d] = Object.values(n);
          return inAll([a < 1.8 && Math.abs(b - 2) < 0.15, c < 1.8 && Math.abs(d - 2) < 0.15]);
        },
      ),
      claim(
        "Cohen et al. 2021",
        "there the loss no longer falls at each step, and falls all the same over many.",
        Object.fromEntries(
          runs.flatMap(({ variant, rises, loss }) => [
            [`share of steps that raise the loss ${variant}`, rises],
            [`${variant}, loss left`, loss],
          ]),
        ),
        (n) => {
          const [a, b, c, d] = Object.values(n);
          return inAll([a > 0.02 && b < 0.7, c > 0.02 && d < 0.7]);
        },
      ),
    ],
    open: ["The loss is that of squares; network, rate and number of examples are chosen here."],
    data: { runs },
  };
};
