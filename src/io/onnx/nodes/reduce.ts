import { isFloat } from "../../../base/dtype.ts";
import { type Amount, derived, sizeOf } from "../amount.ts";
import { amountAt, type MergedCall, numberAt, type Operand, reshaped, type Write } from "../call.ts";
import type { Graph } from "../graph.ts";
import { cast } from "./elementwise.ts";

/** The dimensions of a run `[start, end)`, the first two settings of a reduction. */
function dimsOf(call: MergedCall): number[] {
  const [start, end] = [numberAt(call, 0), numberAt(call, 1)];
  return Array.from({ length: end - start }, (_, i) => start + i);
}

/** A reduction over a run of dimensions, which it leaves out. */
const over =
  (type: string): Write =>
  (graph, call) =>
    reduced(graph, type, call.inputs[0].name, dimsOf(call), 0);

function reduced(graph: Graph, type: string, name: string, dims: readonly number[], keepdims: number): string {
  if (dims.length === 0) return name;
  if (type === "ReduceSum") return graph.node(type, [name, graph.fixedInts(dims)], { keepdims });
  return graph.node(type, [name], { axes: dims, keepdims });
}

/** Whether some, or all, are not zero: the largest, or the smallest, of zeros and ones. */
const logical =
  (type: string): Write =>
  (graph, call) => {
    const [{ name, dtype }] = call.inputs;
    const isTrue = dtype === "bool" ? name : cast(graph, name, "bool");
    return cast(graph, reduced(graph, type, cast(graph, isTrue, "int32"), dimsOf(call), 0), "bool");
  };

/** The largest or smallest, for bools as whole numbers. */
const extreme =
  (type: string): Write =>
  (graph, call) => {
    const [{ name, dtype }] = call.inputs;
    if (dtype !== "bool") return over(type)(graph, call);
    return cast(graph, reduced(graph, type, cast(graph, name, "int32"), dimsOf(call), 0), "bool");
  };

/** A run of dimensions as one. */
function merged(graph: Graph, { name, shape }: Operand, dims: readonly number[]): { name: string; dim: number } {
  const [first, length] = [dims[0] ?? 0, dims.length];
  const middle = sizeOf(shape.slice(first, first + length));
  return {
    name: reshaped(graph, name, shape, [...shape.slice(0, first), middle, ...shape.slice(first + length)]),
    dim: first,
  };
}

function argBest(graph: Graph, call: MergedCall): string {
  const { name, dim } = merged(graph, call.inputs[0], dimsOf(call));
  const x = call.inputs[0].dtype === "bool" ? cast(graph, name, "int32") : name;
  const type = numberAt(call, 2) > 0 ? "ArgMax" : "ArgMin";
  return cast(graph, graph.node(type, [x], { axis: dim, keepdims: 0 }), "int32");
}

function mean(graph: Graph, call: MergedCall): string {
  const [{ name, shape, dtype }] = call.inputs;
  const dims = dimsOf(call);
  const total = reduced(graph, "ReduceSum", name, dims, 0);
  return graph.node("Div", [total, graph.scalar(sizeOf(dims.map((d) => shape[d])), dtype)]);
}

function variance(graph: Graph, call: MergedCall): string {
  const [{ name, shape, dtype }] = call.inputs;
  const dims = dimsOf(call);
  const count = sizeOf(dims.map((d) => shape[d]));
  const divisor = derived((n, correction) => Math.max(0, n - correction), count, amountAt(call, 2));
  const { squares } = deviation(graph, name, dims, count, dtype);
  return graph.node("Div", [reduced(graph, "ReduceSum", squares, dims, 0), graph.scalar(divisor, dtype)]);
}

/** What is left of `x` without its mean, and the squares of that. */
export function deviation(
  graph: Graph,
  name: string,
  dims: readonly number[],
  count: Amount,
  dtype: "float32" | "float64" | "int32" | "bool",
): { centred: string; squares: string } {
  const total = reduced(graph, "ReduceSum", name, dims, 1);
  const centred = graph.node("Sub", [name, graph.node("Div", [total, graph.scalar(count, dtype)])]);
  return { centred, squares: graph.node("Mul", [centred, centred]) };
}

/** An operation along a dimension, the first setting. */
const along =
  (type: string): Write =>
  (graph, call) =>
    graph.node(type, [call.inputs[0].name], { axis: numberAt(call, 0) });

function cumsum(graph: Graph, call: MergedCall): string {
  return graph.node("CumSum", [call.inputs[0].name, graph.scalar(numberAt(call, 0), "int32")]);
}

function argsort(graph: Graph, call: MergedCall): string {
  const [{ name, dtype }] = call.inputs;
  const x = isFloat(dtype) ? name : cast(graph, name, "int64");
  const count = graph.ints([amountAt(call, 2)]);
  const attributes = { axis: numberAt(call, 0), largest: call.settings[1] === true ? 1 : 0, sorted: 1 };
  const [, indices] = graph.nodeOf("TopK", [x, count], attributes, ["TopK", "TopK.indices"]);
  return cast(graph, indices as string, "int32");
}

function norm2(graph: Graph, call: MergedCall): string {
  const [{ name }] = call.inputs;
  return graph.node("Sqrt", [reduced(graph, "ReduceSum", graph.node("Mul", [name, name]), dimsOf(call), 0)]);
}

/** Kernels that reduce, or go along a dimension. */
export const reduce: Readonly<Record<string, Write>> = {
  sum: over("ReduceSum"),
  mean,
  prod: over("ReduceProd"),
  amax: extreme("ReduceMax"),
  amin: extreme("ReduceMin"),
  logsumexp: over("ReduceLogSumExp"),
  any: logical("ReduceMax"),
  all: logical("ReduceMin"),
  argBest,
  variance,
  std: (graph, call) => graph.node("Sqrt", [variance(graph, call)]),
  norm2,
  softmax: along("Softmax"),
  logSoftmax: along("LogSoftmax"),
  cumsum,
  argsort,
};
