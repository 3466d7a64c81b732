import type { Tensor } from "../tensor/tensor.ts";
import type { TensorOptions } from "./create.ts";
import { full } from "./factories.ts";
import { type RandintOptions, type RandomTensorOptions, rand, randint, randn } from "./sample.ts";
import { tensorOf } from "./tensorOf.ts";

/**
 * A tensor with one value everywhere, of the shape of `x`, and of its dtype unless `dtype` says else.
 *
 * @throws {@link TensorError} if `x` is no tensor, or as {@link full}.
 * @see PyTorch `torch.full_like`.
 *
 * @example
 * ```ts
 * import { fullLike, tensor } from "evenkeel";
 *
 * console.log(fullLike(tensor([1, 2]), 7)); // => tensor([7., 7.])
 * ```
 */
export function fullLike(x: Tensor, value: number | boolean, options: TensorOptions = {}): Tensor {
  return full(tensorOf("fullLike", x).shape, value, like(x, options));
}

/**
 * Numbers spread evenly over `[0, 1)`, of the shape of `x`, and of its dtype unless `dtype` says else: PyTorch's own, from the
 * same seed.
 *
 * @throws {@link TensorError} if `x` is no tensor, or as {@link rand}.
 * @see PyTorch `torch.rand_like`, which takes no generator.
 *
 * @example
 * ```ts
 * import { manualSeed, randLike, zeros } from "evenkeel";
 *
 * manualSeed(42);
 * console.log(randLike(zeros([2]))); // => tensor([0.8823, 0.9150])
 * ```
 */
export function randLike(x: Tensor, options: RandomTensorOptions = {}): Tensor {
  return rand(tensorOf("randLike", x).shape, like(x, options));
}

/**
 * Normally distributed numbers, of the shape of `x`, and of its dtype unless `dtype` says else: PyTorch's own, from the same
 * seed.
 *
 * @throws {@link TensorError} if `x` is no tensor, or as {@link randn}.
 * @see PyTorch `torch.randn_like`, which takes no generator.
 *
 * @example
 * ```ts
 * import { manualSeed, randnLike, zeros } from "evenkeel";
 *
 * manualSeed(42);
 * console.log(randnLike(zeros([2]))); // => tensor([0.3367, 0.1288])
 * ```
 */
export function randnLike(x: Tensor, options: RandomTensorOptions = {}): Tensor {
  return randn(tensorOf("randnLike", x).shape, like(x, options));
}

/**
 * Whole numbers from `low` to below `high`, of the shape of `x`, and of its dtype unless `dtype` says else: PyTorch's own, from
 * the same seed.
 *
 * @throws {@link TensorError} if `x` is no tensor, or as {@link randint}.
 * @see PyTorch `torch.randint_like`, which takes no generator.
 *
 * @example
 * ```ts
 * import { manualSeed, randintLike, zeros } from "evenkeel";
 *
 * manualSeed(42);
 * console.log(randintLike(zeros([3]), 0, 10)); // => tensor([2., 7., 6.])
 * ```
 */
export function randintLike(x: Tensor, low: number, high: number, options: RandintOptions = {}): Tensor {
  return randint(low, high, tensorOf("randintLike", x).shape, like(x, options));
}

/** The options, with the dtype of `x` where they name none; what are no options stays, to be refused. */
function like<O extends TensorOptions>({ dtype }: Tensor, options: O): O {
  const isOptions = typeof options === "object" && options !== null && !Array.isArray(options);
  return isOptions ? { dtype, ...options } : options;
}
