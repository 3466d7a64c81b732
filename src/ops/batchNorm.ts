import type { BatchStatistics } from "../kernels/index.ts";
import { give } from "../kernels/pool.ts";
import type { Tensor } from "../tensor.ts";
import type { Fused } from "./op.ts";

/** Channel values `[c]` laid out to meet `x` `[n, c]` or `[n, c, l]`. */
const meeting = (x: Tensor, v: Tensor): Tensor => (x.ndim === 2 ? v : v.reshape([1, v.numel(), 1]));

/** What normalising by its own statistics is, along the dimensions that a channel spans. */
function normalised(x: Tensor, dims: number | readonly number[], eps: number): Tensor {
  const centred = x.sub(x.mean(dims, { keepdim: true }));
  return centred.mul(centred.square().mean(dims, { keepdim: true }).add(eps).pow(-0.5));
}

/**
 * Normalises each channel of `x` `[n, c]` or `[n, c, l]` by its own mean and biased variance, then scales by `weight` and
 * shifts by `bias` `[c]`.
 * @param observe - is told the statistics, for the running ones.
 * @see Ioffe & Szegedy 2015, arXiv:1502.03167, Algorithm 1.
 */
export const batchNormTraining = (
  eps: number,
  observe: (statistics: BatchStatistics) => void = () => {},
): Fused<BatchStatistics> => ({
  name: "batchNorm",
  composite: (x, weight, bias) =>
    normalised(x, x.ndim === 2 ? 0 : [0, 2], eps)
      .mul(meeting(x, weight))
      .add(meeting(x, bias)),
  forward: (k, x, weight, bias) => {
    const statistics = k.batchStatistics(x);
    observe(statistics);
    return [k.batchNorm(x, statistics, weight, bias, eps), statistics];
  },
  backward: (k, g, statistics, x, weight) => k.batchNormBackward(g, x, statistics, weight, eps, true),
  release: ({ mean, variance }) => {
    give({ data: mean });
    give({ data: variance });
  },
});

/** Normalises each channel of `x` `[n, c]` or `[n, c, l]` by a given mean and variance `[c]`, which have no gradient. */
export const batchNormEvaluating = (eps: number): Fused<null> => ({
  name: "batchNorm",
  composite: (x, mean, variance, weight, bias) => {
    const scale = meeting(x, variance).add(eps).pow(-0.5);
    return x.sub(meeting(x, mean)).mul(scale).mul(meeting(x, weight)).add(meeting(x, bias));
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
