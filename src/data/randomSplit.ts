import { describe, TensorError } from "../base/errors.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { aGenerator, defaultGenerator, type Generator } from "../random/generator.ts";
import { checkDataset, type DatasetLike } from "./dataset.ts";
import { permutation } from "./sampler.ts";
import { Subset } from "./subset.ts";

/** Options of {@link randomSplit}. */
export interface RandomSplitOptions {
  /** Where the random order comes from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

const rules = { generator: { is: aGenerator } } satisfies OptionRules<RandomSplitOptions>;

/**
 * Splits a dataset at random into parts that do not overlap: PyTorch's own, from the same seed.
 *
 * @param lengths - whole numbers that sum to the number of items, or fractions that sum to 1: each part then gets the
 * whole number below its share, and what is left goes to the parts one by one, from the first.
 * @throws {@link TensorError} if the lengths are no such numbers.
 * @see PyTorch `torch.utils.data.random_split`; it refuses fractions whose sum is rounded to just above 1.
 *
 * @example
 * ```ts
 * import { arange, data } from "evenkeel";
 *
 * const [train, test] = data.randomSplit(new data.TensorDataset(arange(10)), [0.75, 0.25]);
 * console.log(train.length, test.length); // => 8 2
 * ```
 */
export function randomSplit<T>(
  dataset: DatasetLike<T>,
  lengths: readonly number[],
  options: RandomSplitOptions = {},
): Subset<T>[] {
  const { generator = defaultGenerator } = optionsOf("randomSplit", options, rules);
  checkDataset("randomSplit", dataset);
  const sizes = sizesOf(lengths, dataset.length);
  const order = permutation(dataset.length, generator);
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return new Subset(dataset, [...order.subarray(end - size, end)]);
  });
}

function sizesOf(lengths: unknown, count: number): readonly number[] {
  const isList = Array.isArray(lengths) && lengths.every((length) => Number.isFinite(length) && length >= 0);
  const sum = (list: readonly number[]) => list.reduce((total, length) => total + length, 0);
  const total = isList ? sum(lengths) : Number.NaN;
  if (Math.abs(total - 1) <= 1e-9) return shares(lengths as number[], count);
  if (total === count && (lengths as number[]).every(Number.isInteger)) return lengths as number[];
  throw new TensorError("randomSplit", {
    expected: `lengths that sum to the ${count} items, or fractions that sum to 1`,
    got: Number.isNaN(total) ? describe(lengths) : `${describe(lengths)}, which sum to ${total}`,
  });
}

function shares(fractions: readonly number[], count: number): readonly number[] {
  const sizes = fractions.map((fraction) => Math.floor(count * fraction));
  const rest = count - sizes.reduce((total, size) => total + size, 0);
  return sizes.map((size, i) => size + Math.floor(rest / sizes.length) + (i < rest % sizes.length ? 1 : 0));
}
