import { TensorError } from "../base/errors.ts";
import { kernels } from "../kernels/index.ts";
import { type Generator, generatorState } from "./generator.ts";

type Data = Float32Array | Float64Array | Int32Array | Uint8Array;

/** How many uniform numbers are drawn at a time, into an array of their own. */
export const block = 4096;

/** Fills `data` with ones and zeros, each a one with probability `p`. A double is drawn for each, also if `p` is 0 or 1. */
export function fillBernoulli(data: Data, p: number, g: Generator): void {
  const draws = new Float64Array(Math.min(data.length, block));
  for (let start = 0; start < data.length; start += block) {
    const drawn = draws.subarray(0, data.length - start);
    kernels().uniform(drawn, g[generatorState]);
    for (let i = 0; i < drawn.length; i++) data[start + i] = drawn[i] < p ? 1 : 0;
  }
}

/**
 * Fills `data` with ones and zeros, number `i` a one with probability `p[i]`. The numbers drawn have the precision of
 * `p`.
 *
 * @throws {@link TensorError} if a probability is not in `[0, 1]`; nothing is drawn then.
 */
export function fillBernoulliFrom(data: Data, p: Float32Array | Float64Array, g: Generator): void {
  for (let i = 0; i < p.length; i++) {
    if (p[i] >= 0 && p[i] <= 1) continue;
    throw new TensorError("bernoulli", { expected: "probabilities in [0, 1]", got: `${p[i]} at index ${i}` });
  }
  const size = Math.min(data.length, block);
  const draws = p instanceof Float64Array ? new Float64Array(size) : new Float32Array(size);
  for (let start = 0; start < data.length; start += block) {
    const drawn = draws.subarray(0, data.length - start);
    kernels().uniform(drawn, g[generatorState]);
    for (let i = 0; i < drawn.length; i++) data[start + i] = drawn[i] < p[start + i] ? 1 : 0;
  }
}
