import { isTensor } from "../../base/brand.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { broadcast, sameShape } from "../../base/shapes.ts";
import { nothing } from "../../kernels/beside/elementwise.ts";
import { addAtOf, placeOf } from "../../kernels/beside/place.ts";
import { rows } from "../../ops/indexing.ts";
import { ownPrimitive, type Primitive } from "../../ops/op.ts";
import { checkIndex, operandFor, wholeNumbers } from "../../tensor/checks.ts";
import { stretch } from "../../tensor/operands.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { nonzero } from "../count.ts";
import { full, zerosLike } from "../factories.ts";
import { unbind } from "../parts.ts";
import { tensorOf } from "../tensorOf.ts";

/**
 * The rows of the second input in place of those of `x` that an index (the third) names. What is replaced gets no gradient; what
 * is written gets that of its place, also where something else was written there later.
 */
export const place: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "place",
  forward: (k, x, values, index) => k.beside(placeOf, [x, values, index], nothing),
  vjp: [
    (g, _y, _x, values, index) => g.through(place, zerosLike(values), index),
    (g, _y, _x, _values, index) => g.through(rows, index),
    null,
  ],
  needs: [[2], [2], []],
});

/** The rows of the second input added to those of `x` that an index (the third) names. */
export const addAt: Primitive = /* @__PURE__ */ ownPrimitive({
  name: "addAt",
  forward: (k, x, values, index) => k.beside(addAtOf, [x, values, index], nothing),
  vjp: [(g) => g, (g, _y, _x, _values, index) => g.through(rows, index), null],
  needs: [[], [2], []],
});

/** Indices of one dimension each, or masks of several, as int32 tensors, one for each dimension. */
export function indicesOf(where: string, given: unknown, x: Tensor): readonly Tensor[] {
  const i = wholeNumbers(given, x);
  if (isTensor(i) && i.dtype === "bool" && i.ndim > 0) return unbind(nonzero(tensorOf(where, i)), 1);
  if (isTensor(i) && i.dtype === "int32") return [i];
  throw new TensorError(where, {
    expected: "an int32 tensor of indices, or whole numbers, or a bool mask of one dimension or more",
    got: describe(given),
    hint: isTensor(i) && i.dtype !== "bool" ? 'Convert it: i.to("int32").' : "",
  });
}

/** Refuses a mask whose sizes are not those of the dimensions that it is for. */
export function checkMask(where: string, mask: Tensor, { shape }: Tensor, from: number): void {
  const sizes = shape.slice(from, from + mask.ndim);
  if (sameShape(mask.shape, sizes)) return;
  throw new TensorError(where, { expected: `a mask of the shape ${show(sizes)}`, got: show(mask.shape) });
}

/** Indices into neighbouring dimensions of these sizes, broadcast, as indices into one that has all their elements. */
export function joined(where: string, indices: readonly Tensor[], sizes: readonly number[], x: Tensor): Tensor {
  const counted = indices.map((i, d) => checkIndex(where, i, sizes[d], x));
  const shape = counted.reduce<readonly number[]>((met, i) => broadcast(where, met, i.shape), []);
  const flat = counted.reduce((sum, i, d) => (d === 0 ? i : sum.mul(sizes[d]).add(i)));
  return stretch(flat, shape);
}

/** What is to be written: a number, or a tensor of the dtype of `x`, broadcast to a shape. */
export function valuesFor(where: string, values: unknown, x: Tensor, shape: readonly number[]): Tensor {
  if (typeof values === "number" || typeof values === "boolean") {
    return full(shape, operandFor(where, x.dtype, values), { dtype: x.dtype });
  }
  const y = tensorOf(where, values);
  if (y.dtype !== x.dtype) {
    throw new TensorError(where, {
      expected: `values of the dtype of what they are written to, ${x.dtype}`,
      got: describe(y),
      hint: `Convert them: values.to("${x.dtype}").`,
    });
  }
  if (sameShape(y.shape, shape)) return y;
  if (y.ndim <= shape.length && sameShape(broadcast(where, y.shape, shape), shape)) return stretch(y, shape);
  throw new TensorError(where, { expected: `values that broadcast to ${show(shape)}`, got: show(y.shape) });
}
