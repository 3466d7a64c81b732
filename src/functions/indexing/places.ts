import { isTensor } from "../../base/brand.ts";
import { sizeOf } from "../../base/dtype.ts";
import { describe, show, TensorError } from "../../base/errors.ts";
import { broadcast, oneRepeats, sameShape } from "../../base/shapes.ts";
import { nonzero } from "../../ops/indexing.ts";
import { checkIndex, operandFor, wholeNumbers } from "../../tensor/checks.ts";
import { stretch } from "../../tensor/operands.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { full } from "../factories.ts";
import { tensorOf } from "../tensorOf.ts";

/** Indices into one dimension, int32, or a mask of some. */
export interface Named {
  readonly index: Tensor;
  /** Of how many dimensions. */
  readonly dims: number;
}

/** What indices or a mask are, to be refused where they are none. */
export function namedOf(where: string, given: unknown, x: Tensor): Named {
  const index = wholeNumbers(given, x);
  if (isTensor(index) && index.dtype === "int32") return { index, dims: 1 };
  if (isTensor(index) && index.dtype === "bool" && index.ndim > 0) return { index, dims: index.ndim };
  throw new TensorError(where, {
    expected: "an int32 tensor of indices, or whole numbers, or a bool mask of one dimension or more",
    got: describe(given),
    hint: isTensor(index) && index.dtype !== "bool" ? 'Convert it: i.to("int32").' : "",
  });
}

/** Refuses a mask whose sizes are not those of the dimensions that it is for. */
export function checkMask(where: string, { index, dims }: Named, { shape }: Tensor, from: number): void {
  const sizes = shape.slice(from, from + dims);
  if (index.dtype !== "bool" || sameShape(index.shape, sizes)) return;
  throw new TensorError(where, { expected: `a mask of the shape ${show(sizes)}`, got: show(index.shape) });
}

/** A number for each element that indices name together. */
export interface Joined {
  readonly index: Tensor;
  /** How many elements of the whole lie from one number to the next. */
  readonly unit: number;
}

/**
 * Indices from dimensions of `x` on, each from its own, broadcast, as one into all of its elements.
 *
 * @param from - the first dimension of each, one after the other.
 */
export function joined(where: string, named: readonly Named[], from: readonly number[], x: Tensor): Joined {
  const apart = named.map(({ dims }, i) => Math.max(1, sizeOf(x.shape.slice(from[i] + dims))));
  const counted = named.map(({ index }, i) =>
    index.dtype === "bool" ? index.through(nonzero) : checkIndex(where, index, x.shape[from[i]], x),
  );
  const shape = counted.reduce<readonly number[]>((met, i) => broadcast(where, met, i.shape), []);
  const unit = apart[apart.length - 1]; // the least, for the last
  const scaled = counted.map((i, d) => (apart[d] === unit ? i : i.mul(apart[d] / unit)));
  return {
    index: stretch(
      scaled.reduce((sum, i) => sum.add(i)),
      shape,
    ),
    unit,
  };
}

/**
 * What is to be written: a number, or a tensor of the dtype of `x`, broadcast to a shape.
 *
 * @param mayRepeat - whether what repeats as a whole along the shape, as rows do, may be left as it is.
 */
export function valuesFor(
  where: string,
  values: unknown,
  x: Tensor,
  shape: readonly number[],
  mayRepeat = false,
): Tensor {
  if (typeof values === "number" || typeof values === "boolean") {
    return full(mayRepeat ? [] : shape, operandFor(where, x.dtype, values), { dtype: x.dtype });
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
  if (y.ndim <= shape.length && sameShape(broadcast(where, y.shape, shape), shape)) {
    return mayRepeat && oneRepeats(shape, y.shape) ? y : stretch(y, shape);
  }
  throw new TensorError(where, { expected: `values that broadcast to ${show(shape)}`, got: show(y.shape) });
}
