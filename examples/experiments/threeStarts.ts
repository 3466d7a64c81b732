import { type Descents, descend1d } from "evenkeel/analysis";
import { descentPaths } from "evenkeel/plot";
import { claim, type Experiment, three } from "./experiment.ts";
import { batchNorm, nothing, ownWeights } from "./networks.ts";

/**
 * The text's three initialisations: gradient descent along one direction of a deep network's weights, from three starts, at
 * several learning rates. The network is to find back its own weights, which are at 0, with batch norm and without.
 */
export const threeStarts: Experiment = (_scale, seed) => {
  const [starts, rates, steps] = [[-0.75, 0.3, 0.85], [0.01, 0.1, 0.3], 100];
  const [hidden, scale] = [5, 10];
  const descended = (normalisation: typeof nothing) =>
    descend1d(ownWeights(normalisation, { hidden, scale, seed }), {
      starts,
      lr: rates,
      steps,
      tolerance: 0.01,
      range: [-1, 1],
      points: 201,
    });
  const results = { "without batch norm": descended(nothing), "with batch norm": descended(batchNorm) };
  const runs = Object.entries(results).flatMap(([variant, { descents }]) =>
    rates.map((lr) => ({ variant, lr, descents: descents.filter((descent) => descent.lr === lr) })),
  );
  const [without, withIt] = Object.values(results);
  const [smallest, larger] = rates;
  return {
    title: "Three starts, along one direction of the weights",
    settings: { seed, starts, rates, steps, hidden, width: 50, scaleOfWeights: scale, examples: 128 },
    table: [
      ["network, learning rate", ...starts.map((start) => `from ${start}`)],
      ...runs.map(({ variant, lr, descents }) => [
        `${variant}, ${lr}`,
        ...descents.map(({ x: places, loss, overshoots }) => {
          const end = three(loss[loss.length - 1]);
          return `${end} after ${places.length - 1}, ${overshoots} over`;
        }),
      ]),
    ],
    figures: [descentPaths(firstSteps(results, [smallest, larger]), { title: "Three starts", panels: "starts" })],
    claims: [
      claim(
        "The text, convergence for three initialisation points",
        "without batch norm where descent ends depends on the start, with it all starts converge.",
        {
          "starts, of three, that a small rate takes to within 0.05 of the lowest loss without": reaching(
            without,
            smallest,
          ),
          "with batch norm": reaching(withIt, smallest),
        },
        (n) => {
          const [from, normed] = Object.values(n);
          return normed === starts.length && from < normed;
        },
      ),
      claim(
        "The text, convergence for three initialisation points",
        "without batch norm a small learning rate is needed, or descent overshoots; with it a larger one takes fewer steps.",
        {
          "starts, of three, that ten times that rate takes there without": reaching(without, larger),
          "with batch norm": reaching(withIt, larger),
          "and thirty times that rate with batch norm": reaching(withIt, rates[2]),
        },
        (n) => {
          const [from, normed, faster] = Object.values(n);
          return from < normed && (normed === starts.length && faster === starts.length ? true : "partly");
        },
      ),
      claim(
        "The text, third benefit",
        "batch norm smooths the landscape: there are fewer places in which a descent can come to rest.",
        { "valleys of the curve without": valleys(without), "with batch norm": valleys(withIt) },
        (n) => n["with batch norm"] < n["valleys of the curve without"],
      ),
    ],
    open: [
      "The text draws its landscapes by hand. This one is chosen: five tanh layers whose weights start ten times their usual size, one direction at random through those of the first, and a target that the network itself has set, so that both have their lowest loss, 0, at the same weights.",
    ],
    data: { runs },
  };
};

/** From how many starts a rate comes near the lowest loss, which is 0. */
const reaching = ({ descents }: Descents, rate: number): number =>
  descents.filter(({ lr, loss }) => lr === rate && (loss[loss.length - 1] ?? Number.POSITIVE_INFINITY) < 0.05).length;

/** The points of a curve that are below both of their neighbours. */
function valleys({ curve: { loss } }: Descents): number {
  const known = loss.map((value) => value ?? Number.POSITIVE_INFINITY);
  return known.filter((value, i) => i > 0 && i + 1 < known.length && value < known[i - 1] && value < known[i + 1])
    .length;
}

/** At some rates, as far as can be seen in a picture. */
function firstSteps(results: Readonly<Record<string, Descents>>, rates: readonly number[]): Record<string, Descents> {
  const most = 20;
  return Object.fromEntries(
    Object.entries(results).map(([name, result]) => {
      const descents = result.descents
        .filter(({ lr }) => rates.includes(lr))
        .map((descent) => ({
          ...descent,
          x: descent.x.slice(0, most + 1),
          loss: descent.loss.slice(0, most + 1),
          slope: descent.slope.slice(0, most + 1),
          outcome: descent.x.length > most + 1 ? ("moving" as const) : descent.outcome,
        }));
      return [name, { ...result, descents }];
    }),
  );
}
