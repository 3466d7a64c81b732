/**
 * What each attribute and each kind of inputs means, by onnxruntime: a file of one node gives what that gives, or is refused by name.
 * Numbers that are other ones without a word are what no file may give.
 */
import type { TensorError } from "evenkeel";
import { fromOnnx } from "evenkeel/io";
import * as ort from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import { attributes } from "../../../src/io/onnx/operators/attributes.ts";
import { operators } from "../../../src/io/onnx/operators/index.ts";
import { others } from "../../../src/io/onnx/operators/others.ts";
import { refusal } from "../../refusal.ts";
import { apart } from "../onnxRun.ts";
import { constant, elementsOf, fileOf, int, ints, type OneNode, tensorsOf, x } from "./oneNode.ts";

/** What onnxruntime makes of a file. */
async function theirs(node: OneNode) {
  const session = await ort.InferenceSession.create(fileOf(node));
  const given = node.inputs.flatMap((input, i) =>
    input === null || input.isConstant ? [] : [{ input, name: `in${i}` }],
  );
  const feeds = given.map(({ input, name }) => {
    const data = elementsOf(input);
    return [name, new ort.Tensor(input.dtype as "float32", data as Float32Array, input.shape)];
  });
  const { out0 } = await session.run(Object.fromEntries(feeds));
  return { data: Array.from(out0.data as Float32Array, Number), shape: [...out0.dims] };
}

