import { optim } from "evenkeel";
import { type Comparison, compare, stepProbes } from "evenkeel/analysis";
import { profileCurves } from "evenkeel/plot";
import { claim, type Experiment, mean, three } from "../experiment.ts";
import { batchNorm, type Normalisation, namesBatches, namesLoss, namesNetwork, nothing } from "../networks.ts";
import { linesOf } from "./networks.ts";

const variants: Readonly<Record<string, Normalisation>> = { standard: nothing, "batch norm": batchNorm };

const rootMeanSquare = (values: readonly number[]): number => Math.sqrt(mean(values.map((value) => value * value)));

const [lr, decay, batch, width, hidden] = [0.3, 0.003, 32, 32, 2];

/** The angle to which steps come under weight decay. */
export const equilibrium: number = Math.sqrt(2 * lr * decay);

/** Training with weight decay, with the angles of steps every so many of them. */
export function turning({ steps, every, seed }: { steps: number; every: number; seed: number }): Comparison {
  const next = namesBatches(batch, seed);
  return compare({
    variants: Object.fromEntries(
      Object.entries(variants).map(([name, normalisation]) => [
        name,
        (own: number) => namesNetwork(normalisation, { hidden, width, seed: own }),
      ]),
    ),
    data: Array.from({ length: 500 }, (_, step) => next(step)),
    loss: namesLoss,
    optimizer: (model) => new optim.SGD(model.parameters(), { lr, weightDecay: decay }),
    steps,
    seed,
    probes: { angles: { probe: stepProbes.angularUpdates(), every } },
  });
}

/** Wan et al. 2020, Kosson et al. 2023: under weight decay weights before batch norm come to turn by one angle at each step. */
export const rotationalEquilibrium: Experiment = (scale, seed) => {
  const [steps, every] = scale === "small" ? [2000, 20] : [12_000, 50];
  const comparison = turning({ steps, every, seed });
  const expected = equilibrium;
  const runs = comparison.runs.map(({ variant, recording }) => {
    const hiddenLayers = [...new Set(recording.rows.map(({ layer }) => layer))].slice(0, hidden);
    const layers = hiddenLayers.map((layer) => {
      const all = recording.rows.filter((row) => row.layer === layer).map(({ value }) => value ?? Number.NaN);
      return {
        layer,
        first: rootMeanSquare(all.slice(0, 3)),
        last: rootMeanSquare(all.slice(-Math.ceil(all.length / 4))),
      };
    });
    return { variant, layers };
  });
  const [plain, normed] = runs;
  return {
    title: "The angle of a step under weight decay",
    settings: { scale, seed, steps, every, lr, decay, batch, width, hidden },
    table: [
      ["network, layer", "angle per step at first", "last quarter", "√(2·lr·decay)"],
      ...runs.flatMap(({ variant, layers }) =>
        layers.map(({ first, last }, i) => [`${variant}, ${i + 1}`, three(first), three(last), three(expected)]),
      ),
    ],
    figures: [
      profileCurves(linesOf(comparison, "angular update", hidden), {
        title: "The angle that a step turns weights by",
        xTitle: "step",
        yTitle: "angle, in radians",
        logY: true,
        guides: [expected],
      }),
    ],
    claims: [
      claim(
        "Wan et al. 2020 (arXiv:2006.08419), Kosson et al. 2023 (arXiv:2305.17212)",
        "with batch norm all layers come to turn by √(2·lr·decay) at each step.",
        {
          ...Object.fromEntries(normed.layers.map(({ last }, i) => [`angle of layer ${i + 1} with batch norm`, last])),
          predicted: expected,
        },
        (n: Readonly<Record<string, number>>) => {
          const angles = Object.values(n).slice(0, -1);
          return angles.every((angle) => Math.abs(angle / n.predicted - 1) < 0.1);
        },
      ),
      claim(
        "The same",
        "without batch norm there is no such angle, and layers differ.",
        {
          ...Object.fromEntries(plain.layers.map(({ last }, i) => [`angle of layer ${i + 1} without`, last])),
          predicted: expected,
        },
        (n: Readonly<Record<string, number>>) => {
          const angles = Object.values(n).slice(0, -1);
          return (
            angles.every((angle) => Math.abs(angle / n.predicted - 1) > 0.1) &&
            Math.max(...angles) > 1.2 * Math.min(...angles)
          );
        },
      ),
    ],
    open: [
      "Derived for a gradient that is orthogonal to the weight, of which decay takes lr·decay and a step adds (angle²)/2 in length. The balance takes about 1/(2·lr·decay) steps to come about.",
    ],
    data: { runs, expected },
  };
};
