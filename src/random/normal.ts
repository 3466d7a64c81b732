import { kernels } from "../kernels/index.ts";
import { uniform64 } from "../kernels/numbers/mersenneTwister.ts";
import { type Generator, type GeneratorState, generatorState } from "./generator.ts";
import type { LegacyOption } from "./legacy.ts";
import { fillNormalBlocks64 } from "./libm/boxMuller64.ts";
import { fma32 } from "./libm/fma32.ts";
import { fma64 } from "./libm/fma64.ts";
import { log } from "./libm/log.ts";
import { log1p } from "./libm/log1p.ts";
import { cos, sin } from "./libm/sinCos.ts";

/**
 * Fills `data` with normal numbers of the given mean and standard deviation.
 *
 * As in PyTorch, fewer than 16 are drawn one by one, in double precision and in pairs whose second number the generator
 * keeps for the next such call; 16 or more are drawn in blocks, in the precision of `data`.
 *
 * `legacy` takes the logarithm of `1 − u` after rounding that, which shows in float64 numbers drawn one by one.
 */
export function fillNormal(
  data: Float32Array | Float64Array,
  mean: number,
  std: number,
  g: Generator,
  { legacy = false }: LegacyOption = {},
): void {
  const state = g[generatorState];
  if (data.length < 16) {
    for (let i = 0; i < data.length; i++) data[i] = fma64(nextNormal(state, legacy), std, mean);
  } else if (data instanceof Float64Array) {
    fillNormalBlocks64(data, mean, std, state);
  } else {
    kernels().normal(data, state);
    if (mean === 0 && std === 1) return;
    const [from, width] = [Math.fround(mean), Math.fround(std)];
    for (let i = 0; i < data.length; i++) data[i] = fma32(data[i], width, from);
  }
}

/** One standard normal number: the one kept, or the first of a new pair (Box & Muller 1958). */
function nextNormal(state: GeneratorState, legacy: boolean): number {
  const kept = state.normal;
  if (kept !== undefined) {
    state.normal = undefined;
    return kept;
  }
  const theta = 2 * Math.PI * uniform64(state);
  const u = uniform64(state);
  const radius = Math.sqrt(-2 * (legacy ? log(1 - u) : log1p(-u)));
  state.normal = radius * sin(theta);
  return radius * cos(theta);
}
