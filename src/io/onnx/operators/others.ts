import { tensor } from "../../../functions/create.ts";
import { conv1d } from "../../../nn/convolution/conv1d.ts";
import { conv2d } from "../../../nn/convolution/conv2d.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { constantValue } from "../constantValue.ts";
import { type FileNode, type FileTensor, numbersIn } from "../decode.ts";
import { dataTypes } from "../graph.ts";
import { windows } from "./convolution.ts";
import { alike, all, numberOf, type Operator, refuseNode } from "./value.ts";

/** A node whose windows are said in full, and as windows of two dimensions. */
function inFull(node: FileNode, kernel: readonly number[]): FileNode {
  const auto = node.attributes.get("auto_pad") ?? "NOTSET";
  if (auto !== "NOTSET" && auto !== "VALID") refuseNode(node, `the padding ${String(auto)}`);
  if (numberOf(node, "ceil_mode", 0) !== 0) refuseNode(node, "sizes that are rounded up");
  const ones = kernel.map(() => 1);
  const [strides, dilations] = ["strides", "dilations"].map((name) => numbersIn(node, name) ?? ones);
  const pads = numbersIn(node, "pads") ?? [...ones, ...ones].map(() => 0);
  if (strides.some((step) => step < 1) || dilations.some((step) => step < 1) || pads.some((count) => count < 0)) {
    refuseNode(node, "windows that do not go on");
  }
  const own = { kernel_shape: kernel, strides, dilations, pads };
  return { ...node, attributes: new Map([...node.attributes, ...Object.entries(own)]) };
}

/** By the layers' own kernels, which are faster than what the proof of a file does. */
const conv: Operator = (inputs, given) => {
  const [{ x, type }, { x: weight }, bias] = alike(inputs, given);
  const node = inFull(given, weight.shape.slice(2));
  const [strides, dilations, pads] = ["strides", "dilations", "pads"].map((name) => numbersIn(node, name) as number[]);
  const dims = weight.ndim - 2;
  const [before, behind] = [pads.slice(0, dims), pads.slice(dims)];
  if (dims < 1 || dims > 2 || before.some((count, d) => count !== behind[d])) return windows.Conv(inputs, node);
  const groups = numberOf(node, "group", 1);
  const b = bias?.x ?? null;
  const [stride, padding, dilation] = [strides, before, dilations] as [number, number][];
  const y =
    dims === 1
      ? conv1d(x, weight, b, { stride: stride[0], padding: padding[0], dilation: dilation[0], groups })
      : conv2d(x, weight, b, { stride, padding, dilation, groups });
  return [{ x: y, type }];
};

const maxPool: Operator = (inputs, node) => {
  const kernel = numbersIn(node, "kernel_shape") ?? refuseNode(node, "no kernel_shape");
  if (kernel.length !== 2) refuseNode(node, `windows of ${kernel.length} dimensions`);
  return windows.MaxPool(inputs, inFull(node, kernel));
};

/** A function of one tensor. */
const one =
  (fn: (x: Tensor, node: FileNode) => Tensor): Operator =>
  (inputs, node) => {
    const [{ x, type }] = all(inputs.slice(0, 1), node);
    return [{ x: fn(x, node), type }];
  };

const constant: Operator = (_, node) => {
  const { attributes, where } = node;
  const value = attributes.get("value");
  if (typeof value === "object" && "bytes" in value) return [constantValue(where, value as FileTensor)];
  const [float, int] = [attributes.get("value_float"), attributes.get("value_int")];
  const ints = numbersIn(node, "value_ints") ?? (typeof int === "number" ? int : null);
  if (ints !== null) return [{ x: tensor(ints as number[], { dtype: "float64" }), type: dataTypes.int64 }];
  const floats = numbersIn(node, "value_floats") ?? (typeof float === "number" ? float : null);
  return floats === null
    ? refuseNode(node, "no numbers")
    : [{ x: tensor(floats as number[]), type: dataTypes.float32 }];
};

/** The mean over all places of each channel. */
const overPlaces = (x: Tensor): Tensor => x.mean(x.shape.map((_, d) => d).slice(2), { keepdim: true });

function flatten(x: Tensor, node: FileNode): Tensor {
  const axis = numberOf(node, "axis", 1);
  const first = x.shape.slice(0, axis < 0 ? axis + x.ndim : axis).reduce((count, size) => count * size, 1);
  return x.reshape([first, x.numel() / (first || 1)]);
}

/** Operators that exportOnnx does not need, and PyTorch writes for the same layers; and faster ones of some that it does. */
export const others = (): Readonly<Record<string, Operator>> => ({
  Conv: conv,
  MaxPool: maxPool,
  Constant: constant,
  Dropout: one((x) => x),
  Flatten: one(flatten),
  GlobalAveragePool: one(overPlaces),
  LeakyRelu: one((x, node) =>
    x.relu().sub(
      x
        .neg()
        .relu()
        .mul(numberOf(node, "alpha", 0.01)),
    ),
  ),
  Elu: one((x, node) =>
    x.relu().add(
      x
        .minimum(0)
        .exp()
        .sub(1)
        .mul(numberOf(node, "alpha", 1)),
    ),
  ),
});
