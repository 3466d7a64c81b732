import { isTensor } from "../base/brand.ts";
import type { Dtype, Shape } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { broadcast, columnOf, oneRepeats, sameShape } from "../base/shapes.ts";
import { kernels } from "../kernels/index.ts";
import type { Op } from "../ops/op.ts";
import * as shaping from "../ops/shape.ts";
import { floating, resultDtype, withScalar } from "./promotion.ts";
import type { Operand, Tensor } from "./tensor.ts";

/** A tensor in the dtype in which it meets a plain number. */
export function meeting(where: string, x: Tensor, b: unknown): Tensor {
  if (typeof b === "number" || typeof b === "boolean") return x.to(withScalar(x.dtype, b));
  throw new TensorError(where, { expected: "a tensor or a number", got: describe(b) });
}

/** Promotes, broadcasts, applies. */
export function binary(where: string, op: Op, a: Tensor, b: Operand): Tensor {
  if (!isTensor(b)) {
    const x = meeting(where, a, b);
    return binary(where, op, x, x.wrap(kernels().fill(x.dtype, [], scalarFor(x.dtype, b))));
  }
  const dtype = resultDtype(a, b);
  const [x, y] = [a.to(dtype), b.to(dtype)];
  if (oneRepeats(x.shape, y.shape)) return x.through(op, y);
  const shape = broadcast(where, x.shape, y.shape);
  if (meet(x.shape, y.shape)) return x.through(op, y);
  // What repeats as a whole along a shape, as rows do, need not be stretched to it.
  if (oneRepeats(shape, y.shape)) return stretch(x, shape).through(op, y);
  return oneRepeats(shape, x.shape)
    ? x.through(op, stretch(y, shape))
    : stretch(x, shape).through(op, stretch(y, shape));
}

/** Whether kernels of two arrays take those of these shapes as they are: one repeats, or is a column. */
export function meet(a: Shape, b: Shape): boolean {
  return oneRepeats(a, b) || columnOf(a, b) + columnOf(b, a) > 0;
}

/** A tensor, or, of whole numbers, its float32. */
export function floated(x: Tensor): Tensor {
  return x.to(floating(x.dtype));
}

/** Broadcast to a shape already known to fit. */
export function stretch(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : x.through(shaping.expand(shape));
}

/** A plain number as an operation in a dtype sees it: in float32 it is a float32 too. */
export function scalarFor(dtype: Dtype, value: number | boolean): number {
  return dtype === "float32" ? Math.fround(Number(value)) : Number(value);
}
