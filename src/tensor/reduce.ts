import { isTensor } from "../base/brand.ts";
import type { Shape } from "../base/dtype.ts";
import { describe, TensorError } from "../base/errors.ts";
import { finiteNumber, flag } from "../base/optionKinds.ts";
import { checkGiven, type OptionRules, optionsOf } from "../base/optionRules.ts";
import { dimOf, dimsOf, sameShape } from "../base/shapes.ts";
import * as indexing from "../ops/indexing.ts";
import type { Op } from "../ops/op.ts";
import * as ops from "../ops/reduce.ts";
import * as shaping from "../ops/shape.ts";
import { refuseWhole } from "./checks.ts";
import { floated } from "./operands.ts";
import type { Tensor, ValuesAndIndices } from "./tensor.ts";

/** Whether a reduction leaves dimensions of size one where it has reduced. */
export interface KeepdimOptions {
  /** Default `false`. */
  readonly keepdim?: boolean;
}

/** Options of {@link Tensor.var} and {@link Tensor.std}. */
export interface VarianceOptions extends KeepdimOptions {
  /** What the count is lessened by before it divides: 1 is unbiased, 0 biased. Default `1`. */
  readonly correction?: number;
}

const keepdim = { is: flag, default: false } as const;
const keepdimRules = { keepdim } as const satisfies OptionRules<KeepdimOptions>;
const varianceRules = { correction: { is: finiteNumber, default: 1 }, keepdim } satisfies OptionRules<VarianceOptions>;

type SortOptions = NonNullable<Parameters<Tensor["sort"]>[1]>;
const sortRules = { descending: { is: flag, default: false } } as const satisfies OptionRules<SortOptions>;

type TopkOptions = NonNullable<Parameters<Tensor["topk"]>[2]>;
const topkRules = { largest: { is: flag, default: true } } as const satisfies OptionRules<TopkOptions>;

/** Whether dimensions are kept; refuses options that are wrong. */
export function keepdimOf(where: string, options: KeepdimOptions | undefined): boolean {
  checkGiven(where, options, keepdimRules);
  return options?.keepdim ?? keepdim.default;
}

/** Dimensions, or none for all. */
type Dims = number | readonly number[] | undefined;

export function sum(a: Tensor, dim: Dims, options?: KeepdimOptions): Tensor {
  const x = a.dtype === "bool" ? a.to("int32") : a;
  return reduceOver("sum", ops.sum, x, dim, options);
}

export function sumToSize(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const offset = x.ndim - shape.length;
  const isSpread = (d: number) => d < offset || (shape[d - offset] === 1 && x.shape[d] !== 1);
  const dims: number[] = [];
  for (let d = 0; d < x.ndim; d++) if (isSpread(d)) dims.push(d);
  const isRun = dims.length > 0 && dims[dims.length - 1] - dims[0] === dims.length - 1;
  const fits = shape.every((size, d) => size === 1 || size === x.shape[offset + d]);
  if (isRun && fits) return x.through(ops.sum(dims[0], dims[0] + dims.length, shape));
  return (dims.length === 0 ? x : x.sum(dims)).reshape(shape);
}

export function mean(x: Tensor, dim: Dims, options?: KeepdimOptions): Tensor {
  refuseWhole("mean", x);
  return reduceOver("mean", ops.mean, x, dim, options);
}

export function prod(a: Tensor, dim: number | undefined, options?: KeepdimOptions): Tensor {
  const x = a.dtype === "bool" ? a.to("int32") : a;
  return reduceOver("prod", ops.prod, x, dim, options);
}

export function max(x: Tensor, dim: number | undefined, options?: KeepdimOptions): Tensor | ValuesAndIndices {
  return dim === undefined ? extreme("max", ops.max, x, dim) : best("max", ops.argmax, x, dim, options);
}

export function min(x: Tensor, dim: number | undefined, options?: KeepdimOptions): Tensor | ValuesAndIndices {
  return dim === undefined ? extreme("min", ops.min, x, dim) : best("min", ops.argmin, x, dim, options);
}

