import { fma32 } from "./fma32.ts";
import { fma64 } from "./fma64.ts";
import { type Generator, generatorState } from "./generator.ts";
import { uniform32, uniform64 } from "./mersenneTwister.ts";

/** Fills `data` with numbers uniform in `[low, high)`: `low + u·(high − low)`, rounded once. */
export function fillUniform(data: Float32Array | Float64Array, low: number, high: number, g: Generator): void {
  const state = g[generatorState];
  if (data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) data[i] = fma64(uniform64(state), high - low, low);
    return;
  }
  const from = Math.fround(low);
  const width = Math.fround(Math.fround(high) - from);
  for (let i = 0; i < data.length; i++) data[i] = fma32(uniform32(state), width, from);
}
