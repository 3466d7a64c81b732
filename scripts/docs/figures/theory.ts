import { grad, manualSeed, nn, randint, randn } from "evenkeel";
import {
  explainBatchNormCurvature,
  explainBatchNormGradient,
  explainBatchNormInitialisation,
  explainBatchNormMinimax,
} from "evenkeel/analysis";
import { gradientProjection, theoremTerms } from "evenkeel/plot";
import type { Figure } from "./figure.ts";

/** Pictures of the theorems on batch norm, each on one layer of random activations. */
export const theoryFigures: Readonly<Record<string, Figure>> = {
  "theorem-gradient": () => {
    const { norm, y, loss } = layer();
    const z = norm.forward(y);
    return (look) => theoremTerms(explainBatchNormGradient(norm, y, grad(loss(z), [z])[0]), look);
  },

  "gradient-projection": () => {
    const { norm, y, loss } = layer({ classes: 4 });
    const z = norm.forward(y);
    const terms = explainBatchNormGradient(norm, y, grad(loss(z), [z])[0]);
    return (look) => gradientProjection(terms, look);
  },

  "theorem-curvature": () => {
    const { norm, y, loss } = layer();
    return (look) => theoremTerms(explainBatchNormCurvature(norm, y, loss), look);
  },

  "theorem-minimax": () => {
    const { norm, y, loss } = layer();
    const z = norm.forward(y);
    return (look) => theoremTerms(explainBatchNormMinimax(norm, y, grad(loss(z), [z])[0]), look);
  },

  "theorem-initialisation": () => {
    manualSeed(0);
    const start = randn([8, 20], { dtype: "float64" });
    const optimum = start.mul(3).add(randn([8, 20], { dtype: "float64" }).mul(2));
    return (look) => theoremTerms(explainBatchNormInitialisation(start, optimum), look);
  },
};

/** Eight units that are logits, of which so many are of classes that occur. */
function layer({ classes = 8 } = {}) {
  manualSeed(0);
  const norm = new nn.BatchNorm1d(8, { dtype: "float64" });
  const y = randn([32, 8], { dtype: "float64" }).mul(1.5).add(1);
  const labels = randint(0, classes, [32]);
  return { norm, y, loss: (z: ReturnType<typeof randn>) => nn.functional.crossEntropy(z.mul(2), labels) };
}
