import { isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import type { Primitive } from "../ops/op.ts";
import * as ops from "../ops/rounding.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { tensorOf } from "./tensorOf.ts";

function rounded(op: Primitive, x: Tensor): Tensor {
  const { dtype } = tensorOf(op.name, x);
  if (isFloat(dtype)) return x.through(op);
  if (dtype === "int32") return x.clone();
  throw new TensorError(op.name, { expected: "numbers", got: describe(x), hint: 'Convert first: x.to("int32").' });
}

/**
 * The largest whole number that is not above each element. The gradient is 0.
 *
 * @throws {@link TensorError} for bools.
 * @see PyTorch `torch.floor`.
 *
 * @example
 * ```ts
 * import { floor, tensor } from "evenkeel";
 *
 * console.log(floor(tensor([1.5, -1.5]))); // => tensor([ 1., -2.])
 * ```
 */
export function floor(x: Tensor): Tensor {
  return rounded(ops.floor, x);
}

/**
 * The smallest whole number that is not below each element. The gradient is 0.
 *
 * @throws {@link TensorError} for bools.
 * @see PyTorch `torch.ceil`.
 *
 * @example
 * ```ts
 * import { ceil, tensor } from "evenkeel";
 *
 * console.log(ceil(tensor([1.5, -1.5]))); // => tensor([ 2., -1.])
 * ```
 */
export function ceil(x: Tensor): Tensor {
  return rounded(ops.ceil, x);
}

/**
 * The whole number nearest to each element, of two the even one. The gradient is 0.
 *
 * @throws {@link TensorError} for bools.
 * @see PyTorch `torch.round`, without `decimals`.
 *
 * @example
 * ```ts
 * import { round, tensor } from "evenkeel";
 *
 * console.log(round(tensor([0.5, 1.5, 2.6]))); // => tensor([0., 2., 3.])
 * ```
 */
export function round(x: Tensor): Tensor {
  return rounded(ops.round, x);
}

/**
 * Each element without its fraction. The gradient is 0.
 *
 * @throws {@link TensorError} for bools.
 * @see PyTorch `torch.trunc`.
 *
 * @example
 * ```ts
 * import { tensor, trunc } from "evenkeel";
 *
 * console.log(trunc(tensor([1.5, -1.5]))); // => tensor([ 1., -1.])
 * ```
 */
export function trunc(x: Tensor): Tensor {
  return rounded(ops.trunc, x);
}

/**
 * The fraction of each element, of its sign: `x − trunc(x)`. The gradient is 1.
 *
 * @throws {@link TensorError} if `x` is not a float tensor.
 * @see PyTorch `torch.frac`.
 *
 * @example
 * ```ts
 * import { frac, tensor } from "evenkeel";
 *
 * console.log(frac(tensor([1.5, -1.25]))); // => tensor([ 0.5000, -0.2500])
 * ```
 */
export function frac(x: Tensor): Tensor {
  if (isFloat(tensorOf("frac", x).dtype)) return x.through(ops.frac);
  throw new TensorError("frac", { expected: "a float32 or float64 tensor", got: describe(x) });
}
