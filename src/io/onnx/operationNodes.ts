import { describe, show, TensorError } from "../../errors.ts";
import { NDArray } from "../../kernels/array.ts";
import { kernels } from "../../kernels/index.ts";
import { geluByTanh } from "../../ops/gelu.ts";
import { isFused, type Op } from "../../ops/op.ts";
import type { Tensor } from "../../tensor.ts";
import { geluNode } from "./geluNode.ts";
import type { Graph } from "./graph.ts";

/** Operations of any inputs that ONNX has under another name, and needs nothing else for. */
const alike: Readonly<Record<string, string>> = {
  sub: "Sub",
  maximum: "Max",
  minimum: "Min",
  neg: "Neg",
  exp: "Exp",
  log: "Log",
  sqrt: "Sqrt",
  abs: "Abs",
  sign: "Sign",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  relu: "Relu",
  softplus: "Softplus",
  erf: "Erf",
  sin: "Sin",
  cos: "Cos",
  matmul: "MatMul",
};

/** Operations of two tensors, or of one and a number, which is found by trying. */
const withNumber: Readonly<
  Record<string, { readonly type: string; readonly at: number; readonly of: (y: number) => number }>
> = {
  add: { type: "Add", at: 0, of: (y) => y },
  mul: { type: "Mul", at: 1, of: (y) => y },
  div: { type: "Div", at: 1, of: (y) => 1 / y },
};

/** Operations that only change a shape in a way in which ONNX's own follow by themselves, or that only copy. */
const passedOver = ["expand", "clone"];

/** Adds the node of one operation, and returns the name of what it makes. */
export function operationNode(
  graph: Graph,
  op: Op,
  inputs: readonly string[],
  x: readonly Tensor[],
  y: Tensor,
): string {
  const { name } = op;
  if (passedOver.includes(name)) return inputs[0];
  if (Object.hasOwn(alike, name)) return graph.node(alike[name], inputs);
  if (Object.hasOwn(withNumber, name)) {
    const { type, at, of } = withNumber[name];
    if (inputs.length === 2) return graph.node(type, inputs);
    return graph.node(type, [inputs[0], graph.scalar("constant", of(valueAt(op, at, x[0])), x[0].dtype as "float32")]);
  }
  if (name === "gelu") {
    return geluNode(graph, inputs[0], op === geluByTanh ? "tanh" : "none", x[0].dtype, "constant");
  }
  if (name === "reshape") {
    // The first size stays that of the batch, if it was.
    const [, ...rest] = y.shape;
    const sizes = y.shape[0] === x[0].shape[0] ? [0, ...rest] : y.shape;
    return graph.node("Reshape", [inputs[0], graph.shape("shape", sizes)]);
  }
  throw new TensorError("exportOnnx", {
    expected: "modules of the library, and sums, products and elementwise functions between them",
    got: `the operation ${name} -> ${show(y.shape)}`,
    hint: `Written are ${[...Object.keys(alike), ...Object.keys(withNumber), "gelu", "reshape"].join(", ")}.`,
  });
}

/** The value of an operation on one number. */
function valueAt(op: Op, at: number, { dtype }: Tensor): number {
  if (isFused(op))
    throw new TensorError("exportOnnx", { expected: "an elementwise operation", got: describe(op.name) });
  const data = dtype === "float64" ? Float64Array.of(at) : Float32Array.of(at);
  return Number(op.forward(kernels(), new NDArray(data, [1], dtype)).data[0]);
}
