import { give, type NDArray } from "../kernels/array.ts";
import type { BatchStatistics, Kernels } from "../kernels/kernels.ts";
import { giveData } from "../kernels/memory/pool.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Fused, own } from "./op.ts";

/** Channel values `[c]` laid out to meet `x` `[n, c]` or `[n, c, l]`. */
const meeting = (x: Tensor, v: Tensor): Tensor => (x.ndim === 2 ? v : v.reshape([1, v.numel(), 1]));

/** The dimensions that a channel spans. */
const spanned = (x: Tensor): number | readonly number[] => (x.ndim === 2 ? 0 : [0, 2]);

/** What normalising by its own statistics is, and by what it divides, as a factor. */
function normalised(x: Tensor, eps: number): readonly [xHat: Tensor, scale: Tensor] {
  const centred = x.sub(x.mean(spanned(x), { keepdim: true }));
  const scale = centred.square().mean(spanned(x), { keepdim: true }).add(eps).pow(-0.5);
  return [centred.mul(scale), scale];
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
  [own]: true,
  name: "batchNorm",
  composite: (x, weight, bias) => normalised(x, eps)[0].mul(meeting(x, weight)).add(meeting(x, bias)),
  forward: (k, x, weight, bias) => {
    const statistics = k.batchStatistics(x);
    observe(statistics);
    return [k.batchNorm(x, statistics, weight, bias, eps), statistics];
  },
  backward: (k, g, statistics, x, weight) => k.batchNormBackward(g, x, statistics, weight, eps, true),
  pull: (g, [x, weight], wanted) => [
    wanted[0] ? g.through(batchNormInputGradient(eps), x, weight) : null,
    wanted[1] ? g.through(batchNormWeightGradient(eps), x) : null,
    wanted[2] ? g.sum(spanned(x)) : null,
  ],
  release,
  needs: [[0, 1], [0], []],
});

/**
 * The gradient of {@link batchNormTraining} at `x`, from `g` at its output:
 * `weight·r·(g − mean(g) − x̂·mean(g·x̂))`, where `r = (var + eps)^(−1/2)`.
 */
export const batchNormInputGradient = (eps: number): Fused<BatchStatistics> => ({
  [own]: true,
  name: "batchNormInputGradient",
  composite: (g, x, weight) => {
    const [xHat, scale] = normalised(x, eps);
    const mean = (y: Tensor) => y.mean(spanned(x), { keepdim: true });
    return g
      .sub(mean(g))
      .sub(xHat.mul(mean(g.mul(xHat))))
      .mul(scale)
      .mul(meeting(x, weight));
  },
  forward: (k, g, x, weight) => {
    const statistics = k.batchStatistics(x);
    return [atInput(k, g, x, statistics, weight, eps), statistics];
  },
  // Linear in g, and equal to its own transpose.
  backward: (k, u, statistics, g, x, weight) => [
    atInput(k, u, x, statistics, weight, eps),
    ...k.batchNormBackwardTwice(u, g, x, statistics, weight, eps),
  ],
  release,
  needs: [
    [1, 2],
    [0, 1, 2],
    [0, 1],
  ],
});

/** The gradient of {@link batchNormTraining} at `weight`, from `g` at its output: `Σ g·x̂`. */
export const batchNormWeightGradient = (eps: number): Fused<BatchStatistics> => ({
  [own]: true,
  name: "batchNormWeightGradient",
  composite: (g, x) => normalised(x, eps)[0].mul(g).sum(spanned(x)),
  forward: (k, g, x) => {
    const statistics = k.batchStatistics(x);
    const [dx, dweight, dbias] = k.batchNormBackward(g, x, statistics, k.fill(x.dtype, [x.shape[1]], 1), eps, true);
    give(dx);
    give(dbias);
    return [dweight, statistics];
  },
  // What u·g is at the output of a batch norm whose weight is 1, is g where the weight is u.
  backward: (k, u, statistics, g, x) => [
    k.batchNorm(x, statistics, u, k.fill(x.dtype, [x.shape[1]], 0), eps),
    atInput(k, g, x, statistics, u, eps),
  ],
  release,
  needs: [[1], [0, 1]],
});

/** Of batch norm's gradients the one at `x`; the others are given back. */
function atInput(
  k: Kernels,
  g: NDArray,
  x: NDArray,
  statistics: BatchStatistics,
  weight: NDArray,
  eps: number,
): NDArray {
  const [dx, dweight, dbias] = k.batchNormBackward(g, x, statistics, weight, eps, true);
  give(dweight);
  give(dbias);
  return dx;
}

function release({ mean, variance }: BatchStatistics): void {
  giveData(mean);
  giveData(variance);
}

/** Normalises each channel of `x` `[n, c]` or `[n, c, l]` by a given mean and variance `[c]`, which have no gradient. */
export const batchNormEvaluating = (eps: number): Fused<null> => ({
  [own]: true,
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
  needs: [[2, 3], [], [], [0, 1, 2], []],
});