export const amax = (x: Tensor, dim: Dims, options?: KeepdimOptions): Tensor =>
  extreme("amax", ops.amax, x, dim, options);

export const amin = (x: Tensor, dim: Dims, options?: KeepdimOptions): Tensor =>
  extreme("amin", ops.amin, x, dim, options);

export const argmax = (x: Tensor, dim: number | undefined, options?: KeepdimOptions): Tensor =>
  extreme("argmax", ops.argmax, x, dim, options);

export const argmin = (x: Tensor, dim: number | undefined, options?: KeepdimOptions): Tensor =>
  extreme("argmin", ops.argmin, x, dim, options);

export function any(x: Tensor, dim: Dims, options?: KeepdimOptions): Tensor {
  if (isNone(dim)) return x.to("bool");
  return reduceOver("any", ops.any, x, dim, options);
}

export function all(x: Tensor, dim: Dims, options?: KeepdimOptions): Tensor {
  if (isNone(dim)) return x.to("bool");
  return reduceOver("all", ops.all, x, dim, options);
}

export const variance = (x: Tensor, dim: Dims, options?: VarianceOptions): Tensor =>
  varianceOver("var", ops.variance, x, dim, options);

export const std = (x: Tensor, dim: Dims, options?: VarianceOptions): Tensor =>
  varianceOver("std", ops.std, x, dim, options);

export function norm(x: Tensor, p: number, dim: Dims, options?: KeepdimOptions): Tensor {
  refuseWhole("norm", x);
  if (typeof p !== "number" || Number.isNaN(p)) {
    throw new TensorError("norm", { expected: "a number p", got: describe(p) });
  }
  if (p === 2) return reduceOver("norm", ops.norm2, x, dim, options);
  if (p === 0) return reduceOver("norm", ops.sum, x.ne(0).to(x.dtype), dim, options);
  if (p === 1) return reduceOver("norm", ops.sum, x.abs(), dim, options);
  if (p === Number.POSITIVE_INFINITY) return extreme("norm", ops.largest, x.abs(), dim, options);
  if (p === Number.NEGATIVE_INFINITY) return extreme("norm", ops.smallest, x.abs(), dim, options);
  return reduceOver("norm", (start, end) => ops.normOf(p, start, end), x, dim, options);
}

export function logsumexp(x: Tensor, dim: number | readonly number[], options?: KeepdimOptions): Tensor {
  if (dim === undefined) {
    throw new TensorError("logsumexp", {
      expected: "a dimension, or several",
      got: "none",
      hint: "x.logsumexp(-1).",
    });
  }
  return reduceOver("logsumexp", ops.logsumexp, floated(x), dim, options);
}

export function softmax(a: Tensor, dim: number): Tensor {
  const x = floated(a);
  return alongDim("softmax", ops.softmax, x, dim);
}

export function logSoftmax(a: Tensor, dim: number): Tensor {
  const x = floated(a);
  return alongDim("logSoftmax", ops.logSoftmax, x, dim);
}

export function cumsum(a: Tensor, dim: number): Tensor {
  const x = a.dtype === "bool" ? a.to("int32") : a;
  return alongDim("cumsum", ops.cumsum, x, dim);
}

export function sort(x: Tensor, dim: number, options?: SortOptions): ValuesAndIndices {
  const { descending } = optionsOf("sort", options, sortRules);
  const along = dimOf("sort", dim, x.ndim);
  return inOrder(x, along, descending, x.shape[along] ?? 1);
}

export function topk(x: Tensor, k: number, dim: number, options?: TopkOptions): ValuesAndIndices {
  const { largest } = optionsOf("topk", options, topkRules);
  const along = dimOf("topk", dim, x.ndim);
  const length = x.shape[along] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > length) {
    throw new TensorError("topk", { expected: `a k from 0 to ${length}`, got: describe(k) });
  }
  return inOrder(x, along, largest, k);
}

