import { type Dtype, isFloat } from "../../../base/dtype.ts";
import { amountAt, type MergedCall, numberAt, type Operand, refuse, type Write } from "../call.ts";
import { dataTypes, type Graph } from "../graph.ts";

const same =
  (type: string): Write =>
  (graph, { inputs }) =>
    graph.node(
      type,
      inputs.map(({ name }) => name),
    );

/** An operation of two arrays, which on bools is another, or none. */
const binary =
  (type: string, ofBools: string | null): Write =>
  (graph, call) => {
    if (call.dtype !== "bool") return same(type)(graph, call);
    return ofBools === null ? refuse(call.kernel, "one of bools") : same(ofBools)(graph, call);
  };

/** An operation of an array and a number. */
const scalar =
  (type: string): Write =>
  (graph, call) => {
    if (call.dtype === "bool") refuse(call.kernel, "one of bools and a number");
    return graph.node(type, [call.inputs[0].name, graph.scalar(amountAt(call, 0), call.dtype)]);
  };

/** A comparison, which ONNX has not for bools. */
const order =
  (type: string): Write =>
  (graph, { inputs }) =>
    graph.node(
      type,
      inputs.map((x) => (x.dtype === "bool" ? cast(graph, x.name, "int32") : x.name)),
    );

/** The array `name` in another dtype. */
export function cast(graph: Graph, name: string, dtype: Dtype | "int64"): string {
  return graph.node("Cast", [name], { to: dataTypes[dtype] });
}

function times(graph: Graph, name: string, factor: number, dtype: Dtype): string {
  return graph.node("Mul", [name, graph.scalar(factor, dtype)]);
}

function add(graph: Graph, call: MergedCall): string {
  const [x, b] = call.inputs;
  // A product of matrices and a bias are one node.
  const isBias = x.isBareProduct && b.isConstant && b.shape.length === 1 && x.shape.length === 2;
  if (isBias && graph.extend(x.name, "Gemm", 2, b.name)) return x.name;
  return binary("Add", "Or")(graph, call);
}

function powScalar(graph: Graph, call: MergedCall): string {
  const [{ name }] = call.inputs;
  const [p] = amountAt(call, 0);
  return p === 2 ? graph.node("Mul", [name, name]) : scalar("Pow")(graph, call);
}

function clamp(graph: Graph, call: MergedCall): string {
  const [low, high] = [numberAt(call, 0), numberAt(call, 1)];
  const least = low === Number.NEGATIVE_INFINITY ? "" : graph.scalar(low, call.dtype);
  const most = high === Number.POSITIVE_INFINITY ? [] : [graph.scalar(high, call.dtype)];
  return graph.node("Clip", [call.inputs[0].name, least, ...most]);
}

function softplus(graph: Graph, call: MergedCall): string {
  const [{ name, dtype }] = call.inputs;
  const [beta, threshold] = [numberAt(call, 0), numberAt(call, 1)];
  const times = beta === 1 ? name : graph.node("Mul", [name, graph.scalar(beta, dtype)]);
  // ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), where runtimes have no Softplus.
  const smooth =
    dtype === "float32"
      ? graph.node("Softplus", [times])
      : graph.node("Add", [
          graph.node("Relu", [times]),
          graph.node("Log", [
            graph.node("Add", [
              graph.node("Exp", [graph.node("Neg", [graph.node("Abs", [times])])]),
              graph.scalar(1, dtype),
            ]),
          ]),
        ]);
  const soft = beta === 1 ? smooth : graph.node("Div", [smooth, graph.scalar(beta, dtype)]);
  if (threshold >= 40) return soft; // there the two are the same number
  return graph.node("Where", [graph.node("Greater", [times, graph.scalar(threshold, dtype)]), name, soft]);
}

/** A choice, which runtimes do not make between bools. */
function choose(graph: Graph, condition: string, a: string, b: string, dtype: Dtype): string {
  if (dtype !== "bool") return graph.node("Where", [condition, a, b]);
  const otherwise = graph.node("Not", [condition]);
  return graph.node("Or", [graph.node("And", [condition, a]), graph.node("And", [otherwise, b])]);
}

const names = (inputs: readonly Operand[]) => inputs.map(({ name }) => name) as [string, string, string];

/** Elementwise kernels. */
export const elementwise: Readonly<Record<string, Write>> = {
  copy: (_, { inputs: [{ name }] }) => name,
  cast: (graph, { inputs: [{ name }], dtype }) => cast(graph, name, dtype),
  add,
  sub: binary("Sub", null),
  mul: binary("Mul", "And"),
  div: binary("Div", null),
  pow: binary("Pow", null),
  maximum: binary("Max", "Or"),
  minimum: binary("Min", "And"),
  addScalar: scalar("Add"),
  mulScalar: scalar("Mul"),
  divScalar: scalar("Div"),
  powScalar,
  clamp,
  eq: same("Equal"),
  ne: (graph, call) => graph.node("Not", [same("Equal")(graph, call)]),
  lt: order("Less"),
  le: order("LessOrEqual"),
  neg: same("Neg"),
  exp: same("Exp"),
  log: same("Log"),
  log1p: (graph, { inputs: [{ name, dtype }] }) =>
    graph.node("Log", [graph.node("Add", [name, graph.scalar(1, dtype)])]),
  sqrt: same("Sqrt"),
  rsqrt: (graph, call) => graph.node("Reciprocal", [same("Sqrt")(graph, call)]),
  abs: same("Abs"),
  sign: (graph, call) =>
    isFloat(call.dtype) || call.dtype === "int32" ? same("Sign")(graph, call) : call.inputs[0].name,
  floor: same("Floor"),
  ceil: same("Ceil"),
  round: same("Round"),
  // ONNX has no node that rounds towards 0.
  trunc: (graph, { inputs: [{ name }] }) => {
    const whole = graph.node("Floor", [graph.node("Abs", [name])]);
    return graph.node("Mul", [graph.node("Sign", [name]), whole]);
  },
  tanh: same("Tanh"),
  sigmoid: same("Sigmoid"),
  relu: same("Relu"),
  softplus,
  erf: same("Erf"),
  sin: same("Sin"),
  cos: same("Cos"),
  asin: same("Asin"),
  acos: same("Acos"),
  atan: same("Atan"),
  sinh: same("Sinh"),
  cosh: same("Cosh"),
  log2: (graph, call) => times(graph, same("Log")(graph, call), Math.LOG2E, call.dtype),
  log10: (graph, call) => times(graph, same("Log")(graph, call), Math.LOG10E, call.dtype),
  expm1: (graph, call) => graph.node("Sub", [same("Exp")(graph, call), graph.scalar(1, call.dtype)]),
  where: (graph, { inputs, dtype }) => choose(graph, ...names(inputs), dtype),
  maskedFill: (graph, call) => {
    const [x, mask] = names(call.inputs);
    return choose(graph, mask, graph.scalar(amountAt(call, 0), call.dtype), x, call.dtype);
  },
};
