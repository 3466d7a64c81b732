import { cat } from "../../../functions/combine.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import type { FileNode } from "../decode.ts";
import { dataTypes } from "../graph.ts";
import { all, intsOf, numberOf, type Operator, type Value } from "./value.ts";

/** A reduction over the dimensions that an attribute or the second input names, or over all. */
const over =
  (fn: (x: Tensor, dims: readonly number[]) => Tensor): Operator =>
  ([first, second = null], node) => {
    const [{ x, type }] = all([first], node);
    const named = second === null ? (node.attributes.get("axes") as readonly number[] | undefined) : intsOf(second);
    const isNamed = named !== undefined && named.length > 0;
    const rest = numberOf(node, "noop_with_empty_axes", 0) === 1 ? [] : x.shape.map((_, d) => d);
    const dims = isNamed ? named.map((d) => (d < 0 ? d + x.ndim : d)) : rest;
    const y = dims.length === 0 ? x : fn(x, dims);
    const kept = x.shape.flatMap((size, d) =>
      dims.includes(d) ? (numberOf(node, "keepdims", 1) === 1 ? [1] : []) : [size],
    );
    return [{ x: y.reshape(kept), type }];
  };

/** One dimension after the other, the last first. */
const oneByOne = (fn: (x: Tensor, dim: number) => Tensor) => (x: Tensor, dims: readonly number[]) =>
  dims.toSorted((a, b) => b - a).reduce(fn, x);

const along =
  (fn: (x: Tensor, dim: number) => Tensor): Operator =>
  (inputs, node) => {
    const [{ x, type }] = all(inputs, node);
    return [{ x: fn(x, numberOf(node, "axis", -1)), type }];
  };

const best =
  (fn: (x: Tensor, dim: number, keepdim: boolean) => Tensor): Operator =>
  (inputs, node) => {
    const [{ x }] = all(inputs, node);
    const indices = fn(x, numberOf(node, "axis", 0), numberOf(node, "keepdims", 1) === 1);
    return [{ x: indices.to("float64"), type: dataTypes.int64 }];
  };

function topK(inputs: readonly (Value | null)[], node: FileNode): readonly Value[] {
  const [{ x, type }, count] = all(inputs, node);
  const [k] = intsOf(count);
  const { values, indices } = x.topk(k, numberOf(node, "axis", -1), { largest: numberOf(node, "largest", 1) === 1 });
  return [
    { x: values, type },
    { x: indices.to("float64"), type: dataTypes.int64 },
  ];
}

/** Sums of what is before, from either end; without the element itself where they are exclusive. */
function cumSum(inputs: readonly (Value | null)[], node: FileNode): readonly Value[] {
  const [{ x, type }, axis] = all(inputs, node);
  const [named] = intsOf(axis);
  const dim = named < 0 ? named + x.ndim : named;
  const isReverse = numberOf(node, "reverse", 0) === 1;
  const [turned, size] = [isReverse ? x.flip(dim) : x, x.shape[dim]];
  let y = turned.cumsum(dim);
  if (numberOf(node, "exclusive", 0) === 1 && size > 0)
    y = cat([turned.slice(dim, 0, 1).mul(0), y.slice(dim, 0, size - 1)], dim);
  return [{ x: isReverse ? y.flip(dim) : y, type }];
}

/** Operators that reduce, or go along a dimension. */
export const reduce: Readonly<Record<string, Operator>> = {
  ReduceMean: over((x, dims) => x.mean(dims)),
  ReduceSum: over((x, dims) => x.sum(dims)),
  ReduceProd: over(oneByOne((x, dim) => x.prod(dim))),
  ReduceMax: over((x, dims) => x.amax(dims)),
  ReduceMin: over((x, dims) => x.amin(dims)),
  ReduceLogSumExp: over((x, dims) => x.logsumexp(dims)),
  ArgMax: best((x, dim, keepdim) => x.argmax(dim, { keepdim })),
  ArgMin: best((x, dim, keepdim) => x.argmin(dim, { keepdim })),
  Softmax: along((x, dim) => x.softmax(dim)),
  LogSoftmax: along((x, dim) => x.logSoftmax(dim)),
  TopK: topK,
  CumSum: cumSum,
};
