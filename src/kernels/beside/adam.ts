import { rounded } from "../numbers/optimizerSettings.ts";
import { wholePower } from "../numbers/wholePower.ts";
import { between } from "../steps/factors.ts";
import { few, part } from "../wasm/calls/optimizer.ts";
import { chunk } from "../wasm/machine.ts";
import type { Beside } from "./beside.ts";
import { moduleOn } from "./module.ts";

/** What a step of Adam is told apart from its arrays. */
export interface AdamSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
  /** Whether the decay is taken from the parameter itself, as in AdamW, and not added to the gradient. */
  readonly decoupled: boolean;
}

/**
 * One step of Adam: `m ← β₁m + (1 − β₁)d`, `v ← β₂v + (1 − β₂)d²`, `p ← p − lr/(1 − β₁ᵗ) · m / (√(v/(1 − β₂ᵗ)) + eps)`,
 * where `d = ±g + weightDecay·p`; decoupled, `d = ±g`, and before all else `p ← (1 − lr·weightDecay)·p`.
 *
 * Its inputs, all but `g` written into: `p`, `g`, the mean `m` of the gradients so far, that of their squares `v`, the number of
 * steps taken so far, a single one, to which this one is added, and, where it is to take the place of `v` in the root, the
 * largest `v` so far.
 */
export const adamOf: Beside<AdamSettings> = {
  name: "adam",

  plain(inputs, settings) {
    const [p, g, m, v, step] = inputs;
    const most = inputs.length > 5 ? inputs[5] : null;
    const { maximize } = settings;
    const single = p.dtype === "float32";
    const { weight, beta2, inflow, eps, decay, keep, size, correction } = factorsOf(++step.data[0], settings, single);
    for (let i = 0; i < p.data.length; i++) {
      const x = rounded(keep * p.data[i], single);
      let d = maximize ? -g.data[i] : g.data[i];
      if (decay !== 0) d = rounded(d + decay * x, single);
      const mean = between(m.data[i], d, weight, single);
      const square = rounded(rounded(beta2 * v.data[i], single) + rounded(inflow * d, single) * d, single);
      m.data[i] = mean;
      v.data[i] = square;
      let largest = square;
      if (most !== null) {
        largest = Math.max(most.data[i], square);
        most.data[i] = largest;
      }
      const root = rounded(rounded(Math.sqrt(largest), single) / correction, single);
      p.data[i] = x + rounded(rounded(size * mean, single) / rounded(root + eps, single), single);
    }
    return p;
  },

  simd(machine) {
    const { adamF32, adamF64 } = moduleOn(machine);
    return (inputs, settings) => {
      const [p, g, m, v, step] = inputs;
      const n = p.data.length;
      if (n < few) return adamOf.plain(inputs, settings);
      const single = p.dtype === "float32";
      const kernel = single ? adamF32 : adamF64;
      const { weight, beta2, inflow, eps, decay, keep, size, correction } = factorsOf(++step.data[0], settings, single);
      const up = Number(settings.maximize);
      for (let start = 0; start < n; start += chunk) {
        const [values, means, squares] = [part(p, start), part(m, start), part(v, start)];
        const largest = inputs.length > 5 ? part(inputs[5], start) : null;
        machine.begin();
        const at = machine.at(values);
        const slope = machine.at(part(g, start));
        const mean = machine.put(means);
        const square = machine.put(squares);
        const top = largest === null ? 0 : machine.put(largest);
        const count = values.length;
        kernel(at, slope, mean, square, top, count, weight, beta2, inflow, eps, decay, keep, size, correction, up);
        machine.get(at, values);
        machine.get(mean, means);
        machine.get(square, squares);
        if (largest !== null) machine.get(top, largest);
      }
      return p;
    };
  },
};

/** The numbers by which all elements of a parameter are changed alike, rounded to its precision. */
interface Factors {
  /** `1 − β₁`, how far the mean moves. */
  readonly weight: number;
  /** `β₂`, and what is left of 1. */
  readonly beta2: number;
  readonly inflow: number;
  readonly eps: number;
  /** What is added to the gradient, as a part of the parameter. */
  readonly decay: number;
  /** What is left of the parameter by a decay of its own. */
  readonly keep: number;
  /** `−lr/(1 − β₁ᵗ)`. */
  readonly size: number;
  /** `√(1 − β₂ᵗ)`. */
  readonly correction: number;
}

/** What step number `t` multiplies with. */
function factorsOf(t: number, settings: AdamSettings, single: boolean): Factors {
  const { lr, betas, eps, weightDecay, decoupled } = settings;
  const [power1, power2] = powersOf(betas, t);
  return {
    weight: rounded(1 - betas[0], single),
    beta2: rounded(betas[1], single),
    inflow: rounded(1 - betas[1], single),
    eps: rounded(eps, single),
    decay: rounded(decoupled ? 0 : weightDecay, single),
    keep: rounded(decoupled ? 1 - lr * weightDecay : 1, single),
    size: rounded(-lr / (1 - power1), single),
    correction: rounded(Math.sqrt(1 - power2), single),
  };
}

/** The powers last asked for: at each step most parameters ask for the same. */
let last = { t: 0, beta1: 1, beta2: 1, powers: [1, 1] as readonly [number, number] };

function powersOf([beta1, beta2]: readonly [number, number], t: number): readonly [number, number] {
  if (t !== last.t || beta1 !== last.beta1 || beta2 !== last.beta2) {
    last = { t, beta1, beta2, powers: [wholePower(beta1, t), wholePower(beta2, t)] };
  }
  return last.powers;
}
