import { grad, type Tensor, tensor } from "evenkeel";

/** One update of the walk: the weight before it and after, and what neuron c got in the pass it was computed from. */
export interface Update {
  readonly step: string;
  readonly weight: number;
  readonly updated: number;
  readonly zb: number;
  readonly weights: Readonly<Record<"a" | "b" | "c", number>>;
}

/**
 * The text's walk through three neurons in a row, `ŷ = c·b·a·x`, from 0.5, 2 and −1 towards 1: the updates of each step one after the other,
 * 1c, 1b, 1a, all computed from one pass.
 */
export function walk(lr: number, steps: number): Update[] {
  const weights = { a: 0.5, b: 2, c: -1 };
  const updates: Update[] = [];
  for (let step = 1; step <= steps; step++) {
    const leaf = (value: number): Tensor => tensor(value, { dtype: "float64", requiresGrad: true });
    const [a, b, c] = [leaf(weights.a), leaf(weights.b), leaf(weights.c)];
    const zb = b.mul(a);
    const gradients = grad(c.mul(zb).sub(1).square(), [c, b, a]);
    for (const [i, name] of (["c", "b", "a"] as const).entries()) {
      const weight = weights[name];
      weights[name] = weight - lr * gradients[i].item();
      updates.push({ step: `${step}${name}`, weight, updated: weights[name], zb: zb.item(), weights: { ...weights } });
    }
  }
  return updates;
}
