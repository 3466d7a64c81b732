import type { NDArray } from "../array.ts";
import { rounded } from "../numbers/optimizerSettings.ts";
import { wholePower } from "../numbers/wholePower.ts";
import { addQuotient, between } from "./factors.ts";

/** What a step of NAdam is told apart from its arrays. */
export interface NAdamSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly decoupledWeightDecay: boolean;
  readonly maximize: boolean;
}

/**
 * One step: Adam's means `m` and `v`, and `p ← p − lr·(1 − μₜ)/(1 − Πμ) · d/n − lr·μₜ₊₁/(1 − Πμ·μₜ₊₁) · m/n`, where
 * `n = √(v/(1 − β₂ᵗ)) + eps`.
 *
 * @param step - the number of steps taken so far, a single one, to which this one is added: `t`.
 * @param product - of all `μ` so far, a single number in float32, with which this step's is multiplied.
 * @param momentum - `μ` at a step.
 */
export function nadamStep(
  p: NDArray,
  g: NDArray,
  mean: NDArray,
  square: NDArray,
  step: NDArray,
  product: NDArray,
  settings: NAdamSettings,
  momentum: (t: number) => number,
): void {
  const { lr, betas, maximize, decoupledWeightDecay } = settings;
  const single = p.dtype === "float32";
  const t = ++step.data[0];
  const [mu, next] = [momentum(t), momentum(t + 1)];
  product.data[0] *= Math.fround(mu);
  const whole = product.data[0];
  const weight = rounded(1 - betas[0], single);
  const beta2 = rounded(betas[1], single);
  const inflow = rounded(1 - betas[1], single);
  const correction = rounded(1 - wholePower(betas[1], t), single);
  const eps = rounded(settings.eps, single);
  const decay = rounded(decoupledWeightDecay ? 0 : settings.weightDecay, single);
  const keep = rounded(decoupledWeightDecay ? 1 - lr * settings.weightDecay : 1, single);
  const gradientSize = rounded((-lr * (1 - mu)) / (1 - whole), single);
  const meanSize = rounded((-lr * next) / (1 - whole * next), single);
  for (let i = 0; i < p.data.length; i++) {
    const x = rounded(keep * p.data[i], single);
    let d = maximize ? -g.data[i] : g.data[i];
    if (decay !== 0) d = rounded(d + decay * x, single);
    const m = between(mean.data[i], d, weight, single);
    const v = rounded(rounded(beta2 * square.data[i], single) + rounded(inflow * d, single) * d, single);
    mean.data[i] = m;
    square.data[i] = v;
    const root = rounded(rounded(Math.sqrt(rounded(v / correction, single)), single) + eps, single);
    p.data[i] = addQuotient(addQuotient(x, d, root, gradientSize, single), m, root, meanSize, single);
  }
}
