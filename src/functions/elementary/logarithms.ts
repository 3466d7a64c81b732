import { expm1Of, log2Of, log10Of } from "../../kernels/beside/elementary.ts";
import { nothing } from "../../kernels/beside/elementwise.ts";
import { ownPrimitive, type Primitive } from "../../ops/op.ts";
import { floated } from "../../tensor/operands.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tensorOf } from "../tensorOf.ts";

/** `y = log₂ x`, `dy/dx = 1/(x·ln 2)`. */
const log2Op: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "log2",
  forward: (k, x) => k.beside(log2Of, [x], nothing),
  vjp: [(g, _y, x) => g.div(x.mul(Math.LN2))],
  needs: "inputs",
});

/** `y = log₁₀ x`, `dy/dx = 1/(x·ln 10)`. */
const log10Op: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "log10",
  forward: (k, x) => k.beside(log10Of, [x], nothing),
  vjp: [(g, _y, x) => g.div(x.mul(Math.LN10))],
  needs: "inputs",
});

/** `y = eˣ − 1`, `dy/dx = y + 1`. */
const expm1Op: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "expm1",
  forward: (k, x) => k.beside(expm1Of, [x], nothing),
  vjp: [(g, y) => g.mul(y.add(1))],
  needs: "output",
});

/**
 * `y = log₂ x`, elementwise; of powers of 2 exact. Whole numbers become float32.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.log2`.
 *
 * @example
 * ```ts
 * import { log2, tensor } from "evenkeel";
 *
 * console.log(log2(tensor([1, 8, 0.5]))); // => tensor([ 0.,  3., -1.])
 * ```
 */
export function log2(x: Tensor): Tensor {
  return floated(tensorOf("log2", x)).through(log2Op);
}

/**
 * `y = log₁₀ x`, elementwise. Whole numbers become float32.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.log10`.
 *
 * @example
 * ```ts
 * import { log10, tensor } from "evenkeel";
 *
 * console.log(log10(tensor([1, 1000]))); // => tensor([0., 3.])
 * ```
 */
export function log10(x: Tensor): Tensor {
  return floated(tensorOf("log10", x)).through(log10Op);
}

/**
 * `y = eˣ − 1`, elementwise, without the digits that the difference loses near 0. Whole numbers become float32.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.expm1`.
 *
 * @example
 * ```ts
 * import { expm1, tensor } from "evenkeel";
 *
 * console.log(expm1(tensor([0, 1]))); // => tensor([0.0000, 1.7183])
 * ```
 */
export function expm1(x: Tensor): Tensor {
  return floated(tensorOf("expm1", x)).through(expm1Op);
}
