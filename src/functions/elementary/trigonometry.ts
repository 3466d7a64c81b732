import { broadcast } from "../../base/shapes.ts";
import { acosOf, asinOf, atan2Of, atanOf, coshOf, sinhOf } from "../../kernels/beside/elementary.ts";
import { nothing } from "../../kernels/beside/elementwise.ts";
import { ownPrimitive, type Primitive } from "../../ops/op.ts";
import { floated, stretch } from "../../tensor/operands.ts";
import { resultDtype } from "../../tensor/promotion.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { tensorOf } from "../tensorOf.ts";

/** `1/√(1 − x²)`. */
const steepness = (x: Tensor): Tensor => x.square().neg().add(1).rsqrt();
/** `1/(x² + y²)`. */
const perSquares = (y: Tensor, x: Tensor): Tensor => y.square().add(x.square()).pow(-1);

/** `y = arcsin x`, `dy/dx = 1/√(1 − x²)`. */
const asinOp: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "asin",
  forward: (k, x) => k.beside(asinOf, [x], nothing),
  vjp: [(g, _y, x) => g.mul(steepness(x))],
  needs: "inputs",
});

/** `y = arccos x`, `dy/dx = −1/√(1 − x²)`. */
const acosOp: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "acos",
  forward: (k, x) => k.beside(acosOf, [x], nothing),
  vjp: [(g, _y, x) => g.mul(steepness(x).neg())],
  needs: "inputs",
});

/** `y = arctan x`, `dy/dx = 1/(1 + x²)`. */
const atanOp: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "atan",
  forward: (k, x) => k.beside(atanOf, [x], nothing),
  vjp: [(g, _y, x) => g.div(x.square().add(1))],
  needs: "inputs",
});

/** `y = sinh x`, `dy/dx = cosh x`. */
const sinhOp: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "sinh",
  forward: (k, x) => k.beside(sinhOf, [x], nothing),
  vjp: [(g, _y, x) => g.mul(cosh(x))],
  needs: "inputs",
});

/** `y = cosh x`, `dy/dx = sinh x`. */
const coshOp: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "cosh",
  forward: (k, x) => k.beside(coshOf, [x], nothing),
  vjp: [(g, _y, x) => g.mul(sinh(x))],
  needs: "inputs",
});

/** The angle of `(x, y)`: `dy` is `x/(x² + y²)`, and `dx` is `−y/(x² + y²)`. */
const atan2Op: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "atan2",
  forward: (k, y, x) => k.beside(atan2Of, [y, x], nothing),
  vjp: [(g, _, y, x) => g.mul(x.mul(perSquares(y, x))), (g, _, y, x) => g.mul(y.neg().mul(perSquares(y, x)))],
  needs: "inputs",
});

/**
 * `y = arcsin x`, elementwise, from −π/2 to π/2; NaN beyond −1 and 1. Whole numbers become float32.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.asin`.
 *
 * @example
 * ```ts
 * import { asin, tensor } from "evenkeel";
 *
 * console.log(asin(tensor([0, 0.5, 1]))); // => tensor([0.0000, 0.5236, 1.5708])
 * ```
 */
export function asin(x: Tensor): Tensor {
  return floated(tensorOf("asin", x)).through(asinOp);
}

/**
 * `y = arccos x`, elementwise, from 0 to π; NaN beyond −1 and 1. Whole numbers become float32.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.acos`.
 *
 * @example
 * ```ts
 * import { acos, tensor } from "evenkeel";
 *
 * console.log(acos(tensor([-1, 0.5, 1]))); // => tensor([3.1416, 1.0472, 0.0000])
 * ```
 */
export function acos(x: Tensor): Tensor {
  return floated(tensorOf("acos", x)).through(acosOp);
}

/**
 * `y = arctan x`, elementwise, from −π/2 to π/2. Whole numbers become float32.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.atan`.
 *
 * @example
 * ```ts
 * import { atan, tensor } from "evenkeel";
 *
 * console.log(atan(tensor([0, 1, Infinity]))); // => tensor([0.0000, 0.7854, 1.5708])
 * ```
 */
export function atan(x: Tensor): Tensor {
  return floated(tensorOf("atan", x)).through(atanOp);
}

/**
 * The angle of the points `(x, y)`, elementwise, broadcasting: from −π to π, the signs of zeros counting. Whole numbers become
 * float32.
 *
 * @param y - comes first, as everywhere.
 * @throws {@link TensorError} if they are no tensors, or the shapes do not broadcast.
 * @see PyTorch `torch.atan2`.
 *
 * @example
 * ```ts
 * import { atan2, tensor } from "evenkeel";
 *
 * console.log(atan2(tensor([1, 1, -1]), tensor([1, -1, -1]))); // => tensor([ 0.7854,  2.3562, -2.3562])
 * ```
 */
export function atan2(y: Tensor, x: Tensor): Tensor {
  const [above, beside] = [floated(tensorOf("atan2", y)), floated(tensorOf("atan2", x))];
  const dtype = resultDtype(above, beside);
  const shape = broadcast("atan2", above.shape, beside.shape);
  return stretch(above.to(dtype), shape).through(atan2Op, stretch(beside.to(dtype), shape));
}

/**
 * `y = sinh x = ½(eˣ − e⁻ˣ)`, elementwise. Whole numbers become float32.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.sinh`.
 *
 * @example
 * ```ts
 * import { sinh, tensor } from "evenkeel";
 *
 * console.log(sinh(tensor([0, 1]))); // => tensor([0.0000, 1.1752])
 * ```
 */
export function sinh(x: Tensor): Tensor {
  return floated(tensorOf("sinh", x)).through(sinhOp);
}

/**
 * `y = cosh x = ½(eˣ + e⁻ˣ)`, elementwise. Whole numbers become float32.
 *
 * @throws {@link TensorError} if `x` is no tensor.
 * @see PyTorch `torch.cosh`.
 *
 * @example
 * ```ts
 * import { cosh, tensor } from "evenkeel";
 *
 * console.log(cosh(tensor([0, 1]))); // => tensor([1.0000, 1.5431])
 * ```
 */
export function cosh(x: Tensor): Tensor {
  return floated(tensorOf("cosh", x)).through(coshOp);
}
