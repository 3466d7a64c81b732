import { isTensor } from "../base/brand.ts";
import { type Dtype, isFloat } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { sameShape } from "../base/shapes.ts";
import { shared, whole } from "../base/shared.ts";
import type { NDArray } from "../kernels/array.ts";
import { refuseDetached } from "../kernels/memory/detached.ts";
import { takenBy } from "../kernels/memory/pool.ts";
import { checkElements, operandFor } from "./checks.ts";
import { widest } from "./promotion.ts";
import type { Operand, Tensor } from "./tensor.ts";

export const add_ = <T extends Tensor>(x: T, b: Operand): T => become("add_", x, [b], (own) => own.add(b));

export const sub_ = <T extends Tensor>(x: T, b: Operand): T => become("sub_", x, [b], (own) => own.sub(b));

export const mul_ = <T extends Tensor>(x: T, b: Operand): T => become("mul_", x, [b], (own) => own.mul(b));

export const div_ = <T extends Tensor>(x: T, b: Operand): T => become("div_", x, [b], (own) => own.div(b));

export function copy_<T extends Tensor>(x: T, b: Tensor): T {
  if (!isTensor(b)) throw new TensorError("copy_", { expected: "a tensor", got: describe(b) });
  checkElements("copy_", x.dtype, b);
  return become("copy_", x, [b], (own) => b.detach().expand(own.shape).to(own.dtype));
}

export function fill_<T extends Tensor>(x: T, value: number | boolean): T {
  refuseInPlace("fill_", x);
  if (typeof value !== "number" && typeof value !== "boolean") {
    throw new TensorError("fill_", { expected: "a number", got: describe(value) });
  }
  whole("fill_", [x.array, operandFor("fill_", x.dtype, value)], fillWith);
  return x;
}

function fillWith(x: NDArray, value: number): void {
  x.data.fill(value);
  x.bump();
}

export function zero_<T extends Tensor>(x: T): T {
  refuseInPlace("zero_", x);
  return x.fill_(0);
}

export function lerp_<T extends Tensor>(x: T, end: Tensor, weight: Operand): T {
  if (!isTensor(end)) throw new TensorError("lerp_", { expected: "a tensor", got: describe(end) });
  if (!isTensor(weight) && typeof weight !== "number") {
    throw new TensorError("lerp_", { expected: "a tensor or a number as weight", got: describe(weight) });
  }
  // From the nearer end, so that a weight of 1 gives `end` exactly.
  const isFar = typeof weight === "number" && weight >= 0.5;
  return become("lerp_", x, [end, weight], (own) => {
    const way = end.sub(own);
    return isFar ? end.sub(way.mul(1 - weight)) : own.add(way.mul(weight));
  });
}

export function refuseInPlace(where: string, x: Tensor): void {
  refuseDetached(where, x.array);
  if (!shared().gradEnabled || !x.requiresGrad) return;
  throw new TensorError(where, {
    expected: "a tensor that wants no gradient, or noGrad",
    got: x.isLeaf ? "a leaf with requiresGrad" : `the output of ${x.node?.op.name}, which is on the tape`,
    hint: `Wrap it, noGrad(() => x.${where}(…)), or make a new tensor.`,
  });
}

/** @internal Takes on the values that `make` computes from it, of its own shape. */
export function become<T extends Tensor>(
  where: string,
  x: T,
  others: readonly unknown[],
  make: (x: Tensor) => Tensor,
): T {
  refuseInPlace(where, x);
  const wanting = shared().gradEnabled && others.find((other) => isTensor(other) && other.requiresGrad);
  if (wanting) {
    throw new TensorError(where, {
      expected: "an operand that wants no gradient, or noGrad",
      got: describe(wanting),
      hint: "What happens in place is not recorded: make a new tensor, or use other.detach().",
    });
  }
  const [y, taken] = takenBy(true, () => make(x.detach()));
  if (!sameShape(y.shape, x.shape) || widest(y.dtype, floatsAlike(x.dtype)) !== floatsAlike(x.dtype)) {
    throw new TensorError(where, {
      expected: `a result that fits ${describe(x)}`,
      got: describe(y),
      hint: sameShape(y.shape, x.shape) ? "Convert first: x.to(…)." : "What happens in place keeps its shape.",
    });
  }
  refuseDetached(where, y.array);
  overwrite(x.array, y.array);
  taken.give();
  return x;
}

/** Gives `x` the numbers of `y`, in place. */
export function overwrite(x: NDArray, y: NDArray): void {
  x.data.set(y.data);
  x.bump();
  shared().listener?.overwritten(x, y);
}

/** Floats take values of any float: in place, float64 may be rounded to float32, but a fraction not to a whole. */
function floatsAlike(dtype: Dtype): Dtype {
  return isFloat(dtype) ? "float64" : dtype;
}