function reduceOver(
  where: string,
  op: (start: number, end: number, shape?: Shape) => Op,
  a: Tensor,
  dim: Dims,
  options?: KeepdimOptions,
): Tensor {
  return reduced(where, op, a, dim, keepdimOf(where, options));
}

/** Reduces over dimensions, brought together first where they are not neighbours. */
function reduced(
  where: string,
  op: (start: number, end: number, shape?: Shape) => Op,
  a: Tensor,
  dim: Dims,
  keepdim: boolean,
): Tensor {
  const dims = dimsOf(where, isNone(dim) ? undefined : dim, a.ndim);
  const isRun = dims.every((d, i) => d === dims[0] + i);
  const start = isRun ? (dims[0] ?? 0) : a.ndim - dims.length;
  const x = isRun ? a : a.permute([...a.shape.flatMap((_, d) => (dims.includes(d) ? [] : [d])), ...dims]);
  const shape = keepdim ? a.shape.map((size, d) => (dims.includes(d) ? 1 : size)) : undefined;
  const y = x.through(op(start, start + dims.length, shape));
  return shape === undefined || sameShape(y.shape, shape) ? y : y.through(shaping.reshape(shape));
}

/** A reduction that has to have something to choose from. */
function extreme(
  where: string,
  op: (start: number, end: number) => Op,
  x: Tensor,
  dim: Dims,
  options?: KeepdimOptions,
): Tensor {
  refuseEmpty(where, x, dim);
  return reduceOver(where, op, x, dim, options);
}

function varianceOver(
  where: string,
  make: typeof ops.variance | typeof ops.std,
  x: Tensor,
  dim: Dims,
  options?: VarianceOptions,
): Tensor {
  checkGiven(where, options, varianceRules);
  refuseWhole(where, x);
  const correction = options?.correction ?? varianceRules.correction.default;
  const op = (start: number, end: number, shape?: Shape) => make(start, end, correction, shape);
  return reduced(where, op, x, dim, options?.keepdim ?? keepdim.default);
}

function best(
  where: string,
  op: (start: number, end: number) => Op,
  x: Tensor,
  dim: number,
  options?: KeepdimOptions,
): ValuesAndIndices {
  const keepdim = keepdimOf(where, options);
  if (isTensor(dim)) {
    throw new TensorError(where, {
      expected: "a dimension",
      got: describe(dim),
      hint: `For two tensors use ${where}imum.`,
    });
  }
  refuseEmpty(where, x, dim);
  if (x.ndim === 0) return { values: x.reshape([]), indices: reduceOver(where, op, x, []) };
  const indices = reduced(where, op, x, dim, true);
  const values = x.gather(dim, indices);
  return keepdim ? { values, indices } : { values: values.squeeze(dim), indices: indices.squeeze(dim) };
}

function inOrder(x: Tensor, dim: number, descending: boolean, count: number): ValuesAndIndices {
  if (x.ndim === 0) {
    const { values, indices } = inOrder(x.reshape([1]), 0, descending, count);
    return count === 1 ? { values: values.reshape([]), indices: indices.reshape([]) } : { values, indices };
  }
  const indices = x.through(ops.argsort(dim, descending, count));
  return { values: x.through(indexing.gather(dim), indices), indices };
}

function alongDim(where: string, op: (dim: number) => Op, x: Tensor, dim: number): Tensor {
  const along = dimOf(where, dim, x.ndim);
  return x.ndim === 0 ? x.reshape([1]).through(op(0)).reshape([]) : x.through(op(along));
}

function refuseEmpty(where: string, x: Tensor, dim: Dims): void {
  if (dimsOf(where, isNone(dim) ? undefined : dim, x.ndim).every((d) => x.shape[d] > 0)) return;
  throw new TensorError(where, { expected: "at least one element to choose from", got: describe(x) });
}

/** Whether a list of dimensions is empty: most reductions then take all, as in PyTorch. */
function isNone(dim: Dims): boolean {
  return Array.isArray(dim) && dim.length === 0;
}
