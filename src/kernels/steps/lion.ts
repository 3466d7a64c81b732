import type { NDArray } from "../array.ts";
import { rounded } from "../numbers/optimizerSettings.ts";

/** What a step of Lion is told apart from its arrays. */
export interface LionSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly weightDecay: number;
  readonly maximize: boolean;
}

/** One step: `p ← (1 − lr·weightDecay)·p − lr·sign(β₁m + (1 − β₁)d)`, then `m ← β₂m + (1 − β₂)d`, where `d = ±g`. */
export function lionStep(p: NDArray, g: NDArray, mean: NDArray, settings: LionSettings): void {
  const { betas, maximize } = settings;
  const single = p.dtype === "float32";
  const lr = rounded(settings.lr, single);
  const keep = rounded(1 - settings.lr * settings.weightDecay, single);
  const [beta1, beta2] = betas.map((beta) => rounded(beta, single));
  const [inflow1, inflow2] = betas.map((beta) => rounded(1 - beta, single));
  for (let i = 0; i < p.data.length; i++) {
    const d = maximize ? -g.data[i] : g.data[i];
    const m = mean.data[i];
    const direction = Math.sign(rounded(rounded(beta1 * m, single) + inflow1 * d, single));
    p.data[i] = rounded(keep * p.data[i], single) - lr * direction;
    mean.data[i] = rounded(rounded(beta2 * m, single) + inflow2 * d, single);
  }
}
