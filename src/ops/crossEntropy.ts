import type { NDArray } from "../kernels/array.ts";
import type { CrossEntropySaved, CrossEntropySettings } from "../kernels/index.ts";
import { give } from "../kernels/pool.ts";
import type { Tensor } from "../tensor.ts";
import { scatterAdd } from "./indexing.ts";
import type { Fused } from "./op.ts";

/** What the gradient is made of; `null` once it has been taken, and the memory given back. */
interface Kept {
  saved: CrossEntropySaved | null;
}

/**
 * Cross-entropy of logits `x` `[n, c, …]` and int32 labels `[n, …]`, each class weighted by `weight` `[c]`, or by 1
 * where that is left out: `−(1 − ε)·w_t·ln p_t − ε/c·Σ w_j·ln p_j`, then reduced.
 *
 * @param keeps - whether a gradient may be asked for. The second one computes anew what the first was made of.
 */
export const crossEntropy = (settings: CrossEntropySettings, keeps: boolean): Fused<Kept> => ({
  name: "crossEntropy",
  composite: (x, target, weight?: Tensor) => {
    const { ignoreIndex, reduction, labelSmoothing } = settings;
    const c = x.shape[1];
    const ignored = target.eq(ignoreIndex);
    const label = target.maskedFill(ignored, 0);
    const logP = x.logSoftmax(1);
    const hit = logP.gather(1, label.unsqueeze(1)).squeeze(1).neg();
    const weightOfLabel = weight?.index(label);
    const sharp = weightOfLabel ? hit.mul(weightOfLabel) : hit;
    const evenly = () => {
      const weighted = weight ? logP.mul(weight.reshape([1, c, ...x.shape.slice(2).map(() => 1)])) : logP;
      return weighted.sum(1).mul(-labelSmoothing / c);
    };
    const mixed = labelSmoothing === 0 ? sharp : sharp.mul(1 - labelSmoothing).add(evenly());
    const losses = mixed.maskedFill(ignored, 0);
    if (reduction === "none") return losses;
    if (reduction === "sum") return losses.sum();
    const counted = weightOfLabel?.maskedFill(ignored, 0) ?? ignored.eq(false).to(x.dtype);
    return losses.sum().div(counted.sum());
  },
  forward: (k, x, target, weight?: NDArray) => {
    const [y, saved] = k.crossEntropy(x, target, weight ?? null, settings);
    if (!keeps) release(saved);
    return [y, { saved: keeps ? saved : null }];
  },
  backward: (k, g, kept, x, target, weight?: NDArray) => {
    const saved = kept.saved ?? k.crossEntropy(x, target, weight ?? null, settings)[1];
    kept.saved = null;
    const dx = k.crossEntropyBackward(g, saved, x, target, weight ?? null, settings);
    release(saved);
    return [dx, null, null];
  },
  pull: (g, [x, target, weight]: readonly Tensor[]) => {
    const { ignoreIndex, reduction, labelSmoothing } = settings;
    if (labelSmoothing !== 0) return null;
    const ignored = target.eq(ignoreIndex).unsqueeze(1);
    const label = target.unsqueeze(1).maskedFill(ignored, 0);
    const counted = weight?.index(label).maskedFill(ignored, 0) ?? ignored.eq(false).to(x.dtype);
    const share = reduction === "mean" ? counted.div(counted.sum()) : counted;
    const slopes = (reduction === "none" ? g.unsqueeze(1) : g).mul(share);
    const dx = x
      .softmax(1)
      .mul(slopes)
      .sub(slopes.through(scatterAdd(1, x.shape), label));
    // A row that is ignored may hold what is no number, and where all are, their shares are none.
    return [ignored.any().item() ? dx.maskedFill(ignored, 0) : dx, null, null];
  },
});

function release({ powers, totals }: CrossEntropySaved): void {
  give({ data: powers });
  give({ data: totals });
}
