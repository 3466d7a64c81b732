import type { NDArray } from "../array.ts";
import { type AdamSettings, adamFactors, rounded, type SGDSettings } from "../numbers/optimizerSettings.ts";

// The only kernels that write into their inputs. Scalars and intermediate results are rounded to float32 where PyTorch
// rounds them, which is wherever it stores a tensor; a product goes into its sum unrounded, as in a fused multiply-add.

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

/**
 * One step of Adam: `m ← β₁m + (1 − β₁)d`, `v ← β₂v + (1 − β₂)d²`, `p ← p − lr/(1 − β₁ᵗ) · m / (√(v/(1 − β₂ᵗ)) + eps)`,
 * where `d = ±g + weightDecay·p`; decoupled, `d = ±g`, and before all else `p ← (1 − lr·weightDecay)·p`.
 *
 * @param m - the mean of the gradients so far.
 * @param v - the mean of their squares.
 * @param most - the largest `v` so far, which takes its place in the root, or `null`.
 * @param step - the number of steps taken so far, a single one, to which this one is added: `t`.
 */
export function adam(
  p: NDArray,
  g: NDArray,
  m: NDArray,
  v: NDArray,
  most: NDArray | null,
  step: NDArray,
  settings: AdamSettings,
): void {
  const { maximize } = settings;
  const single = p.dtype === "float32";
  const t = ++step.data[0];
  const { weight, beta2, inflow, eps, decay, keep, size, correction } = adamFactors(t, settings, single);
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
