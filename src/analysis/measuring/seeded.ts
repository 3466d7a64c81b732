import { TensorError } from "../../base/errors.ts";
import { wholeNumber } from "../../base/optionKinds.ts";
import type { OptionRules } from "../../base/optionRules.ts";
import { rand, randn } from "../../functions/sample.ts";
import { aGenerator, Generator } from "../../random/generator.ts";

/** Where an analysis takes its random numbers from. */
export interface SeedOptions {
  /** The seed of a generator of its own, a whole number: the same seed gives the same result. Default `0`. */
  readonly seed?: number;
  /** A generator to start from instead of a seed. It is copied, and stays where it is. */
  readonly generator?: Generator;
}

/** What they may be. */
export const seedRules = {
  seed: { is: wholeNumber },
  generator: { is: aGenerator },
} satisfies OptionRules<SeedOptions>;

/** A generator of the analysis's own, and the seed it started from, null if from another generator's state. */
export function seeded(where: string, { seed, generator }: SeedOptions): { generator: Generator; seed: number | null } {
  if (generator === undefined) {
    const from = seed ?? 0;
    return { generator: new Generator().manualSeed(from), seed: from };
  }
  if (seed !== undefined) throw new TensorError(where, { expected: "a seed or a generator", got: "both" });
  return { generator: new Generator().setState(generator.getState()), seed: null };
}

/** `size` numbers from the standard normal distribution. */
export function normals(size: number, generator: Generator): Float64Array {
  return randn([size], { generator, dtype: "float64" }).data as Float64Array;
}

/** `size` numbers, each 1 or −1 with the same probability. */
export function signs(size: number, generator: Generator): Float64Array {
  const numbers = rand([size], { generator, dtype: "float64" }).data as Float64Array;
  for (let i = 0; i < size; i++) numbers[i] = numbers[i] < 0.5 ? -1 : 1;
  return numbers;
}
