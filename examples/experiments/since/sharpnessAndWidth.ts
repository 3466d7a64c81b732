import { manualSeed, nn, randn } from "evenkeel";
import { hessianEigenvalues } from "evenkeel/analysis";
import { profileCurves } from "evenkeel/plot";
import { claim, type Experiment, mean, three } from "../experiment.ts";
import { batchNorm, nothing } from "../networks.ts";
import { stack } from "./networks.ts";

const [inputs, outputs, hidden, examples] = [32, 8, 2, 64];
const variants = ["standard", "batch norm in hidden layers", "batch norm at the output"] as const;

/** Karakida et al. 2019: the sharpness at the start grows with the width, unless batch norm stands at the output. */
export const sharpnessAndWidth: Experiment = (scale, seed) => {
  const widths = scale === "small" ? [32, 64, 128, 256] : [64, 128, 256, 512, 1024];
  const draws = scale === "small" ? 3 : 5;
  const sharpness = (variant: (typeof variants)[number], width: number, own: number): number => {
    const normalisation = variant === "batch norm in hidden layers" ? batchNorm : nothing;
    const body = stack({
      widths: [inputs, ...new Array<number>(hidden).fill(width)],
      normalisation,
      outputs,
      seed: own,
    });
    const isLast = variant === "batch norm at the output";
    const model = isLast ? new nn.Sequential(...body, new nn.BatchNorm1d(outputs, { affine: false })) : body;
    manualSeed(own + 1);
    const [x, y] = [randn([examples, inputs]), randn([examples, outputs])];
    const loss = () => model.forward(x).sub(y).square().sum(1).mean().mul(0.5);
    const options = { curvature: "gaussNewton", which: "largest", tolerance: 0.01 } as const;
    return hessianEigenvalues(model, loss, options).values[0];
  };
  const runs = variants.map((variant) => ({
    variant,
    sharpness: widths.map((width) =>
      mean(Array.from({ length: draws }, (_, i) => sharpness(variant, width, 100 * seed + i))),
    ),
  }));
  const last = widths.length - 1;
  const growth = runs.map(({ sharpness: all }) => all[last] / all[0]);
  const wider = widths[last] / widths[0];
  return {
    title: "Sharpness against width, at the start",
    settings: { scale, seed, draws, widths, inputs, outputs, hidden, examples, curvature: "gaussNewton" },
    table: [
      ["network", ...widths.map((width) => `width ${width}`), "grows by"],
      ...runs.map(({ variant, sharpness: all }, i) => [variant, ...all.map(three), three(growth[i])]),
    ],
    figures: [
      profileCurves(Object.fromEntries(runs.map(({ variant, sharpness: all }) => [variant, { x: widths, y: all }])), {
        title: "Sharpness at the start, by width",
        xTitle: "width",
        yTitle: "largest eigenvalue",
        logX: true,
        logY: true,
      }),
    ],
    claims: [
      claim(
        "Karakida et al. 2019 (arXiv:1906.02926)",
        "without batch norm, and with it in the hidden layers alone, the largest eigenvalue of the Fisher matrix grows about as the width.",
        { "grows without by": growth[0], "with it in hidden layers by": growth[1], "as the width does by": wider },
        (n) => {
          const [without, within, width] = Object.values(n);
          return without > 0.5 * width && within > 0.5 * width;
        },
      ),
      claim(
        "Karakida et al. 2019",
        "with batch norm at the output it grows less.",
        {
          "grows with batch norm at the output by": growth[2],
          "without by": growth[0],
        },
        (n) =>
          n["grows with batch norm at the output by"] < 0.7 * n["without by"] ||
          (n["grows with batch norm at the output by"] < n["without by"] && "partly"),
      ),
    ],
    open: [
      "For a loss of squares the Gauss–Newton matrix is the Fisher matrix. Weights are drawn for ReLUs, inputs and targets are normal numbers; the batch norm at the output has no γ and β.",
    ],
    data: { widths, runs, growth },
  };
};
