import { kernels } from "../../kernels/index.ts";
import type { MersenneTwister } from "../../kernels/numbers/mersenneTwister.ts";
import { fma64 } from "./fma64.ts";
import { log } from "./log.ts";
import { cos, sin } from "./sinCos.ts";

/** As the kernel `normal`, in double precision, and with a mean and a standard deviation. */
export function fillNormalBlocks64(data: Float64Array, mean: number, std: number, twister: MersenneTwister): void {
  const n = data.length;
  kernels().uniform(data, twister);
  for (let i = 0; i + 16 <= n; i += 16) transform(data, i, mean, std);
  if (n % 16 === 0) return;
  kernels().uniform(data.subarray(n - 16), twister);
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
