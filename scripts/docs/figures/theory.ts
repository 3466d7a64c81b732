import { grad, manualSeed, nn, randint, randn } from "evenkeel";
import {
  explainBatchNormCurvature,
  explainBatchNormGradient,
  explainBatchNormInitialisation,
  explainBatchNormMinimax,
} from "evenkeel/analysis";
import { type Plot, theoremTerms } from "evenkeel/plot";

/** Pictures of the theorems on batch norm, each on one layer of random activations. */
export const theoryFigures: Readonly<Record<string, () => Plot>> = {
  "theorem-gradient": () => {
    const { norm, y, loss } = layer();
    const z = norm.forward(y);
    return theoremTerms(explainBatchNormGradient(norm, y, grad(loss(z), [z])[0]));
  },

  "theorem-curvature": () => {
    const { norm, y, loss } = layer();
    return theoremTerms(explainBatchNormCurvature(norm, y, loss));
  },

  "theorem-minimax": () => {
    const { norm, y, loss } = layer();
    const z = norm.forward(y);
    return theoremTerms(explainBatchNormMinimax(norm, y, grad(loss(z), [z])[0]));
  },

  "theorem-initialisation": () => {
    manualSeed(0);
    const start = randn([8, 20], { dtype: "float64" });
    const optimum = start.mul(3).add(randn([8, 20], { dtype: "float64" }).mul(2));
    return theoremTerms(explainBatchNormInitialisation(start, optimum));
  },
};

function layer() {
  manualSeed(0);
  const norm = new nn.BatchNorm1d(8, { dtype: "float64" });
  const y = randn([32, 8], { dtype: "float64" }).mul(1.5).add(1);
  const labels = randint(0, 8, [32]);
  return { norm, y, loss: (z: ReturnType<typeof randn>) => nn.functional.crossEntropy(z.mul(2), labels) };
}
