import { kernels } from "../kernels/index.ts";
import { type Generator, generatorState } from "./generator.ts";
import { fma32 } from "./libm/fma32.ts";
import { fma64 } from "./libm/fma64.ts";

/** Fills `data` with numbers uniform in `[low, high)`: `low + u·(high − low)`, rounded once. */
export function fillUniform(data: Float32Array | Float64Array, low: number, high: number, g: Generator): void {
  kernels().uniform(data, g[generatorState]);
  if (low === 0 && high === 1) return;
  if (data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) data[i] = fma64(data[i], high - low, low);
    return;
  }
  const from = Math.fround(low);
  const width = Math.fround(Math.fround(high) - from);
  for (let i = 0; i < data.length; i++) data[i] = fma32(data[i], width, from);
}
