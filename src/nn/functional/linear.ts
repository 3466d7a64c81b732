import { show, TensorError } from "../../base/errors.ts";
import { linear as fused } from "../../ops/linear.ts";
import { apply, type Tensor } from "../../tensor/tensor.ts";
import { checkOperand, checkSameDtype, checkTensor, type Like } from "../module/checks.ts";

/**
 * `y = x·Wᵀ + b`, the affine map of the last dimension.
 *
 * Shapes: `x` `[…, in]`, `weight` `[out, in]`, `bias` `[out]` → `[…, out]`.
 *
 * @param bias - default: none.
 * @throws {@link TensorError} if the last size of `x` is not that of `weight`, or the dtypes differ.
 * @see PyTorch `torch.nn.functional.linear`. A `weight` of one dimension is refused.
 *
 * @example
 * ```ts
 * import { nn, tensor } from "evenkeel";
 *
 * const [weight, bias] = [tensor([[1, 2], [3, 4]]), tensor([10, 20])];
 * console.log(nn.functional.linear(tensor([1, 1]), weight, bias)); // => tensor([13., 27.])
 * ```
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return linearFor("linear", x, weight, bias);
}

/** @internal {@link linear} on behalf of `where`. */
export function linearFor(where: string, x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  checkTensor(where, "input", x);
  checkLinear(where, x, weight, bias);
  if (x.ndim === 2) return bias === null ? apply(fused, x, weight) : apply(fused, x, weight, bias);
  const y = x.matmulTransposed(where, weight);
  return bias === null ? y : y.add(bias);
}

/** @internal What {@link linear} asks of its input, which may be yet to be computed, and of its weight and bias. */
export function checkLinear(where: string, x: Like, weight: Tensor, bias: Tensor | null): void {
  checkTensor(where, "weight", weight);
  if (weight.ndim !== 2) throw new TensorError(where, { expected: "a weight [out, in]", got: show(weight.shape) });
  const [out, features] = weight.shape;
  checkSameDtype(where, "weight", weight, x);
  checkOperand(where, "bias", bias, [out], x);
  const { length } = x.shape;
  if (length > 0 && x.shape[length - 1] === features) return;
  throw new TensorError(where, {
    expected: `an input of shape [*, ${features}]`,
    got: show(x.shape),
    hint: length > 2 ? "To make one row of each example: x.flatten(1)." : "",
  });
}
