import { shared } from "../../base/shared.ts";
import type { NDArray } from "../../kernels/array.ts";
import { kernels } from "../../kernels/index.ts";
import type { CrossEntropySaved, CrossEntropySettings } from "../../kernels/kernels.ts";
import { giveData, hide } from "../../kernels/memory/pool.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { scatterAdd } from "../indexing.ts";
import { type Fused, own } from "../op.ts";

/** What the gradient is made of; `null` once it has been taken, and the memory given back. */
interface Kept {
  saved: CrossEntropySaved | null;
  /** Whether this copy of the library has made it. */
  readonly isOurs: boolean;
}

/**
 * Cross-entropy of logits `x` `[n, c, …]` and int32 labels `[n, …]`, each class weighted by `weight` `[c]`, or by 1
 * where that is left out: `−(1 − ε)·w_t·ln p_t − ε/c·Σ w_j·ln p_j`, then reduced.
 *
 * @param keeps - whether a gradient may be asked for. The second one computes anew what the first was made of.
 */
export const crossEntropy = (settings: CrossEntropySettings, keeps: boolean): Fused<Kept> => ({
  [own]: true,
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
    const [y, saved] = hide(() => k.crossEntropy(x, target, weight ?? null, settings));
    const isOurs = k === kernels();
    if (!keeps && isOurs) release(saved);
    return [y, { saved: keeps ? saved : null, isOurs }];
  },
  backward: (k, g, kept, x, target, weight?: NDArray) => {
    const isOurs = kept.saved === null ? k === kernels() : kept.isOurs;
    const saved = kept.saved ?? hide(() => k.crossEntropy(x, target, weight ?? null, settings))[1];
    kept.saved = null;
    const dx = k.crossEntropyBackward(g, saved, x, target, weight ?? null, settings);
    if (isOurs) release(saved);
    return [dx, null, null];
  },
  // As the kernel, and unlike the composite, it meets `g` once, at the end: ∞ − ∞ would be no number.
  pull: (g, [x, target, weight]: readonly Tensor[]) => {
    const { ignoreIndex, reduction, labelSmoothing } = settings;
    const spread = labelSmoothing / x.shape[1];
    const isIgnored = target.eq(ignoreIndex).unsqueeze(1);
    const label = target.unsqueeze(1).maskedFill(isIgnored, 0);
    const weightOfLabel = weight?.index(label) ?? label.to(x.dtype).mul(0).add(1);
    const hit = weightOfLabel.mul(1 - labelSmoothing);
    const p = x.softmax(1);
    const all = weight === undefined ? p : p.mul(labelSmoothing === 0 ? hit : hit.add(weight.sum().mul(spread)));
    const off = all.sub(hit.through(scatterAdd(1, x.shape), label));
    const places = x.shape.slice(2).map(() => 1);
    const evenly = () => weight?.mul(spread).reshape([1, x.shape[1], ...places]) ?? spread;
    const slopes = labelSmoothing === 0 ? off : off.sub(evenly());
    const share = reduction === "mean" ? g.div(weightOfLabel.maskedFill(isIgnored, 0).sum()) : g;
    const scale = reduction === "none" ? share.unsqueeze(1) : share;
    // Who listens wants to know what comes of labels that are ignored too.
    const mayIgnore = shared().listener !== null || isIgnored.any().item<boolean>();
    if (!mayIgnore) return [slopes.mul(scale), null, null];
    // A row that is ignored may hold NaN, and where all are, so is their share.
    // Filled before the product, and not the share, so that its gradient has the same bits as where none is ignored.
    const dx = slopes.maskedFill(isIgnored, 0).mul(scale).maskedFill(isIgnored, 0);
    return [dx, null, null];
  },
  // The logits only where what was kept of them is gone, or is no tensor that could be differentiated.
  reads: (kept, isRecorded) => [isRecorded || kept.saved === null ? [0, 1, 2] : [1, 2], [], []],
});

function release({ powers, totals }: CrossEntropySaved): void {
  giveData(powers);
  giveData(totals);
}
