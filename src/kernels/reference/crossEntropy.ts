import { around, type NDArray, zeros, zerosLike } from "../array.ts";
import { completed, roundedOff } from "../numbers/twoSum.ts";

/** How the losses of the single examples become one. */
export type Reduction = "none" | "mean" | "sum";

/** What cross-entropy does beside `−ln p`. */
export interface CrossEntropySettings {
  /** Labels with this value count for nothing. */
  readonly ignoreIndex: number;
  /** `"mean"` divides by the sum of the weights of the labels that count. */
  readonly reduction: Reduction;
  /** The share of the target that is spread evenly over all classes. */
  readonly labelSmoothing: number;
}

/** What the backward kernel needs of the forward one. */
export interface CrossEntropySaved {
  /** `e^(x − most)`, laid out as the logits: not yet probabilities. */
  readonly powers: Float32Array | Float64Array;
  /** For each label the sum of its powers, and at the end what the sum of the losses was divided by. */
  readonly totals: Float64Array;
}

/**
 * Cross-entropy of logits `x` `[n, c, …]` and labels `target` `[n, …]`, each class weighted by `weight` `[c]`, or by 1
 * where that is null.
 */
export function crossEntropy(
  x: NDArray,
  target: NDArray,
  weight: NDArray | null,
  { ignoreIndex, reduction, labelSmoothing }: CrossEntropySettings,
): [y: NDArray, saved: CrossEntropySaved] {
  const [n, c, d] = around(x.shape, 1, 2);
  const powers = x.dtype === "float32" ? new Float32Array(x.data.length) : new Float64Array(x.data.length);
  const totals = new Float64Array(n * d + 1);
  const losses = zeros(x.dtype, target.shape);
  let [total, counted] = [0, 0];
  let lost = 0; // what rounding took from the total
  for (let i = 0, line = 0; i < n; i++) {
    for (let t = 0; t < d; t++, line++) {
      const at = i * c * d + t;
      let most = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < c; j++) most = Math.max(most, x.data[at + j * d]);
      for (let j = 0; j < c; j++) {
        const power = Math.exp(x.data[at + j * d] - most);
        totals[line] += power;
        powers[at + j * d] = power;
      }
      const label = target.data[line];
      if (label === ignoreIndex) continue;
      const logTotal = Math.log(totals[line]);
      const weightOfLabel = weight === null ? 1 : weight.data[label];
      let loss = (1 - labelSmoothing) * weightOfLabel * (logTotal - (x.data[at + label * d] - most));
      if (labelSmoothing > 0) {
        let smooth = 0;
        for (let j = 0; j < c; j++) {
          smooth += (weight === null ? 1 : weight.data[j]) * (logTotal - (x.data[at + j * d] - most));
        }
        loss += (labelSmoothing / c) * smooth;
      }
      losses.data[line] = loss;
      const sum = total + loss;
      lost += roundedOff(total, loss, sum);
      total = sum;
      counted += weightOfLabel;
    }
  }
  const divisor = reduction === "mean" ? counted : 1;
  totals[n * d] = divisor;
  if (reduction === "none") return [losses, { powers, totals }];
  const y = zeros(x.dtype, []);
  y.data[0] = completed(total, lost) / divisor;
  return [y, { powers, totals }];
}

/** The gradient of {@link crossEntropy} at the logits. */
export function crossEntropyBackward(
  g: NDArray,
  { powers, totals }: CrossEntropySaved,
  x: NDArray,
  target: NDArray,
  weight: NDArray | null,
  { ignoreIndex, reduction, labelSmoothing }: CrossEntropySettings,
): NDArray {
  const [n, c, d] = around(x.shape, 1, 2);
  const dx = zerosLike(x);
  let weights = weight === null ? c : 0;
  if (weight !== null) for (let j = 0; j < c; j++) weights += weight.data[j];
  const spread = labelSmoothing / c;
  for (let i = 0, line = 0; i < n; i++) {
    for (let t = 0; t < d; t++, line++) {
      const label = target.data[line];
      if (label === ignoreIndex) continue;
      const at = i * c * d + t;
      const scale = g.data[reduction === "none" ? line : 0] / totals[n * d];
      const hit = (1 - labelSmoothing) * (weight === null ? 1 : weight.data[label]);
      const slope = (hit + spread * weights) / totals[line];
      for (let j = 0; j < c; j++) {
        const wanted = (j === label ? hit : 0) + spread * (weight === null ? 1 : weight.data[j]);
        dx.data[at + j * d] = scale * (slope * powers[at + j * d] - wanted);
      }
    }
  }
  return dx;
}

/** Where the first label stands that is neither a class of `c` nor `ignoreIndex`, or −1. */
export function findForeignLabel(target: NDArray, c: number, ignoreIndex: number): number {
  const { data } = target;
  for (let i = 0; i < data.length; i++) {
    if (!((data[i] >= 0 && data[i] < c) || data[i] === ignoreIndex)) return i;
  }
  return -1;
}
