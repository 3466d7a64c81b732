import { rateScaleMap } from "evenkeel/plot";
import { claim, type Experiment, three } from "./experiment.ts";
import { deepLinear, lossLeft } from "./networks.ts";
import { cell, extentOf, spaceOf, variants } from "./rateAndScaleCell.ts";

/** Of a configuration what differs within one seed. */
interface Place {
  readonly variant: string;
  readonly scale: number;
  readonly lr: number;
}

/** Learning rate against the scale of the first weights: what trains, and what diverges or stays where it is. */
export const learningRateAndScale: Experiment = (scale, seed) => {
  const { steps, rates, scales } = extentOf(scale);
  const trained = 2.75; // guessing every letter alike costs 3.33, guessing by how frequent they are about 2.9
  const space = spaceOf(scale, [seed]);
  // One after the other and at once, as experiments are; examples/sweeps has the same cells on threads.
  const cells = Array.from({ length: space.size }, (_, place) => {
    const { variant, scale: size, lr } = space.at(place) as unknown as Place;
    const { loss } = cell({ variant, scale: size, lr, seed, steps });
    return { variant, scale: size, lr, loss, trains: loss !== null && loss < trained };
  });
  const linearRates = Array.from({ length: 25 }, (_, i) => 10 ** (i / 8 - 6)); // eight to a power of ten
  const [depth, samples] = scale === "small" ? [10, 200] : [25, 1000];
  const linearSettings = { depth, samples, seed };
  const linear = Object.entries(variants).map(([variant, normalisation]) => ({
    variant,
    left: linearRates.map((lr) => lossLeft(deepLinear(normalisation, linearSettings), { lr, steps: linearSteps })),
  }));
  const most = linear.map(({ left }) => Math.max(0, ...linearRates.filter((_, i) => (left[i] ?? 1) < 1)));
  const ratio = most[0] > 0 ? most[1] / most[0] : null;
  const largest = (variant: string) => {
    const good = cells.filter((cell) => cell.variant === variant && cell.trains).map(({ lr }) => lr);
    return good.length === 0 ? null : Math.max(...good);
  };
  const count = (variant: string) => cells.filter((cell) => cell.variant === variant && cell.trains).length;
  const each = scales.length * rates.length;
  const [plain, normed] = [largest("standard"), largest("batch norm")];
  return {
    title: "Learning rate against the scale of the weights",
    settings: { scale, seed, steps, rates, scales, trained, hidden: 3, width: 50, batch: 64 },
    table: [
      ["network, scale of the weights", ...rates.map((lr) => `lr ${lr}`)],
      ...Object.keys(variants).flatMap((variant) =>
        scales.map((size) => [
          `${variant}, ${size}`,
          ...cells.filter((cell) => cell.variant === variant && cell.scale === size).map(({ loss }) => three(loss)),
        ]),
      ),
    ],
    figures: [
      rateScaleMap(
        cells.map(({ trains: _trains, ...cell }) => cell),
        { title: "Learning rate and scale of the weights, on names", mostLoss: 3.4 },
      ),
    ],
    claims: [
      claim(
        "Ioffe & Szegedy, sections 3.3 and 4.2; the text, on a network of linear layers",
        "with batch norm far larger learning rates can be used: ten times as large and more.",
        {
          [`largest rate that lowers the loss in ${linearSteps} steps without`]: most[0],
          "with batch norm": most[1],
          "their ratio": ratio,
        },
        (n: Readonly<Record<string, number | null>>) =>
          (n["their ratio"] ?? 0) >= 10 * (1 - 1e-9) || ((n["their ratio"] ?? 0) > 1 && "partly"),
      ),
      claim(
        "The same, on names",
        "with batch norm far larger learning rates can be used: ten times as large and more.",
        {
          [`largest rate at which some scale trains to below ${trained} without`]: plain,
          "with batch norm": normed,
          "their ratio": plain === null || normed === null ? null : normed / plain,
        },
        (n: Readonly<Record<string, number | null>>) =>
          (n["their ratio"] ?? 0) >= 10 || ((n["their ratio"] ?? 0) > 1 && "partly"),
      ),
      claim(
        "Ioffe & Szegedy, section 1; the text",
        "and the initial weights matter less.",
        {
          "pairs of rate and scale that train without": count("standard"),
          "with batch norm": count("batch norm"),
          of: each,
        },
        (n) => n["with batch norm"] > n["pairs of rate and scale that train without"],
      ),
    ],
    open: [
      "What counts as trained is chosen here, as are the network and the steps.",
      "The linear network was added after the names network had not shown ten times the rate.",
    ],
    data: { cells, linear: { ratio, rates: linearRates, ...linearSettings, runs: linear } },
  };
};

const linearSteps = 150;
