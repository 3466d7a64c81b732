import type { NDArray } from "../array.ts";
import { rounded } from "../numbers/optimizerSettings.ts";
import { wholePower } from "../numbers/wholePower.ts";
import { between } from "./factors.ts";

/** What a step of RAdam is told apart from its arrays. */
export interface RAdamSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly decoupledWeightDecay: boolean;
  readonly maximize: boolean;
}

/**
 * One step: Adam's means `m` and `v`, and `p ← p − lr·m̂·r·√(1 − β₂ᵗ)/(√v + eps)`, where `r` rectifies the variance of the
 * root; as long as too few gradients have been seen for one, `p ← p − lr·m̂`.
 *
 * @param step - the number of steps taken so far, a single one, to which this one is added: `t`.
 */
export function radamStep(
  p: NDArray,
  g: NDArray,
  mean: NDArray,
  square: NDArray,
  step: NDArray,
  settings: RAdamSettings,
): void {
  const { betas, maximize, decoupledWeightDecay } = settings;
  const single = p.dtype === "float32";
  const t = ++step.data[0];
  const [power1, power2] = [wholePower(betas[0], t), wholePower(betas[1], t)];
  const rectification = rectify(t, betas[1], power2);
  const weight = rounded(1 - betas[0], single);
  const beta2 = rounded(betas[1], single);
  const inflow = rounded(1 - betas[1], single);
  const correction1 = rounded(1 - power1, single);
  const lr = rounded(settings.lr, single);
  const spread = rounded(Math.sqrt(1 - power2), single);
  const rect = rounded(rectification ?? 0, single);
  const eps = rounded(settings.eps, single);
  const decay = rounded(decoupledWeightDecay ? 0 : settings.weightDecay, single);
  const keep = rounded(decoupledWeightDecay ? 1 - settings.lr * settings.weightDecay : 1, single);
  for (let i = 0; i < p.data.length; i++) {
    const x = rounded(keep * p.data[i], single);
    let d = maximize ? -g.data[i] : g.data[i];
    if (decay !== 0) d = rounded(d + decay * x, single);
    const m = between(mean.data[i], d, weight, single);
    const v = rounded(rounded(beta2 * square.data[i], single) + rounded(inflow * d, single) * d, single);
    mean.data[i] = m;
    square.data[i] = v;
    let change = rounded(rounded(m / correction1, single) * lr, single);
    if (rectification !== null) {
      const root = rounded(rounded(Math.sqrt(v), single) + eps, single);
      const adaptive = rounded(rounded(1 / root, single) * spread, single);
      change = rounded(rounded(change * adaptive, single) * rect, single);
    }
    p.data[i] = x - change;
  }
}

/** `r` at step `t`, or `null` while the variance of the root is beyond telling. */
function rectify(t: number, beta2: number, power: number): number | null {
  const most = 2 / (1 - beta2) - 1;
  const length = most - (2 * t * power) / (1 - power);
  if (!(length > 5)) return null;
  return Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length));
}
