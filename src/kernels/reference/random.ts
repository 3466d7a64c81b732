import { fillPairs, fillRadii } from "../numbers/boxMuller32.ts";
import { type MersenneTwister, random32, uniform32, uniform64 } from "../numbers/mersenneTwister.ts";

/** Fills `data` with numbers uniform in [0, 1), in its precision, and moves the twister on. */
export function uniform(data: Float32Array | Float64Array, twister: MersenneTwister): void {
  if (data instanceof Float64Array) for (let i = 0; i < data.length; i++) data[i] = uniform64(twister);
  else for (let i = 0; i < data.length; i++) data[i] = uniform32(twister);
}

/**
 * Fills `data`, of 16 numbers or more, with normal ones of mean 0 and variance 1, in blocks of 16 of which number `j` and
 * number `j + 8` make a pair (Box & Muller 1958). Where a remainder is left, its uniform numbers are drawn and forgotten,
 * and the last 16 numbers of `data` are drawn anew.
 *
 * These are the bits of PyTorch on x86-64 with AVX2; other processors differ from it in the last place.
 */
export function normal(data: Float32Array, twister: MersenneTwister): void {
  const n = data.length;
  const draws = new Int32Array(16);
  const radii = new Float32Array(8);
  const block = (start: number) => {
    for (let j = 0; j < 16; j++) draws[j] = random32(twister) & 0xffffff;
    fillRadii(radii, draws);
    fillPairs(data, start, radii, draws);
  };
  for (let i = 0; i + 16 <= n; i += 16) block(i);
  if (n % 16 === 0) return;
  for (let i = 0; i < n % 16; i++) random32(twister);
  block(n - 16);
}
