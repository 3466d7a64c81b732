import { NDArray } from "../kernels/array.ts";
import { kernels } from "../kernels/index.ts";
import { type Generator, generatorState } from "./generator.ts";
import type { LegacyOption } from "./legacy.ts";
import { log } from "./libm/log.ts";
import { log1p } from "./libm/log1p.ts";

/** How many uniform numbers are drawn at a time, into an array of their own. */
export const block = 4096;

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
  const scale = -1 / lambda;
  // The kernel is quicker and good to 50 bits, nearly always enough to know a float32 number.
  const isFloat32 = data instanceof Float32Array;
  const draws = new Float64Array(Math.min(data.length, block));
  for (let start = 0; start < data.length; start += block) {
    const drawn = draws.subarray(0, data.length - start);
    kernels().uniform(drawn, g[generatorState]);
    for (let i = 0; i < drawn.length; i++) drawn[i] = -drawn[i];
    const near = isFloat32 ? kernels().log1p(new NDArray(drawn, [drawn.length], "float64")).data : drawn;
    for (let i = 0; i < drawn.length; i++) {
      const rough = scale * near[i];
      const isSure = isFloat32 && Math.fround(rough * (1 + 2 ** -46)) === Math.fround(rough * (1 - 2 ** -46));
      data[start + i] = isSure ? rough : scale * (legacy ? log(1 + drawn[i]) : log1p(drawn[i]));
    }
  }
}
