import { type Generator, generatorState } from "./generator.ts";
import type { LegacyOption } from "./legacy.ts";
import { log } from "./libm/log.ts";
import { log1p } from "./libm/log1p.ts";
import { uniform64 } from "./mersenneTwister.ts";

/**
 * Fills `data` with exponential numbers of rate `lambda`: `−log(1 − u)/λ`, in double precision.
 *
 * `legacy` takes the logarithm of `1 − u` after rounding that, which shows in one float64 number of fourteen.
 */
export function fillExponential(
  data: Float32Array | Float64Array,
  lambda: number,
  g: Generator,
  { legacy = false }: LegacyOption = {},
): void {
  const state = g[generatorState];
  const scale = -1 / lambda;
  const isFloat32 = data instanceof Float32Array;
  for (let i = 0; i < data.length; i++) {
    const u = uniform64(state);
    // The engine's own logarithm is quicker and good to 50 bits, nearly always enough to know a float32 number.
    const near = scale * Math.log1p(-u);
    const isSure = isFloat32 && Math.fround(near * (1 + 2 ** -46)) === Math.fround(near * (1 - 2 ** -46));
    data[i] = isSure ? near : scale * (legacy ? log(1 - u) : log1p(-u));
  }
}
