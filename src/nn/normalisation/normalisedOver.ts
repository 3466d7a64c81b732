import type { Shape } from "../../base/dtype.ts";

/** Over which elements of an input a normalisation layer takes its statistics, and where `γ` and `β` lie. */
export interface NormalisedOver {
  /** The sizes as which the input is looked at: its own, with channels cut into groups, or examples into ghost batches. */
  readonly sizes: readonly number[];
  /** The dimensions of `sizes` over which each statistic is taken. */
  readonly axes: readonly number[];
  /** The dimensions of the input along which `γ` and `β` differ. */
  readonly affineAxes: readonly number[];
  /** What the square of the divisor is, but for eps: the biased variance, the unbiased one, a mean square; or an lp norm. */
  readonly by: "variance" | "unbiasedVariance" | "meanSquare" | "norm";
}

/** Each channel over all else. */
export const eachChannel = (shape: Shape, by: NormalisedOver["by"] = "variance"): NormalisedOver => ({
  sizes: shape,
  axes: [...shape.keys()].filter((dim) => dim !== 1),
  affineAxes: [1],
  by,
});

/** Each example over its last dimensions. */
export function lastOf(shape: Shape, count: number, by: NormalisedOver["by"]): NormalisedOver {
  const axes = [...shape.keys()].slice(shape.length - count);
  return { sizes: shape, axes, affineAxes: axes, by };
}
