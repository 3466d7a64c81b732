import { fma64 } from "./fma64.ts";
import { log } from "./libm/log.ts";
import { cos, sin } from "./libm/sinCos.ts";
import { type MersenneTwister, uniform64 } from "./mersenneTwister.ts";

/** As `fillNormalBlocks32`, in double precision. */
export function fillNormalBlocks64(data: Float64Array, mean: number, std: number, twister: MersenneTwister): void {
  const n = data.length;
  for (let i = 0; i < n; i++) data[i] = uniform64(twister);
  for (let i = 0; i + 16 <= n; i += 16) transform(data, i, mean, std);
  if (n % 16 === 0) return;
  for (let i = n - 16; i < n; i++) data[i] = uniform64(twister);
  transform(data, n - 16, mean, std);
}

/** Turns the 16 uniform numbers from `start` on into normal ones: number `j` and number `j + 8` make a pair. */
function transform(data: Float64Array, start: number, mean: number, std: number): void {
  for (let j = start; j < start + 8; j++) {
    const radius = Math.sqrt(-2 * log(1 - data[j]));
    const theta = 2 * Math.PI * data[j + 8];
    data[j] = fma64(radius * cos(theta), std, mean);
    data[j + 8] = fma64(radius * sin(theta), std, mean);
  }
}
