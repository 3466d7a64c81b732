import { isFloat } from "../../../base/dtype.ts";
import { empty, emptyLike, type NDArray } from "../../array.ts";
import type { BatchStatistics, Kernels } from "../../kernels.ts";
import { take } from "../../memory/pool.ts";
import * as reference from "../../reference/index.ts";
import { type Machine, mostBytes } from "../machine.ts";

type BatchNormKernels = Pick<Kernels, "batchStatistics" | "batchNorm" | "batchNormBackward" | "batchNormBackwardTwice">;

/**
 * Whether float32 has room for what the kernels make of these variances: their inverse roots, and the squares of those.
 * NaN is as good here as there.
 */
function areTame({ variance }: BatchStatistics, eps: number): boolean {
  const mayBeSmall = eps < 2 ** -80;
  for (let j = 0; j < variance.length; j++) {
    if (variance[j] > 2 ** 80 || (mayBeSmall && variance[j] + eps < 2 ** -80)) return false;
  }
  return true;
}

/** Batch norm of rows of channels, `[n, c]` or `[n, c, 1]`; all else is the reference's. */
export function batchNormOn(machine: Machine): BatchNormKernels {
  const { batchNormScratch } = machine.run;
  const [moments, normalise] = [machine.twin("batchStatistics"), machine.twin("batchNorm")];
  const [backward, backwardTwice] = [machine.twin("batchNormBackward"), machine.twin("batchNormBackwardTwice")];
  const isRows = (x: NDArray) =>
    (x.shape.length === 2 || x.shape[2] === 1) &&
    x.data.length > 0 &&
    isFloat(x.dtype) &&
    4 * x.data.byteLength < mostBytes;

  return {
    batchStatistics(x): BatchStatistics {
      if (!isRows(x)) return reference.batchStatistics(x);
      const [n, c] = x.shape;
      const kernel = moments(x.dtype);
      machine.beginRepeatable();
      const from = machine.at(x.data);
      const statistics = { mean: takeDoubles(c), variance: takeDoubles(c), count: n };
      const [mean, variance] = [machine.roomFor(statistics.mean), machine.roomFor(statistics.variance)];
      kernel(from, mean, variance, n, c);
      machine.get(mean, statistics.mean);
      machine.get(variance, statistics.variance);
      return statistics;
    },

    batchNorm(x, statistics, weight, bias, eps) {
      if (!isRows(x) || !areTame(statistics, eps)) return reference.batchNorm(x, statistics, weight, bias, eps);
      const { mean, variance } = statistics;
      const [n, c] = x.shape;
      const kernel = normalise(x.dtype);
      const y = emptyLike(x);
      machine.beginRepeatable(() => areTame(statistics, eps));
      const from = machine.at(x.data);
      const to = machine.roomOver(from, y.data);
      const [means, variances] = [machine.at(mean), machine.at(variance)];
      const [weights, biases] = [machine.at(weight.data), machine.at(bias.data)];
      const scratch = machine.room(2 * batchNormScratch(c));
      kernel(from, means, variances, weights, biases, eps, to, scratch, n, c);
      machine.get(to, y.data);
      return y;
    },

    batchNormBackward(g, x, statistics, weight, eps, throughStatistics) {
      if (!isRows(x) || !areTame(statistics, eps)) {
        return reference.batchNormBackward(g, x, statistics, weight, eps, throughStatistics);
      }
      const [n, c] = x.shape;
      const kernel = backward(x.dtype);
      const dx = emptyLike(x);
      const [dweight, dbias] = [empty(x.dtype, [c]), empty(x.dtype, [c])];
      machine.beginRepeatable(() => areTame(statistics, eps));
      const slopes = machine.at(g.data);
      const to = machine.roomOver(slopes, dx.data);
      const from = machine.at(x.data);
      const [mean, variance] = [machine.at(statistics.mean), machine.at(statistics.variance)];
      const weights = machine.at(weight.data);
      const [toWeight, toBias] = [machine.roomFor(dweight.data), machine.roomFor(dbias.data)];
      const scratch = machine.room(batchNormScratch(c));
      const through = Number(throughStatistics);
      kernel(slopes, from, mean, variance, weights, eps, through, to, toWeight, toBias, scratch, n, c);
      machine.get(to, dx.data);
      machine.get(toWeight, dweight.data);
      machine.get(toBias, dbias.data);
      return [dx, dweight, dbias];
    },

    batchNormBackwardTwice(u, g, x, statistics, weight, eps) {
      if (!isRows(x) || !areTame(statistics, eps)) {
        return reference.batchNormBackwardTwice(u, g, x, statistics, weight, eps);
      }
      const [n, c] = x.shape;
      const kernel = backwardTwice(x.dtype);
      const [dx, dweight] = [emptyLike(x), empty(x.dtype, [c])];
      machine.beginRepeatable(() => areTame(statistics, eps));
      const [slopes, bends] = [machine.at(g.data), machine.at(u.data)];
      const to = machine.roomOver(bends, dx.data);
      const from = machine.at(x.data);
      const [mean, variance] = [machine.at(statistics.mean), machine.at(statistics.variance)];
      const weights = machine.at(weight.data);
      const toWeight = machine.roomFor(dweight.data);
      kernel(bends, slopes, from, mean, variance, weights, eps, to, toWeight, n, c);
      machine.get(to, dx.data);
      machine.get(toWeight, dweight.data);
      return [dx, dweight];
    },
  };
}

function takeDoubles(length: number): Float64Array {
  return take("float64", length) as Float64Array;
}
