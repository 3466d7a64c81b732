import { type NDArray, zeros, zerosLike } from "../array.ts";

/** Per channel, in double precision: the mean, the biased variance, and how many elements they are of. */
export interface BatchStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** The number of elements per channel. */
  readonly count: number;
}

/** The statistics of each channel of `x` `[n, c]` or `[n, c, l]`, in two passes: stable where the mean dwarfs the deviation. */
export function batchStatistics(x: NDArray): BatchStatistics {
  const [n, c, l = 1] = x.shape;
  const mean = new Float64Array(c);
  const variance = new Float64Array(c);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < c; j++) for (let t = 0; t < l; t++) mean[j] += x.data[at++];
  for (let j = 0; j < c; j++) mean[j] /= n * l;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      for (let t = 0; t < l; t++) {
        const off = x.data[at++] - mean[j];
        variance[j] += off * off;
      }
    }
  }
  for (let j = 0; j < c; j++) variance[j] /= n * l;
  return { mean, variance, count: n * l };
}

/**
 * `running ← (1 − momentum)·running + momentum·batch·scale`, in place, each element rounded once. The caller bumps the
 * version.
 */
export function moveRunning(running: NDArray, batch: Float64Array, momentum: number, scale: number): void {
  const y = running.data;
  for (let j = 0; j < y.length; j++) y[j] = y[j] * (1 - momentum) + batch[j] * scale * momentum;
}

/** Given means and variances `[c]` as statistics, of no known count. */
export function givenStatistics(mean: NDArray, variance: NDArray): BatchStatistics {
  return { mean: Float64Array.from(mean.data), variance: Float64Array.from(variance.data), count: Number.NaN };
}

/** Normalises each channel of `x` `[n, c]` or `[n, c, l]`, then scales and shifts it. */
export function batchNorm(
  x: NDArray,
  { mean, variance }: BatchStatistics,
  weight: NDArray,
  bias: NDArray,
  eps: number,
): NDArray {
  const [n, c, l = 1] = x.shape;
  const y = zerosLike(x);
  const scale = Float64Array.from(variance, (v, j) => weight.data[j] / Math.sqrt(v + eps));
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      for (let t = 0; t < l; t++, at++) y.data[at] = (x.data[at] - mean[j]) * scale[j] + bias.data[j];
    }
  }
  return y;
}

/**
 * The gradients of {@link batchNorm} at `x`, `weight` and `bias`. With `throughStatistics` the mean and the variance
 * are those of `x` and pass gradients on; without, they are constants.
 */
export function batchNormBackward(
  g: NDArray,
  x: NDArray,
  { mean, variance }: BatchStatistics,
  weight: NDArray,
  eps: number,
  throughStatistics: boolean,
): [dx: NDArray, dweight: NDArray, dbias: NDArray] {
  const [n, c, l = 1] = x.shape;
  const count = n * l;
  const inverse = Float64Array.from(variance, (v) => 1 / Math.sqrt(v + eps));
  const sumG = new Float64Array(c);
  const sumGX = new Float64Array(c); // Σ g·x̂
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      for (let t = 0; t < l; t++, at++) {
        sumG[j] += g.data[at];
        sumGX[j] += g.data[at] * (x.data[at] - mean[j]) * inverse[j];
      }
    }
  }
  const dx = zerosLike(x);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      const scale = weight.data[j] * inverse[j];
      if (!throughStatistics) {
        for (let t = 0; t < l; t++, at++) dx.data[at] = scale * g.data[at];
        continue;
      }
      const [meanG, meanGX] = [sumG[j] / count, sumGX[j] / count];
      for (let t = 0; t < l; t++, at++) {
        dx.data[at] = scale * (g.data[at] - meanG - (x.data[at] - mean[j]) * inverse[j] * meanGX);
      }
    }
  }
  const [dweight, dbias] = [zeros(weight.dtype, [c]), zeros(weight.dtype, [c])];
  dweight.data.set(sumGX);
  dbias.data.set(sumG);
  return [dx, dweight, dbias];
}

/**
 * The gradients of {@link batchNormBackward}'s `dx`, through the statistics, at `x` and `weight`, from `u` at that `dx`. With
 * `r = (var + eps)^(−1/2)`, means over a channel, and `k = mean(g·u) − mean(g)·mean(u) − mean(g·x̂)·mean(u·x̂)`:
 * `dx = −weight·r²·(x̂·k + mean(u·x̂)·(g − mean(g) − x̂·mean(g·x̂)) + mean(g·x̂)·(u − mean(u) − x̂·mean(u·x̂)))`,
 * `dweight = count·r·k`.
 */
export function batchNormBackwardTwice(
  u: NDArray,
  g: NDArray,
  x: NDArray,
  { mean, variance }: BatchStatistics,
  weight: NDArray,
  eps: number,
): [dx: NDArray, dweight: NDArray] {
  const [n, c, l = 1] = x.shape;
  const count = n * l;
  const inverse = Float64Array.from(variance, (v) => 1 / Math.sqrt(v + eps));
  const [meanG, meanU, meanGX, meanUX, meanGU] = Array.from({ length: 5 }, () => new Float64Array(c));
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      for (let t = 0; t < l; t++, at++) {
        const gi = g.data[at];
        const ui = u.data[at];
        const xHat = (x.data[at] - mean[j]) * inverse[j];
        meanG[j] += gi;
        meanU[j] += ui;
        meanGX[j] += gi * xHat;
        meanUX[j] += ui * xHat;
        meanGU[j] += gi * ui;
      }
    }
  }
  for (const mean of [meanG, meanU, meanGX, meanUX, meanGU]) for (let j = 0; j < c; j++) mean[j] /= count;
  const k = meanGU.map((gu, j) => gu - meanG[j] * meanU[j] - meanGX[j] * meanUX[j]);
  const [dx, dweight] = [zerosLike(x), zeros(weight.dtype, [c])];
  for (let j = 0; j < c; j++) dweight.data[j] = count * inverse[j] * k[j];
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      const scale = -weight.data[j] * inverse[j] ** 2;
      for (let t = 0; t < l; t++, at++) {
        const xHat = (x.data[at] - mean[j]) * inverse[j];
        const ofG = g.data[at] - meanG[j] - xHat * meanGX[j];
        const ofU = u.data[at] - meanU[j] - xHat * meanUX[j];
        dx.data[at] = scale * (xHat * k[j] + meanUX[j] * ofG + meanGX[j] * ofU);
      }
    }
  }
  return [dx, dweight];
}
