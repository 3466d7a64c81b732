import { isTensor } from "../base/brand.ts";
import { describe, show, TensorError } from "../base/errors.ts";
import { broadcast, dimOf } from "../base/shapes.ts";
import * as compare from "../ops/compare.ts";
import * as ops from "../ops/indexing.ts";
import * as shaping from "../ops/shape.ts";
import { checkIndex, operandFor, wholeNumbers } from "./checks.ts";
import { stretch } from "./operands.ts";
import type { Indices, Tensor } from "./tensor.ts";

export function index(x: Tensor, i: Indices, j?: Indices): Tensor {
  if (isTensor(i) && i.dtype === "bool" && j === undefined) return indexMask(x, i);
  const rows = checkIndex("index", i, x.shape[0], x);
  if (j === undefined) return x.through(ops.rows, rows);
  if (x.ndim < 2) {
    throw new TensorError("index", { expected: "two dimensions or more to pick pairs from", got: describe(x) });
  }
  const columns = checkIndex("index", j, x.shape[1], x);
  const flat = x.reshape([x.shape[0] * x.shape[1], ...x.shape.slice(2)]);
  return flat.through(ops.rows, rows.mul(x.shape[1]).add(columns));
}

function indexMask(x: Tensor, mask: Tensor): Tensor {
  if (mask.ndim > x.ndim || mask.shape.some((size, d) => size !== x.shape[d])) {
    throw new TensorError("index", {
      expected: `a mask of the shape ${show(x.shape)} or of its first dimensions`,
      got: show(mask.shape),
    });
  }
  const flat = x.reshape([mask.numel(), ...x.shape.slice(mask.ndim)]);
  return flat.through(ops.rows, mask.through(ops.nonzero));
}

export function select(x: Tensor, dim: number, i: number): Tensor {
  const along = dimOf("select", dim, x.ndim);
  const size = x.shape[along];
  if (x.ndim === 0 || !Number.isInteger(i) || i < -size || i >= size) {
    throw new TensorError("select", {
      expected: x.ndim === 0 ? "a tensor of one dimension or more" : `an index from ${-size} to ${size - 1}`,
      got: x.ndim === 0 ? "a single number" : describe(i),
    });
  }
  const picked = x.through(shaping.slice(along, i < 0 ? i + size : i, 1, 1));
  return picked.reshape(x.shape.filter((_, d) => d !== along));
}

export function slice(x: Tensor, dim: number, start: number | null, end: number | null, step: number): Tensor {
  const along = dimOf("slice", dim, x.ndim);
  const size = x.shape[along];
  if (x.ndim === 0) throw new TensorError("slice", { expected: "one dimension or more", got: "a single number" });
  if (!Number.isInteger(step) || step < 1) {
    throw new TensorError("slice", { expected: "a whole step of 1 or more", got: describe(step) });
  }
  const bound = (value: number | null, otherwise: number) => {
    if (value === null) return otherwise;
    if (typeof value !== "number" || (!Number.isInteger(value) && Number.isFinite(value)) || Number.isNaN(value)) {
      throw new TensorError("slice", { expected: "whole bounds", got: describe(value) });
    }
    return Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  };
  const [from, to] = [bound(start, 0), bound(end, size)];
  return x.through(shaping.slice(along, from, step, Math.max(0, Math.ceil((to - from) / step))));
}

export function gather(x: Tensor, dim: number, indices: Indices): Tensor {
  const i = wholeNumbers(indices, x);
  const along = dimOf("gather", dim, x.ndim);
  if (isTensor(i) && (i.ndim !== x.ndim || i.shape.some((size, d) => d !== along && size > x.shape[d]))) {
    throw new TensorError("gather", {
      expected: `indices of ${x.ndim} dimensions, no larger than ${show(x.shape)} beside dimension ${along}`,
      got: show(i.shape),
    });
  }
  if (x.ndim === 0)
    return x
      .reshape([1])
      .gather(0, isTensor(i) ? i.reshape([1]) : indices)
      .reshape([]);
  const index = checkIndex("gather", i, x.shape[along], x, 0);
  return x.through(ops.gather(along), index);
}

export function maskedFill(x: Tensor, mask: Tensor, value: number | boolean): Tensor {
  if (!isTensor(mask) || mask.dtype !== "bool" || (typeof value !== "number" && typeof value !== "boolean")) {
    throw new TensorError("maskedFill", {
      expected: "a bool mask and a number",
      got: `${describe(mask)} and ${describe(value)}`,
      hint: isTensor(mask) && mask.dtype !== "bool" ? 'Convert the mask: mask.to("bool").' : "",
    });
  }
  const shape = broadcast("maskedFill", x.shape, mask.shape);
  return stretch(x, shape).through(compare.maskedFill(operandFor("maskedFill", x.dtype, value)), stretch(mask, shape));
}
