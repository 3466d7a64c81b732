import { random32 } from "../kernels/numbers/mersenneTwister.ts";
import { type Generator, generatorState } from "./generator.ts";

/** Fills `data` with a random order of the integers from 0 on: each place in turn swaps with itself or one after it. */
export function fillRandperm(data: Int32Array, g: Generator): void {
  const state = g[generatorState];
  const n = data.length;
  for (let i = 0; i < n; i++) data[i] = i;
  for (let i = 0; i < n - 1; i++) {
    const j = i + (random32(state) % (n - i));
    const swapped = data[i];
    data[i] = data[j];
    data[j] = swapped;
  }
}
