import { type FileNode, numbersIn } from "../onnx/decode.ts";
import { attribute, attributes, type Expression } from "./expressions.ts";
import { refuseNode, type Scope } from "./scope.ts";

/** A reduction over dimensions that an attribute names, or the second input, or over all. */
const over =
  (fn: string): Expression =>
  (node, scope) => {
    const [x, second] = node.inputs;
    const [array, named] = [scope.array(x), numbersIn(node, "axes")];
    const all = `${array}.shape.map((_, d) => d)`;
    const dims = second !== undefined ? scope.list(second) : named === null ? all : `[${named.join(", ")}]`;
    return `fold(${array}, ${dims}, ${attribute(node, "keepdims", 1) === 1}, ${fn})`;
  };

const along =
  (fn: string): Expression =>
  (node, scope) =>
    `along(${scope.array(node.inputs[0])}, ${attribute(node, "axis", -1)}, ${fn})`;

/** The place of the best of each line. */
const best =
  (fn: string): Expression =>
  (node, scope) => {
    const dim = attribute(node, "axis", 0);
    const places = `along(${scope.array(node.inputs[0])}, ${dim}, ${fn}, Float64Array)`;
    return attribute(node, "keepdims", 1) === 1 ? places : `squeeze(${places}, [${dim}])`;
  };

const topK: Expression = (node, scope) => {
  const [x, count] = node.inputs;
  const [array, dim] = [scope.array(x), attribute(node, "axis", -1)];
  const order = attribute(node, "largest", 1) === 1 ? "falling" : "rising";
  const first = `along(${array}, ${dim}, (xs) => ${order}(xs).slice(0, ${scope.number(count)}), Float64Array)`;
  return `((places) => [pick(${array}, places, ${dim}), places])(${first})`;
};

const gather: Expression = (node, scope) => {
  if (attribute(node, "axis", 0) !== 0) refuseNode(node, "a look-up of rows");
  return `look(${listed(node, scope)})`;
};

/** The inputs of a node. */
function listed({ inputs }: FileNode, scope: Scope): string {
  return inputs.map((name) => scope.array(name)).join(", ");
}

const gemm: Expression = (node, scope) => {
  const [a, b, c] = node.inputs;
  const turned = ["transA", "transB"].map((name) => attribute(node, name, 0) === 1).join(", ");
  const bias = c === undefined ? "" : `, ${scope.array(c)}`;
  return `gemm(${scope.array(a)}, ${scope.array(b)}, ${turned}${bias})`;
};

/** How windows lie. */
const windowsOf = (node: FileNode) =>
  ["kernel_shape", "strides", "dilations", "pads"].map((name) => attributes(node, name)).join(", ");

const conv: Expression = (node, scope) => {
  const [x, weight, bias] = node.inputs;
  const given = bias === undefined ? "null" : scope.array(bias);
  const groups = attribute(node, "group", 1);
  return `conv(${scope.array(x)}, ${scope.array(weight)}, ${given}, ${groups}, ${windowsOf(node)})`;
};

const slice: Expression = ({ inputs: [x, starts, ends, axes, steps] }, scope) =>
  `slice(${scope.array(x)}, ${scope.list(starts)}, ${scope.list(ends)}, ${scope.list(axes)}, ${steps === undefined ? "[]" : scope.list(steps)})`;

/** A function of an array and of a list that an input holds. */
const withList =
  (fn: string): Expression =>
  ({ inputs: [x, list] }, scope) =>
    `${fn}(${scope.array(x)}, ${list === undefined ? "[]" : scope.list(list)})`;

/** Operators that mix elements. */
export const mixing = (): Readonly<Record<string, Expression>> => ({
  ReduceSum: over("sum"),
  ReduceProd: over("product"),
  ReduceMax: over("most"),
  ReduceMin: over("least"),
  ReduceLogSumExp: over("logSumExp"),
  ArgMax: best("largest"),
  ArgMin: best("smallest"),
  TopK: topK,
  Softmax: along("softmax"),
  LogSoftmax: along("logSoftmax"),
  CumSum: ({ inputs: [x, axis] }, scope) => `along(${scope.array(x)}, ${scope.number(axis)}, cumsum)`,
  Gemm: gemm,
  MatMul: (node, scope) => `matmul(${listed(node, scope)})`,
  Gather: gather,
  GatherElements: (node, scope) => `pick(${listed(node, scope)}, ${attribute(node, "axis", 0)})`,
  BatchNormalization: (node, scope) => `batchNorm(${listed(node, scope)}, ${attribute(node, "epsilon", 1e-5)})`,
  Conv: conv,
  MaxPool: (node, scope) => `maxPool(${scope.array(node.inputs[0])}, ${windowsOf(node)})`,
  Pad: ({ inputs: [x, sides, value] }, scope) =>
    `pad(${scope.array(x)}, ${scope.list(sides)}, ${value === undefined ? 0 : scope.number(value)})`,
  Reshape: withList("reshape"),
  Squeeze: withList("squeeze"),
  Unsqueeze: withList("unsqueeze"),
  Expand: withList("expand"),
  Slice: slice,
  Transpose: (node, scope) => `transpose(${scope.array(node.inputs[0])}, ${attributes(node, "perm")})`,
  Concat: (node, scope) => `concat([${listed(node, scope)}], ${attribute(node, "axis", 0)})`,
  Shape: ({ inputs: [x] }, scope) => {
    const array = scope.array(x);
    return `{ data: Float64Array.from(${array}.shape), shape: [${array}.shape.length] }`;
  },
  Trilu: (node, scope) => {
    const [x, k] = node.inputs;
    const diagonal = k === undefined ? "0" : scope.number(k);
    return `triangle(${scope.array(x)}, ${diagonal}, ${attribute(node, "upper", 1) === 1})`;
  },
});
