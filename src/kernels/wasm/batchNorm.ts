import { NDArray } from "../array.ts";
import type { BatchStatistics, Kernels } from "../index.ts";
import * as reference from "../reference/index.ts";
import { type Machine, mostBytes } from "./machine.ts";

type BatchNormKernels = Pick<Kernels, "batchStatistics" | "batchNorm" | "batchNormBackward">;

/** Batch norm of float32 rows of channels, `[n, c, 1]`; all else is the reference's. */
export function batchNormOn(machine: Machine): BatchNormKernels {
  const { run } = machine;
  const isRows = (x: NDArray) =>
    x.dtype === "float32" && x.shape[2] === 1 && x.data.length > 0 && 16 * x.data.length < mostBytes;
  const put = (values: Float64Array, address: number) => machine.doubles().set(values, address / 8);
  const taken = (address: number, length: number) => machine.doubles().slice(address / 8, address / 8 + length);

  return {
    batchStatistics(x): BatchStatistics {
      if (!isRows(x)) return reference.batchStatistics(x);
      const [n, c] = x.shape;
      const [from, mean, variance] = machine.reserve(4 * n * c, 8 * c, 8 * c);
      machine.floats().set(x.data, from / 4);
      run.batchStatisticsF32(from, mean, variance, n, c);
      return { mean: taken(mean, c), variance: taken(variance, c), count: n };
    },

    batchNorm(x, statistics, weight, bias, eps) {
      if (!isRows(x)) return reference.batchNorm(x, statistics, weight, bias, eps);
      const [n, c] = x.shape;
      const [from, mean, scale, shift, to] = machine.reserve(4 * n * c, 8 * c, 8 * c, 8 * c, 4 * n * c);
      machine.floats().set(x.data, from / 4);
      put(statistics.mean, mean);
      put(
        statistics.variance.map((v, j) => weight.data[j] / Math.sqrt(v + eps)),
        scale,
      );
      machine.doubles().set(bias.data, shift / 8);
      run.batchNormF32(from, mean, scale, shift, to, n, c);
      return new NDArray(machine.floats().slice(to / 4, to / 4 + n * c), x.shape, x.dtype);
    },

    batchNormBackward(g, x, statistics, weight, eps, throughStatistics) {
      if (!isRows(x)) return reference.batchNormBackward(g, x, statistics, weight, eps, throughStatistics);
      const [n, c] = x.shape;
      const [slopes, from, mean, inverse, scale, sumG, sumGX, to] = machine.reserve(
        4 * n * c,
        4 * n * c,
        ...new Array<number>(5).fill(8 * c),
        4 * n * c,
      );
      const inverses = statistics.variance.map((v) => 1 / Math.sqrt(v + eps));
      machine.floats().set(g.data, slopes / 4);
      machine.floats().set(x.data, from / 4);
      put(statistics.mean, mean);
      put(inverses, inverse);
      put(
        inverses.map((v, j) => v * weight.data[j]),
        scale,
      );
      run.batchNormSumsF32(slopes, from, mean, inverse, sumG, sumGX, n, c);
      const [bias, hats] = [taken(sumG, c), taken(sumGX, c)];
      const meanOf = (sums: Float64Array) => (throughStatistics ? sums.map((sum) => sum / n) : new Float64Array(c));
      put(meanOf(bias), sumG);
      put(meanOf(hats), sumGX);
      run.batchNormBackwardF32(slopes, from, mean, inverse, scale, sumG, sumGX, to, n, c);
      const dx = new NDArray(machine.floats().slice(to / 4, to / 4 + n * c), x.shape, x.dtype);
      const perChannel = (sums: Float64Array) => new NDArray(Float32Array.from(sums), weight.shape, weight.dtype);
      return [dx, perChannel(hats), perChannel(bias)];
    },
  };
}
