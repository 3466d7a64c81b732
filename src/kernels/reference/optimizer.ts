import type { NDArray } from "../array.ts";
import { rounded, type SGDSettings } from "../numbers/optimizerSettings.ts";

// The only kernel of the set that writes into its inputs. Scalars and intermediate results are rounded to float32 where PyTorch
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