const shape3 = [2, 3, 4];
const read: Record<string, OneNode> = {
  "Gather along the first axis": { type: "Gather", inputs: [x(shape3), ints(1, 0, 1)] },
  "Gather along the second axis": { type: "Gather", attributes: { axis: 1 }, inputs: [x(shape3), ints(2, 0)] },
  "Gather along the last axis, of a square": {
    type: "Gather",
    attributes: { axis: -1 },
    inputs: [x([2, 2]), ints(1, 0)],
  },
  "Gather by a matrix": {
    type: "Gather",
    attributes: { axis: 1 },
    inputs: [x(shape3), constant([2, 2], [0, 2, 1, 1], "int64")],
  },
  "Gather of one": { type: "Gather", attributes: { axis: 2 }, inputs: [x(shape3), int(3)] },
  "Gather from the end": { type: "Gather", inputs: [x([3]), ints(-1, 0)] },
  "GatherElements from the end": { type: "GatherElements", inputs: [x([3]), ints(-1, 0)] },
  "GatherElements along an axis from the end": {
    type: "GatherElements",
    attributes: { axis: -1 },
    inputs: [x([2, 3]), constant([2, 2], [-1, 0, 1, -2], "int64")],
  },
  Gemm: { type: "Gemm", inputs: [x([2, 3]), constant([3, 4]), constant([4])] },
  "Gemm of parts": {
    type: "Gemm",
    attributes: { alpha: { float: 0.5 }, beta: { float: 2 }, transA: 1, transB: 1 },
    inputs: [x([3, 2]), constant([4, 3]), constant([4])],
  },
  "Gemm without what is added": {
    type: "Gemm",
    attributes: { alpha: { float: 3 } },
    inputs: [x([2, 3]), constant([3, 2])],
  },
  CumSum: { type: "CumSum", inputs: [x([2, 4]), int(1)] },
  "CumSum from the end": { type: "CumSum", attributes: { reverse: 1 }, inputs: [x([2, 4]), int(-1)] },
  "CumSum of what is before": { type: "CumSum", attributes: { exclusive: 1 }, inputs: [x([2, 4]), int(0)] },
  "CumSum of what is behind": { type: "CumSum", attributes: { exclusive: 1, reverse: 1 }, inputs: [x([2, 4]), int(1)] },
  "Shape of some": { type: "Shape", attributes: { start: 1 }, inputs: [x(shape3)], opset: 15, gives: "int64" },
  "Shape of some before the end": {
    type: "Shape",
    attributes: { start: -3, end: -1 },
    inputs: [x(shape3)],
    opset: 15,
    gives: "int64",
  },
  "Cast to int64": { type: "Cast", attributes: { to: 7 }, inputs: [x([4], [1.7, -1.7, 0.5, -0.2])], gives: "int64" },
  "Cast to int32": { type: "Cast", attributes: { to: 6 }, inputs: [x([4], [1.7, -1.7, 0.5, -0.2])], gives: "int32" },
  "Div of int32": {
    type: "Div",
    inputs: [x([4], [7, -7, 5, 6], "int32"), x([4], [2, 2, -3, 3], "int32")],
    gives: "int32",
  },
  "Div of int64": { type: "Div", inputs: [x([4], [7, -7, 5, 6], "int64"), ints(2, 2, -3, 3)], gives: "int64" },
  "Add of int64": { type: "Add", inputs: [x([3], [7, -7, 5], "int64"), ints(2, 2, 3)], gives: "int64" },
  "Equal of int64": { type: "Equal", inputs: [x([3], [7, 2, 5], "int64"), ints(2)], gives: "bool" },
  "Pow by a whole number": { type: "Pow", inputs: [x([3]), int(2)] },
  "Max of three": { type: "Max", inputs: [x([3]), constant([3], [1, 2, 3]), constant([1], [2])] },
  "Min of three": { type: "Min", inputs: [x([3]), constant([3], [1, 2, 3]), constant([1], [-9])] },
  "Max of one": { type: "Max", inputs: [x([3])] },
  "Pad without a number": { type: "Pad", inputs: [x([2, 3]), ints(1, 0, 0, 2)] },
  "Pad with a number": {
    type: "Pad",
    attributes: { mode: "constant" },
    inputs: [x([2, 3]), ints(1, 0, 0, 2), constant([], [7])],
  },
  "Pad of some dimensions": { type: "Pad", inputs: [x([2, 3]), ints(1, 2), constant([], [7]), ints(-1)], opset: 18 },
  "Pad of some, without a number": { type: "Pad", inputs: [x([2, 3]), ints(1, 2), null, ints(0)], opset: 18 },
  "Transpose without an order": { type: "Transpose", inputs: [x(shape3)] },
  "Unsqueeze from the end": { type: "Unsqueeze", inputs: [x([5]), ints(-1, -2)] },
  "Unsqueeze at both ends": { type: "Unsqueeze", inputs: [x([2, 3]), ints(-1, 0)] },
  "Unsqueeze within": { type: "Unsqueeze", inputs: [x([2, 3]), ints(3, -3)] },
  "ReduceSum over none that are named": { type: "ReduceSum", inputs: [x([2, 3]), ints()] },
  "ReduceSum that does nothing": { type: "ReduceSum", attributes: { noop_with_empty_axes: 1 }, inputs: [x([2, 3])] },
  "ReduceMax over none that are named": { type: "ReduceMax", inputs: [x([2, 3]), ints()], opset: 18 },
  ReduceMean: { type: "ReduceMean", attributes: { axes: [-1], keepdims: 0 }, inputs: [x([2, 3])] },
  ReduceProd: { type: "ReduceProd", attributes: { axes: [0] }, inputs: [x([2, 3])] },
  "ArgMax of equals": {
    type: "ArgMax",
    attributes: { axis: 0, keepdims: 0 },
    inputs: [x([3], [5, 1, 5])],
    gives: "int64",
  },
  "Slice without axes, by steps": { type: "Slice", inputs: [x([5]), ints(0), ints(5), null, ints(2)] },
  "Slice backwards": { type: "Slice", inputs: [x([5]), ints(-1), ints(-100), ints(0), ints(-1)] },
  "Reshape with a size that stays": { type: "Reshape", inputs: [x([2, 6]), ints(0, -1, 2)] },
  "Squeeze of all": { type: "Squeeze", inputs: [x([1, 3, 1])] },
  "Concat from the end": { type: "Concat", attributes: { axis: -1 }, inputs: [x([2, 1]), x([2, 2])] },
  "TopK of the smallest": {
    type: "TopK",
    attributes: { largest: 0 },
    inputs: [x([4], [3, 1, 2, 4]), ints(2)],
    outputs: 2,
  },
  "Clip from above": { type: "Clip", inputs: [x([3]), null, constant([], [0])] },
  "Conv of lines": { type: "Conv", inputs: [x([2, 1, 5]), constant([2, 1, 2]), constant([2])] },
  "Conv of lines with one edge": {
    type: "Conv",
    attributes: { pads: [1, 0] },
    inputs: [x([1, 1, 4]), constant([1, 1, 2])],
  },
  "Conv with uneven edges": {
    type: "Conv",
    attributes: { pads: [1, 0, 0, 2] },
    inputs: [x([1, 1, 3, 3]), constant([1, 1, 2, 2])],
  },
  "Conv without what is added": { type: "Conv", inputs: [x([1, 1, 4]), constant([1, 1, 2]), null] },
  "Conv in groups": {
    type: "Conv",
    attributes: { group: 2, strides: [2] },
    inputs: [x([1, 4, 6]), constant([2, 2, 2])],
  },
  "MaxPool of lines": {
    type: "MaxPool",
    attributes: { kernel_shape: [2], strides: [2], pads: [1, 0] },
    inputs: [x([1, 2, 5])],
  },
  "MaxPool with uneven edges": {
    type: "MaxPool",
    attributes: { kernel_shape: [2, 2], pads: [1, 0, 0, 1] },
    inputs: [x([1, 1, 3, 3])],
  },
  AveragePool: {
    type: "AveragePool",
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
    inputs: [x([1, 2, 4, 4])],
  },
  "AveragePool of lines": { type: "AveragePool", attributes: { kernel_shape: [3] }, inputs: [x([1, 2, 5])] },
  "AveragePool of what is there": {
    type: "AveragePool",
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    inputs: [x([1, 1, 4, 4])],
  },
  "AveragePool of edges too": {
    type: "AveragePool",
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 },
    inputs: [x([1, 1, 4, 4])],
  },
  InstanceNormalization: {
    type: "InstanceNormalization",
    attributes: { epsilon: { float: 0.01 } },
    inputs: [x([2, 3, 5]), constant([3]), constant([3])],
  },
  "BatchNormalization by what is given": {
    type: "BatchNormalization",
    attributes: { epsilon: { float: 0.1 } },
    inputs: [x([4, 2]), constant([2]), constant([2]), constant([2]), constant([2], [1, 2])],
    opset: 15,
  },
  "Trilu below": { type: "Trilu", attributes: { upper: 0 }, inputs: [x([3, 3]), int(-1)], opset: 14 },
  "Flatten from the end": { type: "Flatten", attributes: { axis: -1 }, inputs: [x(shape3)] },
  LeakyRelu: { type: "LeakyRelu", attributes: { alpha: { float: 0.1 } }, inputs: [x([3])] },
  Expand: { type: "Expand", inputs: [x([3, 1]), ints(2, 1, 4)] },
};

