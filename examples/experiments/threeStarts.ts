import { Generator, randn, type Tensor } from "evenkeel";
import { type Descents, descend1d } from "evenkeel/analysis";
import { descentPaths } from "evenkeel/plot";
import { claim, type Experiment, three } from "./experiment.ts";

/**
 * The text's three initialisations: gradient descent on one weight, from a good start and two others, at several learning
 * rates; of a tanh unit as it is, and of one behind batch norm, whose γ is then the weight.
 */
export const threeStarts: Experiment = (_scale, seed) => {
  const generator = new Generator().manualSeed(seed);
  const x = randn([256], { dtype: "float64", generator }).mul(5).add(2); // neither centred nor of variance 1
  const normal = x.sub(x.mean()).div(x.std(0, { correction: 0 }));
  const target = normal.mul(1.5).tanh();
  const slices = {
    "without batch norm": (w: Tensor) => x.mul(w).tanh().sub(target).square().mean(),
    "with batch norm": (gamma: Tensor) => normal.mul(gamma).tanh().sub(target).square().mean(),
  };
  const [starts, rates, steps] = [[-0.5, 0.2, 3], [0.1, 1, 10], 300];
  const results: Record<string, Descents> = {};
  const runs = Object.entries(slices).flatMap(([variant, fn]) =>
    rates.map((lr) => {
      const result = descend1d(fn, { starts, lr, steps, tolerance: 1e-4, points: 201 });
      const { descents } = result;
      if (lr === rates[1]) results[variant] = result;
      const least = Math.min(...descents.map(({ loss }) => loss[loss.length - 1] ?? Number.POSITIVE_INFINITY));
      return { variant, lr, descents, least };
    }),
  );
  const best = (variant: string) =>
    Math.min(...runs.filter((run) => run.variant === variant).map(({ least }) => least));
  const reaches = (variant: string) =>
    runs
      .filter((run) => run.variant === variant)
      .flatMap(({ descents }) => descents)
      .filter(({ loss }) => (loss[loss.length - 1] ?? Number.POSITIVE_INFINITY) < best(variant) + 0.01).length;
  const [without, withIt] = Object.keys(slices).map(reaches);
  const of = starts.length * rates.length;
  return {
    title: "Three starts, on one weight",
    settings: { seed, starts, rates, steps, examples: 256 },
    table: [
      ["slice, learning rate", ...starts.map((start) => `from ${start}`)],
      ...runs.map(({ variant, lr, descents }) => [
        `${variant}, ${lr}`,
        ...descents.map(({ x: places, loss, overshoots }) => {
          const end = three(loss[loss.length - 1]);
          return `${end} after ${places.length - 1}, ${overshoots} over`;
        }),
      ]),
    ],
    figures: [descentPaths(results, { title: `Three starts, at a rate of ${rates[1]}` })],
    claims: [
      claim(
        "The text, convergence for three initialisation points",
        "without batch norm descent depends on the start and needs a small learning rate, with it all starts converge.",
        { "descents that end within 0.01 of the lowest loss found without": without, "with batch norm": withIt, of },
        (n) =>
          n["with batch norm"] > n["descents that end within 0.01 of the lowest loss found without"] &&
          (n["with batch norm"] === n.of || "partly"),
      ),
    ],
    open: [
      "The text draws its landscapes by hand; this slice, a tanh unit on inputs of mean 2 and deviation 5, is chosen here.",
    ],
    data: { runs },
  };
};
