import type { CrossEntropySaved, CrossEntropySettings } from "../kernels/index.ts";
import type { Fused } from "./op.ts";

/**
 * Cross-entropy of logits `x` `[n, c, d]` and int32 labels `[n, d]`, each class weighted by `weight` `[c]`:
 * `−(1 − ε)·w_t·ln p_t − ε/c·Σ w_j·ln p_j`, then reduced.
 */
export const crossEntropy = (settings: CrossEntropySettings): Fused<CrossEntropySaved> => ({
  name: "crossEntropy",
  composite: (x, target, weight) => {
    const { ignoreIndex, reduction, labelSmoothing } = settings;
    const [n, c, d] = x.shape;
    const ignored = target.eq(ignoreIndex);
    const label = target.maskedFill(ignored, 0).reshape([n, 1, d]);
    const logP = x.logSoftmax(1);
    const weights = weight.reshape([1, c, 1]);
    const hit = logP.gather(1, label).reshape([n, d]).neg();
    const weightOfLabel = weight.index(label.reshape([n, d]));
    const sharp = hit.mul(weightOfLabel);
    const evenly = () =>
      logP
        .mul(weights)
        .sum(1)
        .mul(-labelSmoothing / c);
    const mixed = labelSmoothing === 0 ? sharp : sharp.mul(1 - labelSmoothing).add(evenly());
    const losses = mixed.maskedFill(ignored, 0);
    if (reduction === "none") return losses;
    if (reduction === "sum") return losses.sum();
    return losses.sum().div(weightOfLabel.maskedFill(ignored, 0).sum());
  },
  forward: (k, x, target, weight) => k.crossEntropy(x, target, weight, settings),
  backward: (k, g, saved, x, target, weight) => [
    k.crossEntropyBackward(g, saved, x, target, weight, settings),
    null,
    null,
  ],
});
