import { cat } from "../../../functions/combine.ts";
import { tensor } from "../../../functions/create.ts";
import { onesLike, zeros } from "../../../functions/factories.ts";
import { conv1d } from "../../../nn/convolution/conv1d.ts";
import { conv2d } from "../../../nn/convolution/conv2d.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { constantValue } from "../constantValue.ts";
import { type FileNode, type FileTensor, numbersIn } from "../decode.ts";
import { dataTypes } from "../graph.ts";
import { windows, windowsOf } from "./convolution.ts";
import { alike, all, given, numberOf, type Operator, refuseNode } from "./value.ts";

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
const conv: Operator = (inputs, written) => {
  const values = alike(given(inputs), written);
  const [{ x: whole, type }, { x: weight }, bias] = values;
  const node = inFull(written, weight.shape.slice(2));
  const [strides, dilations, pads] = ["strides", "dilations", "pads"].map((name) => numbersIn(node, name) as number[]);
  const dims = weight.ndim - 2;
  const [before, behind] = [pads.slice(0, dims), pads.slice(dims)];
  if (dims < 1 || dims > 2) refuseNode(node, `windows of ${dims} dimensions`);
  const isOdd = before.some((count, d) => count !== behind[d]);
  if (isOdd && dims === 2) return windows.Conv(values, node);
  const edge = (count: number) => zeros([...whole.shape.slice(0, -1), count], { dtype: whole.dtype });
  const x = isOdd ? cat([edge(before[0]), whole, edge(behind[0])], 2) : whole;
  const groups = numberOf(node, "group", 1);
  const b = bias?.x ?? null;
  const [stride, padding, dilation] = [strides, isOdd ? [0] : before, dilations] as [number, number][];
  const y =
    dims === 1
      ? conv1d(x, weight, b, { stride: stride[0], padding: padding[0], dilation: dilation[0], groups })
      : conv2d(x, weight, b, { stride, padding, dilation, groups });
  return [{ x: y, type }];
};

/** An operator of windows over pictures, as one of lines too. */
const pooled =
  (pool: (x: Tensor, node: FileNode) => Tensor): Operator =>
  (inputs, written) => {
    const kernel = numbersIn(written, "kernel_shape") ?? refuseNode(written, "no kernel_shape");
    const [{ x, type }] = all(inputs, written);
    const node = inFull(written, kernel);
    if (kernel.length === 2 && x.ndim === 4) return [{ x: pool(x, node), type }];
    if (kernel.length !== 1 || x.ndim !== 3) refuseNode(node, `windows of ${kernel.length} dimensions`);
    return [{ x: pool(x.unsqueeze(2), asPictures(node)).squeeze(2), type }];
  };

/** A node of windows over lines as one over pictures of one row. */
function asPictures(node: FileNode): FileNode {
  const of = (name: string) => numbersIn(node, name) as readonly number[];
  const [first, last] = of("pads");
  const ones = Object.fromEntries(["kernel_shape", "strides", "dilations"].map((name) => [name, [1, ...of(name)]]));
  const own = Object.entries({ ...ones, pads: [0, first, 0, last] });
  return { ...node, attributes: new Map([...node.attributes, ...own]) };
}

const most = (x: Tensor, node: FileNode): Tensor =>
  windowsOf(x, node, Number.NEGATIVE_INFINITY).reduce((best, window) => best.maximum(window));

/** The mean of what is seen of the picture, or of its edges too. */
function average(x: Tensor, node: FileNode): Tensor {
  const total = (of: Tensor) => windowsOf(of, node, 0).reduce((sum, window) => sum.add(window));
  const [rows, columns] = numbersIn(node, "kernel_shape") as readonly number[];
  if (numberOf(node, "count_include_pad", 0) === 1) return total(x).div(rows * columns);
  return total(x).div(total(onesLike(x.detach())));
}

/** Each example's channels by their own statistics. */
const instanceNormalization: Operator = (inputs, node) => {
  const [{ x, type }, ...values] = alike(inputs, node);
  const [scale, bias] = values.map((value) => value.x.reshape([-1, ...x.shape.slice(2).map(() => 1)]));
  const places = x.shape.map((_, d) => d).slice(2);
  const off = x.sub(x.mean(places, { keepdim: true }));
  const spread = off
    .square()
    .mean(places, { keepdim: true })
    .add(numberOf(node, "epsilon", 1e-5))
    .sqrt();
  return [{ x: off.div(spread).mul(scale).add(bias), type }];
};

/** What training drops, which nothing else does. */
const dropout: Operator = ([first, , isTraining = null], node) => {
  if (isTraining?.x.data.some((value: number) => value !== 0)) refuseNode(node, "training");
  return all([first], node);
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
  if (typeof value === "object" && value !== null && "bytes" in value)
    return [constantValue(where, value as FileTensor)];
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
  MaxPool: pooled(most),
  AveragePool: pooled(average),
  InstanceNormalization: instanceNormalization,
  Constant: constant,
  Dropout: dropout,
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