test.each(Object.entries(read))("%s is what onnxruntime makes of it", async (_name, node) => {
  const y = fromOnnx(fileOf(node)).forward(...tensorsOf(node));
  const expected = await theirs(node);
  expect(y.shape).toEqual(expected.shape);
  expect(apart(y.data, expected.data)).toBeLessThan(1e-5);
});

const training = {
  type: "BatchNormalization",
  inputs: [x([4, 2]), constant([2]), constant([2]), constant([2]), constant([2], [1, 2])],
};
const refused: Record<string, readonly [node: OneNode, message: RegExp]> = {
  "BatchNormalization in training": [
    { ...training, attributes: { training_mode: 1 }, opset: 15 },
    /BatchNormalization with training_mode 1/,
  ],
  "ArgMax of the last": [
    { type: "ArgMax", attributes: { select_last_index: 1 }, inputs: [x([3])] },
    /ArgMax with select_last_index 1/,
  ],
  "ArgMin of the last": [
    { type: "ArgMin", attributes: { select_last_index: 1 }, inputs: [x([3])] },
    /ArgMin with select_last_index 1/,
  ],
  "Pad by reflection": [
    { type: "Pad", attributes: { mode: "reflect" }, inputs: [x([3]), ints(1, 1)] },
    /Pad with mode "reflect"/,
  ],
  "Pad by what is at the edge": [
    { type: "Pad", attributes: { mode: "edge" }, inputs: [x([3]), ints(1, 1)] },
    /Pad with mode "edge"/,
  ],
  "Pad that cuts": [{ type: "Pad", inputs: [x([3]), ints(-1, 0)] }, /Pad can run, got sides that are cut off/],
  "Reshape to nothing": [
    { type: "Reshape", attributes: { allowzero: 1 }, inputs: [x([3]), ints(3)], opset: 14 },
    /Reshape with allowzero 1/,
  ],
  "Dropout in training": [
    { type: "Dropout", inputs: [x([3]), constant([], [0.5]), constant([], [1], "bool")] },
    /Dropout can run, got training/,
  ],
  "Conv of blocks": [
    { type: "Conv", inputs: [x([1, 1, 2, 2, 2]), constant([1, 1, 1, 1, 1])] },
    /Conv can run, got windows of 3 dimensions/,
  ],
  "MaxPool that rounds up": [
    { type: "MaxPool", attributes: { kernel_shape: [2], ceil_mode: 1 }, inputs: [x([1, 1, 5])] },
    /MaxPool can run, got sizes that are rounded up/,
  ],
  "a size that does not fit": [
    { type: "MatMul", inputs: [x([2, 3]), constant([2, 3])] },
    /node out0 that MatMul can run, got what it cannot do: matmul/,
  ],
};

