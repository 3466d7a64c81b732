import type { Said } from "../training/watch.ts";

/** From where on what an activation says counts as saturated: as in the library. */
export const isSaturated = {
  tanh: (y: number) => Math.abs(y) > 0.97,
  sigmoid: (y: number) => y < 0.03 || y > 0.97,
  relu: (y: number) => y <= 0,
} as const;

/** Of each unit, the share of examples for which it is saturated. */
export function saturatedShares({ output, units }: Said, activation: keyof typeof isSaturated): number[] {
  const counts = new Array<number>(units).fill(0);
  for (let i = 0; i < output.length; i++) if (isSaturated[activation](output[i])) counts[i % units]++;
  return counts.map((count) => (count * units) / output.length);
}
