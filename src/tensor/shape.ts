import { sizeOf } from "../base/dtype.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { checkRoom, dimOf, dimsOf, shapeOf } from "../base/shapes.ts";
import * as ops from "../ops/shape.ts";
import { stretch } from "./operands.ts";
import type { Tensor } from "./tensor.ts";

/** Sizes, dimensions or counts, one after the other or in a list. */
export type Sizes = number[] | [readonly number[]];

export function reshape(where: string, x: Tensor, shape: readonly unknown[]): Tensor {
  const sizes = shapeOf(where, shape);
  const open = sizes.indexOf(-1);
  if (open >= 0) {
    const known = sizes.reduce((product, size, d) => (d === open ? product : product * size), 1);
    // Beside a size of 0 any number would do for it: as PyTorch, it is left at −1, and refused.
    if (known > 0) sizes[open] = x.numel() / known;
  }
  if (sizeOf(sizes) !== x.numel() || !sizes.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new TensorError(where, {
      expected: `a shape of ${x.numel()} elements, as ${show(x.shape)} has`,
      got: show(shapeOf(where, shape)),
      hint: sizes.filter((size) => size === -1).length > 0 ? "Only one size may be -1." : "",
    });
  }
  return x.through(ops.reshape(sizes));
}

export function expand(x: Tensor, shape: Sizes): Tensor {
  const sizes = shapeOf("expand", shape);
  const offset = sizes.length - x.ndim;
  const target = sizes.map((size, d) => (size === -1 && d >= offset ? x.shape[d - offset] : size));
  const fits = offset >= 0 && x.shape.every((size, d) => size === 1 || size === target[d + offset]);
  if (!fits || target.includes(-1)) {
    throw new TensorError("expand", {
      expected: `a shape that ${show(x.shape)} broadcasts to`,
      got: show(sizes),
      hint: "Only sizes of 1 stretch.",
    });
  }
  checkRoom("expand", target);
  return stretch(x, target);
}

export function repeat(x: Tensor, times: Sizes): Tensor {
  const counts = shapeOf("repeat", times);
  if (counts.length < x.ndim || counts.includes(-1)) {
    throw new TensorError("repeat", {
      expected: `at least ${x.ndim} counts of 0 or more, one per dimension`,
      got: show(counts),
    });
  }
  checkRoom("repeat", [...counts, x.numel()]);
  const padded = [...new Array<number>(counts.length - x.ndim).fill(1), ...x.shape];
  const between = padded.flatMap((size) => [1, size]);
  const repeated = padded.flatMap((size, d) => [counts[d], size]);
  return stretch(x.reshape(between), repeated).reshape(padded.map((size, d) => size * counts[d]));
}

export function permute(x: Tensor, dims: Sizes): Tensor {
  const given = (dims.length === 1 && Array.isArray(dims[0]) ? dims[0] : dims) as readonly number[];
  const order = given.map((dim) => dimOf("permute", dim, x.ndim));
  if (order.length !== x.ndim || new Set(order).size !== order.length) {
    throw new TensorError("permute", {
      expected: `each of the ${x.ndim} dimensions once`,
      got: show(given),
    });
  }
  return order.every((dim, d) => dim === d) ? x.clone() : x.through(ops.permute(order));
}

export function flatten(x: Tensor, startDim: number, endDim: number): Tensor {
  const [start, end] = [dimOf("flatten", startDim, x.ndim), dimOf("flatten", endDim, x.ndim)];
  if (start > end) {
    throw new TensorError("flatten", { expected: "startDim ≤ endDim", got: `${startDim} and ${endDim}` });
  }
  const middle = sizeOf(x.shape.slice(start, end + 1));
  return x.reshape([...x.shape.slice(0, start), middle, ...x.shape.slice(end + 1)]);
}

export function squeeze(x: Tensor, dim?: number): Tensor {
  if (dim === undefined) return x.reshape(x.shape.filter((size) => size !== 1));
  const at = dimOf("squeeze", dim, x.ndim);
  return x.reshape(x.shape.filter((size, d) => d !== at || size !== 1));
}

export function unsqueeze(x: Tensor, dim: number): Tensor {
  const at = dimOf("unsqueeze", dim, x.ndim + 1);
  return x.reshape([...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

export function transpose(x: Tensor, a: number, b: number): Tensor {
  const [p, q] = [dimOf("transpose", a, x.ndim), dimOf("transpose", b, x.ndim)];
  if (x.ndim === 0) return x.reshape([]);
  return x.permute(x.shape.map((_, d) => (d === p ? q : d === q ? p : d)));
}

export function t(x: Tensor): Tensor {
  if (x.ndim > 2) {
    throw new TensorError("t", {
      expected: "at most two dimensions",
      got: describe(x),
      hint: "Use transpose(a, b) or permute(…).",
    });
  }
  return x.ndim === 2 ? x.transpose(0, 1) : x.reshape(x.shape);
}

export function flip(x: Tensor, dims: Sizes): Tensor {
  const given = (dims.length === 1 && Array.isArray(dims[0]) ? dims[0] : dims) as readonly number[];
  return x.through(ops.flip(dimsOf("flip", given, x.ndim)));
}

export function triangle(where: string, x: Tensor, diagonal: number, upper: boolean): Tensor {
  if (x.ndim < 2 || !Number.isInteger(diagonal)) {
    throw new TensorError(where, {
      expected: "two dimensions or more, and a whole diagonal",
      got: `${describe(x)} and ${describe(diagonal)}`,
    });
  }
  return x.through(ops.triangle(diagonal, upper));
}

export function diag(x: Tensor, diagonal: number): Tensor {
  if ((x.ndim !== 1 && x.ndim !== 2) || !Number.isInteger(diagonal)) {
    throw new TensorError("diag", {
      expected: "one or two dimensions, and a whole diagonal",
      got: `${describe(x)} and ${describe(diagonal)}`,
    });
  }
  if (x.ndim === 2) return x.through(ops.diagonal(diagonal));
  const size = x.numel() + Math.abs(diagonal);
  checkRoom("diag", [size, size]);
  return x.through(ops.undiagonal(diagonal, size, size));
}
