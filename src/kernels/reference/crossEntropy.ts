import { type NDArray, zeros, zerosLike } from "../array.ts";

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
  /** `eˣ / Σ eˣ`, laid out as the logits. */
  readonly probabilities: Float64Array;
  /** What the sum of the losses was divided by. */
  readonly divisor: number;
}

/** Cross-entropy of logits `x` `[n, c, d]` and labels `target` `[n, d]`, each class weighted by `weight` `[c]`. */
export function crossEntropy(
  x: NDArray,
  target: NDArray,
  weight: NDArray,
  { ignoreIndex, reduction, labelSmoothing }: CrossEntropySettings,
): [y: NDArray, saved: CrossEntropySaved] {
  const [n, c, d] = x.shape;
  const probabilities = new Float64Array(x.data.length);
  const losses = zeros(x.dtype, [n, d]);
  let total = 0;
  let counted = 0;
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < d; t++) {
      const at = i * c * d + t;
      let most = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < c; j++) most = Math.max(most, x.data[at + j * d]);
      let sum = 0;
      for (let j = 0; j < c; j++) sum += probabilities[at + j * d] = Math.exp(x.data[at + j * d] - most);
      for (let j = 0; j < c; j++) probabilities[at + j * d] /= sum;
      const label = target.data[i * d + t];
      if (label === ignoreIndex) continue;
      const logTotal = most + Math.log(sum);
      let loss = -(1 - labelSmoothing) * weight.data[label] * (x.data[at + label * d] - logTotal);
      if (labelSmoothing > 0) {
        let smooth = 0;
        for (let j = 0; j < c; j++) smooth -= weight.data[j] * (x.data[at + j * d] - logTotal);
        loss += (labelSmoothing / c) * smooth;
      }
      losses.data[i * d + t] = loss;
      total += loss;
      counted += weight.data[label];
    }
  }
  const divisor = reduction === "mean" ? counted : 1;
  if (reduction === "none") return [losses, { probabilities, divisor }];
  const y = zeros(x.dtype, []);
  y.data[0] = total / divisor;
  return [y, { probabilities, divisor }];
}

/** The gradient of {@link crossEntropy} at the logits. */
export function crossEntropyBackward(
  g: NDArray,
  { probabilities, divisor }: CrossEntropySaved,
  x: NDArray,
  target: NDArray,
  weight: NDArray,
  { ignoreIndex, labelSmoothing }: CrossEntropySettings,
): NDArray {
  const [n, c, d] = x.shape;
  const dx = zerosLike(x);
  let weights = 0;
  for (let j = 0; j < c; j++) weights += weight.data[j];
  const spread = labelSmoothing / c;
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < d; t++) {
      const label = target.data[i * d + t];
      if (label === ignoreIndex) continue;
      const at = i * c * d + t;
      const scale = g.data[g.data.length === 1 ? 0 : i * d + t] / divisor;
      const hit = (1 - labelSmoothing) * weight.data[label];
      const mass = hit + spread * weights;
      for (let j = 0; j < c; j++) {
        const wanted = (j === label ? hit : 0) + spread * weight.data[j];
        dx.data[at + j * d] = scale * (mass * probabilities[at + j * d] - wanted);
      }
    }
  }
  return dx;
}
