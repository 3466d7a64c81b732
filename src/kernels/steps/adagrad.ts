import type { NDArray } from "../array.ts";
import { rounded } from "../numbers/optimizerSettings.ts";
import { addQuotient } from "./factors.ts";

/** What a step of Adagrad is told apart from its arrays. */
export interface AdagradSettings {
  readonly lr: number;
  readonly lrDecay: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
}

/**
 * One step: `s ← s + d²`, where `d = ±g + weightDecay·p`, and `p ← p − lr/(1 + (t − 1)·lrDecay) · d/(√s + eps)`.
 *
 * @param sum - `s`.
 * @param step - the number of steps taken so far, a single one, to which this one is added: `t`.
 */
export function adagradStep(p: NDArray, g: NDArray, sum: NDArray, step: NDArray, settings: AdagradSettings): void {
  const { maximize } = settings;
  const single = p.dtype === "float32";
  const t = ++step.data[0];
  const size = rounded(-settings.lr / (1 + (t - 1) * settings.lrDecay), single);
  const eps = rounded(settings.eps, single);
  const decay = rounded(settings.weightDecay, single);
  for (let i = 0; i < p.data.length; i++) {
    let d = maximize ? -g.data[i] : g.data[i];
    if (decay !== 0) d = rounded(d + decay * p.data[i], single);
    const s = rounded(sum.data[i] + d * d, single);
    sum.data[i] = s;
    p.data[i] = addQuotient(p.data[i], d, rounded(rounded(Math.sqrt(s), single) + eps, single), size, single);
  }
}
