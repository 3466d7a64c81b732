import { manualSeed, nn, noGrad, randn } from "evenkeel";
import { effectiveRank, exampleCorrelation } from "evenkeel/analysis";
import { profileCurves } from "evenkeel/plot";
import { claim, type Experiment, three } from "../experiment.ts";
import { batchNorm, type Normalisation, nothing } from "../networks.ts";
import { namesOf, stack } from "./networks.ts";

const variants: Readonly<Record<string, Normalisation>> = { standard: nothing, "batch norm": batchNorm };

/** Daneshmand et al. 2020: at the start depth makes all examples alike, and batch norm keeps them apart. */
export const rankCollapse: Experiment = (scale, seed) => {
  const [depth, width, examples] = scale === "small" ? [30, 64, 64] : [100, 128, 128];
  const runs = Object.entries(variants).map(([name, normalisation]) => {
    const model = stack({ widths: new Array<number>(depth + 1).fill(width), normalisation, seed });
    manualSeed(seed + 1);
    const x = randn([examples, width]);
    const modules = namesOf(model, nn.ReLU);
    const some = modules.filter((_, i) => i % 3 === 2);
    return {
      name,
      alike: exampleCorrelation(model, x, { modules }),
      ranks: effectiveRank(model, x, { modules: some }),
    };
  });
  const ends = runs.map(({ name, alike: { layers }, ranks }) => ({
    name,
    first: layers[0].meanCosine ?? Number.NaN,
    last: layers[depth - 1].meanCosine ?? Number.NaN,
    rank: ranks.layers.at(-1)?.effectiveRank ?? Number.NaN,
  }));
  const [plain, normed] = ends;
  const cosines = cosinesBehind(600, seed);
  const bySome = (ranks: (typeof runs)[number]["ranks"]) => ({
    x: ranks.layers.map((_, i) => 3 * i + 3),
    y: ranks.layers.map((layer) => layer.effectiveRank),
  });
  return {
    title: "Examples that become alike with depth",
    settings: { scale, seed, depth, width, examples },
    table: [
      [
        "network",
        "mean cosine, first layer",
        "last layer",
        `effective rank of ${Math.min(width, examples)}, last layer`,
      ],
      ...ends.map(({ name, first, last, rank }) => [name, three(first), three(last), three(rank)]),
    ],
    figures: [
      profileCurves(Object.fromEntries(runs.map(({ name, alike }) => [name, alike])), {
        title: "How alike two examples are, layer by layer",
        xTitle: "ReLU layer",
      }),
      profileCurves(Object.fromEntries(runs.map(({ name, ranks }) => [name, bySome(ranks)])), {
        title: "In how many directions examples are spread",
        xTitle: "ReLU layer",
        yTitle: "effective rank",
      }),
    ],
    claims: [
      claim(
        "Daneshmand et al. 2020 (arXiv:2003.01652), 2021 (arXiv:2106.03970)",
        "with depth all examples become alike without batch norm; with it they stay as far apart as they were.",
        {
          "mean cosine without, first layer": plain.first,
          "without, last layer": plain.last,
          "with batch norm, first layer": normed.first,
          "with batch norm, last layer": normed.last,
        },
        (n) => {
          const [a, b, c, d] = Object.values(n);
          return a < 0.5 && b > 0.9 && Math.abs(d - c) < 0.1;
        },
      ),
      claim(
        "Daneshmand et al. 2020",
        "the rank collapses without batch norm, and is held up by it.",
        {
          "effective rank of the last layer without": plain.rank,
          "with batch norm": normed.rank,
          of: Math.min(width, examples),
        },
        (n) => {
          const [without, within, most] = Object.values(n);
          return without < 0.2 * most && within > 2 * without;
        },
      ),
      claim(
        "Nachum et al. 2024, Batch Normalization Decomposed (arXiv:2412.02843)",
        "behind very many layers with batch norm all examples are alike but for one odd one.",
        {
          "mean cosine to the others behind 600 layers, the odd one": cosines[0],
          "the next": cosines[1],
          "the middle": cosines[16],
        },
        (n) => {
          const [odd, next, middle] = Object.values(n);
          return middle > 0.8 && next > 0.7 && odd < 0.3;
        },
      ),
    ],
    open: [
      "The paper's rank is of linear layers, by a threshold; here it is of ReLUs, by the entropy of singular values.",
      "The 600 layers are of 64 ReLUs, for 32 examples.",
    ],
    data: { ends, cosines },
  };
};

/** How alike each of some examples is to the others, behind so many layers with batch norm; the least first. */
function cosinesBehind(depth: number, seed: number): number[] {
  const model = stack({ widths: new Array<number>(depth + 1).fill(64), normalisation: batchNorm, seed });
  const y = noGrad(() => model.forward(randn([32, 64])));
  const unit = y.div(y.square().sum(1, { keepdim: true }).sqrt());
  const n = y.shape[0];
  const sums = [...unit.matmul(unit.t()).sum(1).data];
  return sums.map((sum) => (sum - 1) / (n - 1)).sort((a, b) => a - b);
}
