import { isTensor } from "../base/brand.ts";
import { type Dtype, isFloat, type Shape, sizeOf } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { flag } from "../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../base/optionRules.ts";
import { newShape, newSize } from "../base/shapes.ts";
import { shared, whole } from "../base/shared.ts";
import { NDArray } from "../kernels/array.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { fresh } from "../kernels/memory/fresh.ts";
import type { Generator } from "../random/generator.ts";
import { type MultinomialEra, multinomial as sampleRows } from "../random/multinomial.ts";
import { fillRandint } from "../random/randint.ts";
import { fillRandperm } from "../random/randperm.ts";
import { aDtype } from "../tensor/checks.ts";
import { generator, generatorOf, type VersionedRandomOptions, version } from "../tensor/random.ts";
import { Tensor } from "../tensor/tensor.ts";
import { finish, requiresGrad, type TensorOptions } from "./create.ts";
import { zeros } from "./factories.ts";

/** Options of whatever makes a random tensor. */
export interface RandomTensorOptions extends TensorOptions {
  /** Where the random numbers come from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

const floatDtype = { words: ["float32", "float64"], default: "float32" } as const;
const wholeDtype = { is: aDtype, default: "int32" } as const;
const randRules = { dtype: floatDtype, requiresGrad, generator } as const satisfies OptionRules<RandomTensorOptions>;
const randpermRules = { dtype: wholeDtype, requiresGrad, generator } satisfies OptionRules<RandomTensorOptions>;

/**
 * Numbers spread evenly over `[0, 1)`: PyTorch's own, from the same seed.
 *
 * Shapes: → `shape`.
 *
 * @throws {@link TensorError} if `shape` is not an array of whole numbers of 0 or more, or the dtype no float.
 * @see PyTorch `torch.rand`.
 *
 * @example
 * ```ts
 * import { manualSeed, rand } from "evenkeel";
 *
 * manualSeed(42);
 * console.log(rand([4])); // => tensor([0.8823, 0.9150, 0.3829, 0.9593])
 * ```
 */
export function rand(shape: readonly number[], options: RandomTensorOptions = {}): Tensor {
  const sizes = newShape("rand", shape);
  const generator = generatorOf("rand", options, randRules);
  const { dtype = floatDtype.default } = options;
  const made = zeros(sizes, { dtype }).uniform_(0, 1, { generator });
  return finish("rand", made.array, options);
}

const randnRules = {
  dtype: floatDtype,
  requiresGrad,
  generator,
  version,
} as const satisfies OptionRules<RandomTensorOptions & VersionedRandomOptions>;

/**
 * Normally distributed numbers of mean 0 and variance 1: PyTorch's own, from the same seed.
 *
 * Shapes: → `shape`.
 *
 * @throws {@link TensorError} if `shape` is not an array of whole numbers of 0 or more, or the dtype no float.
 * @see PyTorch `torch.randn` on x86-64. From 16 elements on it is another algorithm than below, as there.
 *
 * @example
 * ```ts
 * import { manualSeed, randn } from "evenkeel";
 *
 * manualSeed(42);
 * console.log(randn([4])); // => tensor([0.3367, 0.1288, 0.2345, 0.2303])
 * ```
 */
export function randn(
  shape: readonly number[],
  options: RandomTensorOptions & Pick<VersionedRandomOptions, "version"> = {},
): Tensor {
  const sizes = newShape("randn", shape);
  const generator = generatorOf("randn", options, randnRules);
  const { dtype = floatDtype.default, version: era = version.default } = options;
  const made = zeros(sizes, { dtype }).normal_(0, 1, { generator, version: era });
  return finish("randn", made.array, options);
}

/** Options of {@link randint}. */
export interface RandintOptions extends RandomTensorOptions {
  /**
   * From which range `high − low` on 64 random bits are drawn for each number: 2²⁸ in current versions of PyTorch
   * (default), 2³² in older ones.
   */
  readonly version?: "current" | "1.13";
}

const randintRules = { dtype: wholeDtype, requiresGrad, generator, version } satisfies OptionRules<RandintOptions>;

/**
 * Whole numbers spread evenly over `low … high − 1`: PyTorch's own, from the same seed. int32 unless `dtype` says else.
 *
 * Shapes: → `shape`.
 *
 * @throws {@link TensorError} if `low ≥ high`, a bound is not whole, or the dtype cannot hold the numbers.
 * @see PyTorch `torch.randint`, which gives int64, and where `low` may be left out.
 *
 * @example
 * ```ts
 * import { manualSeed, randint } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(randint(0, 10, [8])); // => tensor([4, 9, 3, 0, 3, 9, 7, 3])
 * ```
 */
export function randint(low: number, high: number, shape: readonly number[], options: RandintOptions = {}): Tensor {
  const generator = generatorOf("randint", options, randintRules);
  const { dtype = wholeDtype.default, version } = options;
  const limit = { int32: 0x80000000, float32: 2 ** 24 + 1, float64: 2 ** 53, bool: 2 }[dtype];
  const isWhole = Number.isInteger(low) && Number.isInteger(high);
  const isHeld = isWhole && low >= (dtype === "bool" ? 0 : -limit) && high <= limit && high - low <= 2 ** 53;
  if (!isHeld || low >= high) {
    throw new TensorError("randint", {
      expected: `whole bounds, low < high, that ${dtype} can hold`,
      got: `${describe(low)} and ${describe(high)}`,
    });
  }
  shared().listener?.draws("randint");
  const sizes = newShape("randint", shape);
  const drawn = whole("randint", [low, high, sizes, dtype, generator, version === "1.13"], drawWhole);
  return finish("randint", drawn, options);
}

/**
 * The whole numbers `0 … n − 1` in random order: PyTorch's own, from the same seed; int32 unless `dtype` says else.
 *
 * Shapes: → `[n]`.
 *
 * @throws {@link TensorError} if `n` is not a whole number of 0 or more.
 * @see PyTorch `torch.randperm`, which gives int64.
 *
 * @example
 * ```ts
 * import { manualSeed, randperm } from "evenkeel";
 *
 * manualSeed(0);
 * console.log(randperm(10)); // => tensor([4, 1, 7, 5, 3, 9, 0, 8, 6, 2])
 * ```
 */
export function randperm(n: number, options: RandomTensorOptions = {}): Tensor {
  const generator = generatorOf("randperm", options, randpermRules);
  const { dtype = wholeDtype.default } = options;
  shared().listener?.draws("randperm");
  const order = whole("randperm", [newSize("randperm", n), generator], drawOrder);
  return finish("randperm", new Tensor(order).to(dtype).array, options);
}

/**
 * Ones with the given probabilities, and zeros: PyTorch's own, from the same seed.
 *
 * Shapes: that of `p`.
 *
 * @param p - a float tensor of probabilities from 0 to 1; the result has its dtype.
 * @throws {@link TensorError} if a probability is out of range, or `p` is no float tensor.
 * @see PyTorch `torch.bernoulli`; for one probability everywhere use {@link Tensor.bernoulli_}.
 *
 * @example
 * ```ts
 * import { bernoulli, tensor } from "evenkeel";
 *
 * console.log(bernoulli(tensor([0, 1]))); // => tensor([0., 1.])
 * ```
 */
export function bernoulli(p: Tensor, options: { readonly generator?: Generator } = {}): Tensor {
  const generator = generatorOf("bernoulli", options);
  if (!isTensor(p) || !isFloat(p.dtype)) {
    throw new TensorError("bernoulli", {
      expected: "a float tensor of probabilities",
      got: describe(p),
      hint: typeof p === "number" ? "For one probability use x.bernoulli_(p)." : "",
    });
  }
  return zeros(p.shape, { dtype: p.dtype }).bernoulli_(p, { generator });
}

/** Options of {@link multinomial}. */
export interface MultinomialOptions {
  /** Whether a number can be drawn more than once. Default `false`. */
  readonly replacement?: boolean;
  /** Where the random numbers come from. Default: the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
  /**
   * Whose numbers a single draw gives: those of current versions of PyTorch (default), or of 1.13 and before. They
   * differ in nothing else.
   */
  readonly version?: "current" | "1.13";
}

const multinomialRules = {
  replacement: { is: flag, default: false },
  generator,
  version,
} as const satisfies OptionRules<MultinomialOptions>;

/**
 * Numbers of categories, drawn with probabilities in proportion to `p`: PyTorch's own, from the same seed; int32.
 *
 * Shapes: `[c]` → `[numSamples]`, `[n, c]` → `[n, numSamples]`.
 *
 * @param p - float weights of 0 or more, not all 0 in a row.
 * @throws {@link TensorError} if a weight is negative or not finite, a row sums to 0, or, without replacement, there
 * are fewer categories than samples.
 * @see PyTorch `torch.multinomial`, which gives int64, and whose own numbers changed for single draws after 1.13.
 *
 * @example
 * ```ts
 * import { multinomial, tensor } from "evenkeel";
 *
 * console.log(multinomial(tensor([0, 0, 3]), 4, { replacement: true })); // => tensor([2, 2, 2, 2])
 * ```
 */
export function multinomial(p: Tensor, numSamples: number, options: MultinomialOptions = {}): Tensor {
  const { replacement, generator, version } = optionsOf("multinomial", options, multinomialRules);
  const era = version === "1.13" ? "cdf" : "current";
  if (!isTensor(p) || !isFloat(p.dtype) || (p.ndim !== 1 && p.ndim !== 2) || p.shape[p.ndim - 1] === 0) {
    throw new TensorError("multinomial", {
      expected: "a float tensor of weights, [c] or [n, c]",
      got: describe(p),
    });
  }
  const categories = p.shape[p.ndim - 1];
  const rows = p.numel() / categories;
  if (!Number.isInteger(numSamples) || numSamples < 1 || (!replacement && numSamples > categories)) {
    throw new TensorError("multinomial", {
      expected: `a whole number of samples, 1 or more${replacement ? "" : ` and at most ${categories}`}`,
      got: describe(numSamples),
      hint: replacement ? "" : "With { replacement: true } there may be more.",
    });
  }
  newShape("multinomial", [rows, numSamples]);
  shared().listener?.draws("multinomial");
  refuseDetached("multinomial", p.array);
  return new Tensor(whole("multinomial", [p.array, numSamples, replacement, generator, era], drawCategories, "looks"));
}

function drawWhole(
  low: number,
  high: number,
  sizes: Shape,
  dtype: Dtype,
  generator: Generator,
  legacy: boolean,
): NDArray {
  const drawn = fresh(dtype === "bool" ? "int32" : dtype, sizeOf(sizes)) as Exclude<NDArray["data"], Uint8Array>;
  fillRandint(drawn, low, high, generator, { legacy });
  return new NDArray(dtype === "bool" ? Uint8Array.from(drawn) : drawn, sizes, dtype);
}

function drawOrder(n: number, generator: Generator): NDArray {
  const order = new Int32Array(n);
  fillRandperm(order, generator);
  return new NDArray(order, [n], "int32");
}

function drawCategories(
  p: NDArray,
  numSamples: number,
  replacement: boolean,
  generator: Generator,
  era: MultinomialEra,
): NDArray {
  const weights = p.data as Float32Array | Float64Array;
  const categories = p.shape[p.shape.length - 1];
  const rows = weights.length / categories;
  for (let row = 0; row < rows; row++) checkWeights(weights.subarray(row * categories, (row + 1) * categories));
  const drawn = sampleRows(weights, rows, categories, numSamples, replacement, generator, era);
  return new NDArray(drawn, [...p.shape.slice(0, -1), numSamples], "int32");
}

function checkWeights(weights: NDArray["data"]): void {
  let total = 0;
  for (const weight of weights) {
    if (!(weight >= 0 && Number.isFinite(weight))) {
      throw new TensorError("multinomial", {
        expected: "finite weights of 0 or more",
        got: `${weight}`,
        hint: weight < 0 ? "Of logits draw by p.softmax(-1)." : "",
      });
    }
    total += weight;
  }
  if (total > 0) return;
  throw new TensorError("multinomial", { expected: "a weight above 0 in every row", got: "a row of zeros" });
}
