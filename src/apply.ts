import { markForeign } from "./autograd/foreign.ts";
import { isTensor } from "./brand.ts";
import type { Op } from "./ops/op.ts";
import { apply as applyOwn, type Tensor } from "./tensor.ts";

/**
 * Applies an operation, the library's or your own, and records it if a gradient may be wanted.
 *
 * @param op - a {@link Primitive} or {@link Fused} value.
 * @param inputs - as many tensors as the operation has pullbacks.
 * @throws {@link TensorError} if an input is not a tensor.
 * @see PyTorch `torch.autograd.Function.apply`.
 *
 * @example
 * ```ts
 * import { apply, type Primitive, tensor } from "evenkeel";
 *
 * const square: Primitive = {
 *   name: "mySquare",
 *   forward: (k, x) => k.mul(x, x),
 *   vjp: [(g, _y, x) => g.mul(x.mul(2))],
 * };
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * apply(square, x).sum().backward();
 * console.log(x.grad); // => tensor([2., 4., 6.])
 * ```
 */
export function apply(op: Op, ...inputs: Tensor[]): Tensor {
  if (typeof op === "object" && op !== null) markForeign(op);
  for (const x of inputs) if (isTensor(x)) x.array.shown(op.name);
  return applyOwn(op, ...inputs);
}
