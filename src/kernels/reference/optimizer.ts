import type { NDArray } from "../array.ts";

// The only kernels that write into their inputs. Scalars and intermediate results are rounded to float32 where PyTorch
// rounds them, which is wherever it stores a tensor; a product goes into its sum unrounded, as in a fused multiply-add.

/** What {@link sgd} is told apart from its arrays. */
export interface SGDSettings {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly maximize: boolean;
}

/**
 * One step of gradient descent: `d = ±g + weightDecay·p`, `b ← momentum·b + (1 − dampening)·d`, `p ← p − lr·b`, or with
 * Nesterov's momentum `p ← p − lr·(d + momentum·b)`.
 *
 * @param buffer - `b`, or `null` where there is no momentum.
 * @param isFirst - whether `b` holds nothing yet: then `b ← d`, undampened.
 */
export function sgd(p: NDArray, g: NDArray, buffer: NDArray | null, isFirst: boolean, settings: SGDSettings): void {
  const { nesterov, maximize } = settings;
  const single = p.dtype === "float32";
  const lr = rounded(settings.lr, single);
  const momentum = rounded(settings.momentum, single);
  const inflow = rounded(1 - settings.dampening, single);
  const weightDecay = rounded(settings.weightDecay, single);
  for (let i = 0; i < p.data.length; i++) {
    let d = maximize ? -g.data[i] : g.data[i];
    if (weightDecay !== 0) d = rounded(d + weightDecay * p.data[i], single);
    if (buffer !== null) {
      const b = isFirst ? d : rounded(rounded(momentum * buffer.data[i], single) + inflow * d, single);
      buffer.data[i] = b;
      d = nesterov ? rounded(d + momentum * b, single) : b;
    }
    p.data[i] -= lr * d;
  }
}

/** What {@link adam} is told apart from its arrays. */
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
 * @param m - the mean of the gradients so far.
 * @param v - the mean of their squares.
 * @param most - the largest `v` so far, which takes its place in the root, or `null`.
 * @param t - the number of this step, from 1.
 */
export function adam(
  p: NDArray,
  g: NDArray,
  m: NDArray,
  v: NDArray,
  most: NDArray | null,
  t: number,
  settings: AdamSettings,
): void {
  const { maximize, decoupled, betas } = settings;
  const single = p.dtype === "float32";
  const weight = rounded(1 - betas[0], single);
  const beta2 = rounded(betas[1], single);
  const inflow = rounded(1 - betas[1], single);
  const eps = rounded(settings.eps, single);
  const decay = rounded(decoupled ? 0 : settings.weightDecay, single);
  const keep = rounded(decoupled ? 1 - settings.lr * settings.weightDecay : 1, single);
  const size = rounded(-settings.lr / (1 - betas[0] ** t), single);
  const correction = rounded(Math.sqrt(1 - betas[1] ** t), single);
  for (let i = 0; i < p.data.length; i++) {
    const x = rounded(keep * p.data[i], single);
    let d = maximize ? -g.data[i] : g.data[i];
    if (decay !== 0) d = rounded(d + decay * x, single);

    // m + weight·(d − m), from the nearer end.
    const way = rounded(d - m.data[i], single);
    const mean = rounded(weight < 0.5 ? m.data[i] + weight * way : d + (weight - 1) * way, single);
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
}

function rounded(x: number, single: boolean): number {
  return single ? Math.fround(x) : x;
}
