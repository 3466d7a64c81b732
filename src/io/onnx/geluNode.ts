import type { Dtype } from "../../kernels/array.ts";
import type { Graph } from "./graph.ts";

/** Adds the nodes of GELU, which ONNX has as one only in later versions; returns the name of what they make. */
export function geluNode(
  graph: Graph,
  input: string,
  approximate: "none" | "tanh",
  dtype: Dtype,
  label: string,
): string {
  const number = (value: number) => graph.scalar(label, value, dtype as "float32" | "float64");
  const binary = (type: string, a: string, b: string) => graph.node(type, [a, b]);
  const half = binary("Mul", input, number(0.5));
  if (approximate === "none") {
    const erf = graph.node("Erf", [binary("Mul", input, number(Math.SQRT1_2))]);
    return binary("Mul", half, binary("Add", erf, number(1)));
  }
  const cube = binary("Mul", binary("Mul", input, input), input);
  const inner = binary("Add", input, binary("Mul", cube, number(0.044715)));
  const tanh = graph.node("Tanh", [binary("Mul", inner, number(Math.SQRT2 * 2 * Math.sqrt(1 / Math.PI) * 0.5))]);
  return binary("Mul", half, binary("Add", tanh, number(1)));
}
