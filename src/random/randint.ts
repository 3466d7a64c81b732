import { TensorError } from "../base/errors.ts";
import { type MersenneTwister, random32 } from "../kernels/numbers/mersenneTwister.ts";
import { type Generator, generatorState } from "./generator.ts";
import type { LegacyOption } from "./legacy.ts";
import { fma64 } from "./libm/fma64.ts";

/**
 * Fills `data` with integers of `[low, high)`: a random integer of 32 bits modulo `high − low`, or of 64 bits where that
 * range is 2^28 or more. The remainder favours small integers slightly, as in PyTorch.
 *
 * `legacy` draws 64 bits from 2^32 on, and never for int32.
 *
 * @throws {@link TensorError} if the range is empty, as it can become where float32 has no room for its ends.
 */
export function fillRandint(
  data: Int32Array | Float32Array | Float64Array,
  low: number,
  high: number,
  g: Generator,
  { legacy = false }: LegacyOption = {},
): void {
  const state = g[generatorState];
  const [first, end] = data instanceof Float32Array ? float32Range(low, high) : [low, high];
  const range = end - first;
  if (!(range >= 1)) {
    throw new TensorError("randint", { expected: "low to be less than high", got: `${first} and ${end}` });
  }
  const isWide = legacy ? range >= 2 ** 32 && !(data instanceof Int32Array) : range >= 2 ** 28;
  if (!isWide) {
    for (let i = 0; i < data.length; i++) data[i] = (random32(state) % range) + first;
  } else if (range < 2 ** 52) {
    for (let i = 0; i < data.length; i++) data[i] = random64Modulo(range, state) + first;
  } else {
    const start = BigInt(first);
    const size = BigInt(end) - start;
    for (let i = 0; i < data.length; i++) data[i] = Number((random64(state) % size) + start);
  }
}

/** `[low, high)`, or what is left of it where its ends would be rounded out of it: only beyond 2^24. */
function float32Range(low: number, high: number): [number, number] {
  const bitLength = (x: number) => BigInt(Math.abs(x)).toString(2).length; // Math.log2 rounds up to the next power
  const spacing = (x: number) => Number(1n << BigInt(bitLength(x) - 24));
  const [afterLow, beforeHigh] = [Math.fround(low + 1), Math.fround(high - 1)];
  return [
    afterLow < low ? afterLow + spacing(low + 1) : low,
    beforeHigh >= high ? beforeHigh - spacing(high - 1) : high,
  ];
}

/** A random integer of 64 bits, the first word drawn being the high one. */
function random64(twister: MersenneTwister): bigint {
  const high = BigInt(random32(twister));
  return (high << 32n) | BigInt(random32(twister));
}

/** Its remainder, without the cost of bigints, for `2^28 ≤ range < 2^52`. */
function random64Modulo(range: number, twister: MersenneTwister): number {
  const high = random32(twister) * 2 ** 32;
  const low = random32(twister);
  const quotient = Math.floor((high + low) / range); // off by one at most, for it has no more than 36 bits
  const remainder = fma64(-quotient, range, high) + low; // integers below 2^53: exact
  if (remainder < 0) return remainder + range;
  return remainder < range ? remainder : remainder - range;
}