test.each(Object.entries(refused))("%s is refused by name", (_name, [node, message]) => {
  const error = refusal(() => fromOnnx(fileOf(node)).forward(...tensorsOf(node))) as TensorError;
  expect(error.message).toMatch(message);
  expect(error.where).toBe("fromOnnx");
});

test("no operator takes an attribute that it does not read", () => {
  const all = { ...operators, ...others() };
  for (const name of Object.keys(attributes)) expect(Object.keys(all)).toContain(name);
  for (const type of Object.keys(all)) {
    const node: OneNode = { type, attributes: { beyond: 1 }, inputs: [x([2, 2])] };
    const { message, code } = refusal(() => fromOnnx(fileOf(node))) as TensorError;
    expect([message, code]).toEqual([expect.stringContaining(`got ${type} with beyond`), "EVENKEEL_FILE"]);
  }
});

describe("a graph within a node", () => {
  test("leaves its operator to be named", () => {
    const bytes = fileOf({ type: "Scan", attributes: { body: "text" }, inputs: [x([2])] });
    // The kind of the attribute, a text, becomes a graph.
    const at = bytes.findIndex((byte, i) => byte === 0xa0 && bytes[i + 1] === 0x01 && bytes[i + 2] === 3);
    bytes[at + 2] = 5;
    expect(refusal(() => fromOnnx(bytes)).message).toMatch(/got "Scan"/);
  });
});

test("an output that no operator makes is refused where somebody wants it", () => {
  const unused: OneNode = { type: "MaxPool", attributes: { kernel_shape: [2] }, inputs: [x([1, 1, 4])], outputs: 2 };
  expect(fromOnnx(fileOf(unused)).forward(...tensorsOf(unused)).shape).toEqual([1, 1, 3]);
});

test("fewer inputs than an operator needs are refused by name", () => {
  for (const type of Object.keys({ ...operators, ...others() })) {
    if (type === "Constant") continue;
    const { message } = refusal(() => fromOnnx(fileOf({ type, inputs: [null, x([2, 2])] }))) as TensorError;
    expect(message).toMatch(new RegExp(`got ${type} with [01] of the [1235] inputs that it needs`));
  }
  expect(refusal(() => fromOnnx(fileOf({ type: "Conv", inputs: [x([1, 1, 4])] }))).message).toMatch(
    /Conv with 1 of the 2/,
  );
});
