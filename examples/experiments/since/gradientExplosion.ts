import { manualSeed, nn, randn } from "evenkeel";
import { gradientReport } from "evenkeel/analysis";
import { type Profile, profileCurves } from "evenkeel/plot";
import { claim, type Experiment, three } from "../experiment.ts";
import { batchNorm, type Normalisation, nothing } from "../networks.ts";
import { namesOf, stack } from "./networks.ts";

/** What is predicted for layers of ReLUs, of many examples, and for layers without an activation, of `n`. */
const predicted = { relu: Math.PI / (Math.PI - 1), linear: (n: number) => (n - 2) / (n - 3) };

const [large, small] = [64, 8];

/** Networks as they are drawn: the variance of the gradient at each layer, and by how much it grows from layer to layer. */
export function explodingGradients({ depth, width, seed }: { depth: number; width: number; seed: number }) {
  const variances = (normalisation: Normalisation, isLinear: boolean, examples: number): number[] => {
    const activation = isLinear ? () => null : () => new nn.ReLU();
    const widths = new Array<number>(depth + 1).fill(width);
    const model = stack({ widths, normalisation, activation, seed });
    manualSeed(seed + 1);
    const [x, direction] = [randn([examples, width]), randn([examples, width])];
    const { activations } = gradientReport(model, () => model.forward(x).mul(direction).sum(), {
      modules: namesOf(model, nn.Linear),
    });
    return activations.map(({ std, mean }) => (std ?? Number.NaN) ** 2 + (mean ?? Number.NaN) ** 2);
  };
  return [
    { name: "ReLU, standard", by: variances(nothing, false, large) },
    { name: "ReLU, batch norm", by: variances(batchNorm, false, large) },
    { name: `linear, batch norm of ${small}`, by: variances(batchNorm, true, small) },
  ].map(({ name, by }) => ({ name, variances: by, ratio: (by[2] / by[depth - 2]) ** (1 / (depth - 4)) }));
}

/** The variances as lines, by that of the last layer. */
export const explosionLines = (nets: ReturnType<typeof explodingGradients>): Record<string, Profile> =>
  Object.fromEntries(
    nets.map(({ name, variances }) => [
      name,
      { x: variances.map((_, i) => i + 1), y: variances.map((value) => value / variances[variances.length - 1]) },
    ]),
  );

/** What the picture of them says at its axes. */
export const explosionAxes = {
  xTitle: "layer, from the first to the last",
  yTitle: "variance of the gradient, by that of the last layer",
  logY: true,
} as const;

/** Yang et al. 2019: at the start gradients grow from layer to layer, downwards, because of batch norm. */
export const gradientExplosion: Experiment = (scale, seed) => {
  const [depth, width] = scale === "small" ? [16, 192] : [30, 512];
  const nets = explodingGradients({ depth, width, seed });
  const [plain, normed, linear] = nets;
  const expected = { relu: predicted.relu, linear: predicted.linear(small) };
  return {
    title: "Gradients that grow with depth because of batch norm",
    settings: { scale, seed, depth, width, batch: large, batchOfLinear: small },
    table: [
      ["network", "gradient's variance, first layer by last", "by layer", "predicted"],
      ...nets.map(({ name, variances: all, ratio }, i) => [
        name,
        three(all[0] / all[depth - 1]),
        three(ratio),
        ["1", three(expected.relu), three(expected.linear)][i],
      ]),
    ],
    figures: [
      profileCurves(explosionLines(nets), { title: "The gradient at the start, layer by layer", ...explosionAxes }),
    ],
    claims: [
      claim(
        "Yang et al. 2019 (arXiv:1902.08129)",
        "at the start the gradient's variance grows by π/(π − 1) from each layer of ReLUs to the one below it.",
        { "grows with batch norm by": normed.ratio, predicted: expected.relu },
        (n) => Math.abs(n["grows with batch norm by"] / n.predicted - 1) < 0.05,
      ),
      claim(
        "Yang et al. 2019 (arXiv:1902.08129)",
        "it is batch norm that makes them explode: without it, from weights drawn for ReLUs, they do not.",
        { "grows without by": plain.ratio, "with batch norm by": normed.ratio },
        (n) => n["grows without by"] < 1.1 && n["with batch norm by"] > 1.3,
      ),
      claim(
        "Derived here, as in Yang et al. 2019",
        "without activations it grows by (n − 2)/(n − 3) in batches of n.",
        { "grows with batch norm in batches of 8 by": linear.ratio, predicted: expected.linear },
        (n) => Math.abs(n["grows with batch norm in batches of 8 by"] / n.predicted - 1) < 0.05,
      ),
    ],
    open: [
      "π/(π − 1) is of wide layers and many examples: batch norm divides by the root of (π − 1)/2π, the variance of a ReLU over unrelated examples, and a ReLU lets half of the gradient's square pass.",
      "(n − 2)/(n − 3): of n − 1 directions that are left the projection on the normalised inputs takes one, (n − 2)/(n − 1), and the mean of 1/σ² of normal numbers is (n − 1)/(n − 3).",
    ],
    data: { nets, expected },
  };
};
