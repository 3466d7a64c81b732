import { isFloat } from "../../../base/dtype.ts";
import { empty, emptyLike, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import { giveData, take } from "../../memory/pool.ts";
import { type Machine, mostBytes } from "../machine.ts";

type BatchNormKernels = Pick<Kernels, "batchStatistics" | "batchNorm" | "batchNormBackward">;

/** Below so many elements the plain loops are as fast. */
export const few = 256;

/** Batch norm of channels over places, `[n, c, l]`, with the bits of the plain loops; all else is done by `others`. */
export function batchNormPlacesOn(machine: Machine, others: BatchNormKernels): BatchNormKernels {
  const [moments, normalise] = [machine.twin("batchStatisticsPlaces"), machine.twin("batchNormPlaces")];
  const backward = machine.twin("batchNormBackwardPlaces");
  const isPlaces = ({ shape, data, dtype }: NDArray) =>
    shape.length === 3 && shape[2] > 1 && data.length >= few && isFloat(dtype) && 4 * data.byteLength < mostBytes;

  return {
    batchStatistics(x) {
      if (!isPlaces(x)) return others.batchStatistics(x);
      const [n, c, l] = x.shape;
      const kernel = moments(x.dtype);
      machine.beginRepeatable();
      const from = machine.at(x.data);
      const statistics = { mean: takeDoubles(c), variance: takeDoubles(c), count: n * l };
      const [mean, variance] = [machine.roomFor(statistics.mean), machine.roomFor(statistics.variance)];
      kernel(from, mean, variance, n, c, l);
      machine.get(mean, statistics.mean);
      machine.get(variance, statistics.variance);
      return statistics;
    },

    batchNorm(x, statistics, weight, bias, eps) {
      if (!isPlaces(x)) return others.batchNorm(x, statistics, weight, bias, eps);
      const [n, c, l] = x.shape;
      const kernel = normalise(x.dtype);
      const y = emptyLike(x);
      machine.beginRepeatable();
      const from = machine.at(x.data);
      const to = machine.roomOver(from, y.data);
      const [mean, variance] = [machine.at(statistics.mean), machine.at(statistics.variance)];
      const [weights, biases] = [machine.at(weight.data), machine.at(bias.data)];
      kernel(from, mean, variance, weights, biases, eps, to, n, c, l);
      machine.get(to, y.data);
      return y;
    },

    batchNormBackward(g, x, statistics, weight, eps, throughStatistics) {
      if (!isPlaces(x)) return others.batchNormBackward(g, x, statistics, weight, eps, throughStatistics);
      const [n, c, l] = x.shape;
      const kernel = backward(x.dtype);
      const dx = emptyLike(x);
      const [dweight, dbias] = [empty(x.dtype, [c]), empty(x.dtype, [c])];
      const [products, sums] = [takeDoubles(c), takeDoubles(c)];
      machine.begin();
      const slopes = machine.at(g.data);
      const to = machine.roomOver(slopes, dx.data);
      const from = machine.at(x.data);
      const [mean, variance] = [machine.at(statistics.mean), machine.at(statistics.variance)];
      const weights = machine.at(weight.data);
      const [toWeight, toBias] = [machine.roomFor(products), machine.roomFor(sums)];
      const through = Number(throughStatistics);
      kernel(slopes, from, mean, variance, weights, eps, through, to, toWeight, toBias, n, c, l);
      machine.get(to, dx.data);
      machine.get(toWeight, products);
      machine.get(toBias, sums);
      dweight.data.set(products);
      dbias.data.set(sums);
      giveData(products);
      giveData(sums);
      return [dx, dweight, dbias];
    },
  };
}

function takeDoubles(length: number): Float64Array {
  return take("float64", length) as Float64Array;
}
