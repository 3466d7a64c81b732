import type { BatchStatistics } from "../kernels/index.ts";
import type { Tensor } from "../tensor.ts";
import type { Fused } from "./op.ts";

/** Channel values `[c]` laid out to meet `x` `[n, c, l]`. */
const perChannel = (v: Tensor): Tensor => v.reshape([1, v.numel(), 1]);

/** What normalising by its own statistics is, along the dimensions that a channel spans. */
function normalised(x: Tensor, dims: number | readonly number[], eps: number): Tensor {
  const centred = x.sub(x.mean(dims, { keepdim: true }));
  return centred.mul(x.var(dims, { correction: 0, keepdim: true }).add(eps).pow(-0.5));
}

/**
 * Normalises each channel of `x` `[n, c, l]` by its own mean and biased variance, then scales by `weight` and shifts
 * by `bias` `[c]`. The statistics come from outside, where they are also wanted for the running ones; the gradient
 * passes through them all the same.
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167, Algorithm 1.
 */
export const batchNormTraining = (statistics: BatchStatistics, eps: number): Fused<null> => ({
  name: "batchNorm",
  composite: (x, weight, bias) => {
    // Rows of channels need no third dimension, over which sums would cost a copy each.
    if (x.shape[2] === 1) return normalised(x.squeeze(2), 0, eps).mul(weight).add(bias).unsqueeze(2);
    return normalised(x, [0, 2], eps).mul(perChannel(weight)).add(perChannel(bias));
  },
  forward: (k, x, weight, bias) => [k.batchNorm(x, statistics, weight, bias, eps), null],
  backward: (k, g, _, x, weight) => k.batchNormBackward(g, x, statistics, weight, eps, true),
});

/** Normalises each channel of `x` `[n, c, l]` by a given mean and variance `[c]`, which have no gradient. */
export const batchNormEvaluating = (eps: number): Fused<null> => ({
  name: "batchNorm",
  composite: (x, mean, variance, weight, bias) => {
    const scale = perChannel(variance).add(eps).pow(-0.5);
    return x.sub(perChannel(mean)).mul(scale).mul(perChannel(weight)).add(perChannel(bias));
  },
  forward: (k, x, mean, variance, weight, bias) => [
    k.batchNorm(x, k.givenStatistics(mean, variance), weight, bias, eps),
    null,
  ],
  backward: (k, g, _, x, mean, variance, weight) => {
    const [dx, dweight, dbias] = k.batchNormBackward(g, x, k.givenStatistics(mean, variance), weight, eps, false);
    return [dx, null, null, dweight, dbias];
  },
});
