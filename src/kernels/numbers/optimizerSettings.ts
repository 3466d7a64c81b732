import { wholePower } from "./wholePower.ts";

/** What the kernel `sgd` is told apart from its arrays. */
export interface SGDSettings {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly maximize: boolean;
}

/** What the kernel `adam` is told apart from its arrays. */
export interface AdamSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly maximize: boolean;
  /** Whether the decay is taken from the parameter itself, as in AdamW, and not added to the gradient. */
  readonly decoupled: boolean;
}

/** The numbers by which all elements of a parameter are changed alike, rounded to its precision. */
interface AdamFactors {
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

/** What step number `t` of Adam multiplies with. */
export function adamFactors(t: number, settings: AdamSettings, single: boolean): AdamFactors {
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

/** `x`, in float32 where it is `single`. */
export function rounded(x: number, single: boolean): number {
  return single ? Math.fround(x) : x;
}
