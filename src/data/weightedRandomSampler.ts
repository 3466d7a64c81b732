import { isTensor } from "../base/brand.ts";
import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { flag } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { tensor } from "../functions/create.ts";
import { multinomial } from "../functions/sample.ts";
import { aGenerator, type Generator } from "../random/generator.ts";
import type { Tensor } from "../tensor/tensor.ts";

const samplerBrand: unique symbol = Symbol.for("evenkeel.WeightedRandomSampler") as never;

/** Options of {@link WeightedRandomSampler}. */
export interface WeightedRandomSamplerOptions {
  /** Whether an item can be drawn more than once in an epoch. Default `true`. */
  readonly replacement?: boolean;
  /** Where the random numbers come from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

const rules = {
  replacement: { is: flag, default: true },
  generator: { is: aGenerator },
} satisfies OptionRules<WeightedRandomSamplerOptions>;

/**
 * Numbers of items, drawn with probabilities in proportion to weights: PyTorch's own, from the same seed. Each loop over it
 * draws anew. As `sampler` of a {@link DataLoader} it evens out classes that are not equally common.
 *
 * @param weights - one for each item, 0 or more, not all 0: numbers, or a float tensor of one dimension. Kept in float64.
 * @param numSamples - how many items an epoch has, 1 or more.
 * @throws {@link TensorError} if a weight is negative or not finite, all are 0, `numSamples` is no whole number of 1 or more,
 * or, without replacement, there are fewer items.
 * @see PyTorch `torch.utils.data.WeightedRandomSampler`; the numbers of a single sample are those of current versions.
 *
 * @example
 * ```ts
 * import { data } from "evenkeel";
 *
 * const labels = [0, 0, 0, 1];
 * const counts = [3, 1];
 * const sampler = new data.WeightedRandomSampler(labels.map((label) => 1 / counts[label]), 1000);
 * const loader = new data.DataLoader(labels, { batchSize: 1000, sampler });
 * for (const batch of loader) console.log(Math.abs(batch.mean().item() - 0.5) < 0.1); // prints: true
 * ```
 */
export class WeightedRandomSampler implements Iterable<number> {
  /** @internal */
  readonly [samplerBrand] = true;
  /** The number of items in an epoch. */
  readonly length: number;
  /** The weights, in float64. */
  readonly weights: Tensor;
  /** @internal Where the random numbers come from, if not from the default generator. */
  readonly generator: Generator | undefined;
  private readonly replacement: boolean;

  constructor(weights: readonly number[] | Tensor, numSamples: number, options: WeightedRandomSamplerOptions = {}) {
    const where = "WeightedRandomSampler";
    const { replacement, generator } = optionsOf(where, options, rules);
    const kept = weightsOf(where, weights);
    if (!Number.isInteger(numSamples) || numSamples < 1 || (!replacement && numSamples > kept.numel())) {
      throw new TensorError(where, {
        expected: `numSamples to be a whole number of 1 or more${replacement ? "" : `, and at most ${kept.numel()}`}`,
        got: describe(numSamples),
        hint: replacement ? "" : "With replacement there may be more.",
      });
    }
    this.weights = kept;
    this.length = numSamples;
    this.replacement = replacement;
    this.generator = generator;
  }

  /** Draws the numbers of an epoch, when the first is asked for. */
  *[Symbol.iterator](): globalThis.Generator<number, void, undefined> {
    const { weights, length, replacement, generator } = this;
    yield* multinomial(weights, length, { replacement, ...(generator === undefined ? {} : { generator }) }).toArray<
      number[]
    >();
  }
}

/** Whether a value is a {@link WeightedRandomSampler}, of this copy of the package or another. */
export function isWeightedRandomSampler(value: unknown): value is WeightedRandomSampler {
  return typeof value === "object" && value !== null && samplerBrand in value;
}

function weightsOf(where: string, weights: unknown): Tensor {
  const isList = Array.isArray(weights) || (isTensor(weights) && weights.ndim === 1 && isFloat(weights.dtype));
  const numbers: readonly unknown[] = isTensor(weights)
    ? weights.flatten().toArray<number[]>()
    : isList
      ? (weights as unknown[])
      : [];
  const odd = numbers.find((weight) => !(Number.isFinite(weight) && (weight as number) >= 0));
  const isRight = odd === undefined && numbers.some((weight) => (weight as number) > 0);
  if (isList && isRight) return tensor(Float64Array.from(numbers as number[]));
  throw new TensorError(where, {
    expected: "finite weights of 0 or more, not all 0: numbers, or a float tensor of one dimension",
    got: isList && numbers.length > 0 ? (odd === undefined ? "zeros" : describe(odd)) : describe(weights),
  });
}
