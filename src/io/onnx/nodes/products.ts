import { isFloat } from "../../../base/dtype.ts";
import { fixed, isSame } from "../amount.ts";
import { type MergedCall, numberAt, type Write } from "../call.ts";
import type { Graph } from "../graph.ts";

/** `op(a)·op(b)`, of two matrices or of each pair in two batches. */
function matmul(graph: Graph, { inputs: [a, b], settings, dtype }: MergedCall): string {
  const [transposeA, transposeB] = settings.map((setting) => setting === true);
  if (a.shape.length === 2 && isFloat(dtype)) {
    return graph.node("Gemm", [a.name, b.name], { ...(transposeA && { transA: 1 }), ...(transposeB && { transB: 1 }) });
  }
  const perm = a.shape.length === 2 ? [1, 0] : [0, 2, 1];
  const turned = (name: string, isTurned: boolean) => (isTurned ? graph.node("Transpose", [name], { perm }) : name);
  return graph.node("MatMul", [turned(a.name, transposeA), turned(b.name, transposeB)]);
}

/** Rows of `x` that an index names. */
function rows(graph: Graph, { inputs: [x, index] }: MergedCall): string {
  return graph.node("Gather", [x.name, index.name], { axis: 0 });
}

/** Elements picked along a dimension; ONNX wants `x` no larger than the index beside it. */
function gather(graph: Graph, call: MergedCall): string {
  const [x, index] = call.inputs;
  const axis = numberAt(call, 0);
  const larger = x.shape.flatMap((size, d) => (d === axis || isSame(size, index.shape[d]) ? [] : [d]));
  const starts = graph.ints(larger.map(() => fixed(0)));
  const cut =
    larger.length === 0
      ? x.name
      : graph.node("Slice", [x.name, starts, graph.ints(larger.map((d) => index.shape[d])), graph.fixedInts(larger)]);
  return graph.node("GatherElements", [cut, index.name], { axis });
}

/** Kernels that multiply matrices, or pick elements. */
export const products: Readonly<Record<string, Write>> = { matmul, rows, gather };
