import { TensorError } from "../errors.ts";
import { type Generator, generatorState } from "./generator.ts";
import { uniform32, uniform64 } from "./mersenneTwister.ts";

type Data = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Fills `data` with ones and zeros, each a one with probability `p`. A double is drawn for each, also if `p` is 0 or 1. */
export function fillBernoulli(data: Data, p: number, g: Generator): void {
  const state = g[generatorState];
  for (let i = 0; i < data.length; i++) data[i] = uniform64(state) < p ? 1 : 0;
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
  const state = g[generatorState];
  const draw = p instanceof Float64Array ? uniform64 : uniform32;
  for (let i = 0; i < data.length; i++) data[i] = draw(state) < p[i] ? 1 : 0;
}
