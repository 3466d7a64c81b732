import { TensorError } from "../../../base/errors.ts";
import { type Amount, fixed, isFixed, sizeOf } from "../amount.ts";
import { type MergedCall, numberAt, type Operand, reshaped, type Write } from "../call.ts";
import type { Graph } from "../graph.ts";
import { deviation } from "./reduce.ts";

/** Batch norm by statistics that are given, or that it takes of its input. */
function batchNorm(graph: Graph, call: MergedCall): string {
  const eps = numberAt(call, 0);
  if (call.inputs.length === 5) return byGiven(graph, call, eps);
  const [x, described, weight, bias] = call.inputs;
  const { shape, dtype } = described;
  // Examples mixed with one another: a layer norm, of one example each as a channel, does not.
  if (described.name !== x.name || !isFixed(shape[0]) || !isFixed(shape[2] ?? fixed(1))) {
    throw new TensorError("exportOnnx", {
      expected: "a batch norm in evaluation",
      got: "one that trains or has no running statistics, so that its output depends on the batch",
    });
  }
  const dims = shape.length === 2 ? [0] : [0, 2];
  const count = sizeOf(dims.map((d) => shape[d]));
  const { centred, squares } = deviation(graph, x.name, dims, count, dtype);
  const total = graph.node("ReduceSum", [squares, graph.fixedInts(dims)], { keepdims: 1 });
  const mean = graph.node("Div", [total, graph.scalar(count, dtype)]);
  const scale = graph.node("Sqrt", [graph.node("Add", [mean, graph.scalar(eps, dtype)])]);
  return affine(graph, x, graph.node("Div", [centred, scale]), weight, bias);
}

function byGiven(graph: Graph, { inputs, dtype }: MergedCall, eps: number): string {
  const [x, mean, variance, weight, bias] = inputs;
  // ONNX has eps as a float32 only.
  if (dtype === "float32") {
    const names = [x, weight, bias, mean, variance].map(({ name }) => name);
    return graph.node("BatchNormalization", names, { epsilon: { float: eps } });
  }
  const centred = graph.node("Sub", [x.name, channels(graph, x, mean)]);
  const spread = graph.node("Add", [channels(graph, x, variance), graph.scalar(eps, dtype)]);
  return affine(graph, x, graph.node("Div", [centred, graph.node("Sqrt", [spread])]), weight, bias);
}

function affine(graph: Graph, x: Operand, normalised: string, weight: Operand, bias: Operand): string {
  return graph.node("Add", [graph.node("Mul", [normalised, channels(graph, x, weight)]), channels(graph, x, bias)]);
}

/** A value for each channel, laid out to meet `x` `[n, c]` or `[n, c, l]`. */
function channels(graph: Graph, x: Operand, v: Operand): string {
  const [c] = v.shape as [Amount];
  return x.shape.length === 2 ? v.name : reshaped(graph, v.name, v.shape, [fixed(1), c, fixed(1)]);
}

/** Kernels that normalise. */
export const norms: Readonly<Record<string, Write>> = { batchNorm };
