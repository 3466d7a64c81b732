import type { NDArray } from "../array.ts";
import { rounded } from "../numbers/optimizerSettings.ts";
import { addQuotient } from "./factors.ts";

/** What a step of RMSprop is told apart from its arrays. */
export interface RMSpropSettings {
  readonly lr: number;
  readonly alpha: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly maximize: boolean;
}

/**
 * One step: `v ← αv + (1 − α)d²`, where `d = ±g + weightDecay·p`, and `p ← p − lr·d/(√v + eps)`; centred, with `v − m²` in
 * place of `v`, where `m ← αm + (1 − α)d`; with momentum `b ← momentum·b + d/(√v + eps)`, `p ← p − lr·b`.
 *
 * @param mean - `m`, or `null` where it is not centred.
 * @param buffer - `b`, or `null` where there is no momentum.
 * @param step - the number of steps taken so far, a single one, to which this one is added.
 */
export function rmspropStep(
  p: NDArray,
  g: NDArray,
  square: NDArray,
  mean: NDArray | null,
  buffer: NDArray | null,
  step: NDArray,
  settings: RMSpropSettings,
): void {
  const { maximize } = settings;
  step.data[0]++;
  const single = p.dtype === "float32";
  const lr = rounded(settings.lr, single);
  const alpha = rounded(settings.alpha, single);
  const inflow = rounded(1 - settings.alpha, single);
  const eps = rounded(settings.eps, single);
  const decay = rounded(settings.weightDecay, single);
  const momentum = rounded(settings.momentum, single);
  for (let i = 0; i < p.data.length; i++) {
    let d = maximize ? -g.data[i] : g.data[i];
    if (decay !== 0) d = rounded(d + decay * p.data[i], single);
    let v = rounded(rounded(alpha * square.data[i], single) + rounded(inflow * d, single) * d, single);
    square.data[i] = v;
    if (mean !== null) {
      const m = rounded(rounded(alpha * mean.data[i], single) + inflow * d, single);
      mean.data[i] = m;
      v = rounded(v - m * m, single);
    }
    const root = rounded(rounded(Math.sqrt(v), single) + eps, single);
    if (buffer === null) {
      p.data[i] = addQuotient(p.data[i], d, root, -lr, single);
      continue;
    }
    const b = addQuotient(rounded(momentum * buffer.data[i], single), d, root, 1, single);
    buffer.data[i] = b;
    p.data[i] -= lr * b;
  }
}
