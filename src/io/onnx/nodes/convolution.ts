import type { Dtype } from "../../../base/dtype.ts";
import { NDArray } from "../../../kernels/array.ts";
import type { Convolution } from "../../../kernels/beside/convolution.ts";
import type { MeanWindows, Spans } from "../../../kernels/beside/meanPool.ts";
import type { Padding } from "../../../kernels/beside/pad.ts";
import type { Windows } from "../../../kernels/beside/windows.ts";
import type { MergedCall, Write } from "../call.ts";
import type { Attributes, Graph } from "../graph.ts";

/** How windows lie, as ONNX says it. */
function windowAttributes({ size, kernel, stride, padding, dilation, places }: Windows): Attributes {
  const behind = ([0, 1] as const).map(
    (d) => (places[d] - 1) * stride[d] + dilation[d] * (kernel[d] - 1) + 1 - size[d] - padding[d],
  );
  return {
    kernel_shape: kernel,
    strides: stride,
    dilations: dilation,
    pads: [...padding, ...behind.map((zeros) => Math.max(0, zeros))],
  };
}

function convolution(graph: Graph, { inputs, settings }: MergedCall): string {
  const windows = settings[0] as Convolution;
  const names = inputs.map(({ name }) => name);
  return graph.node("Conv", names, { ...windowAttributes(windows), group: windows.groups });
}

function maxPool(graph: Graph, { inputs: [x], settings, dtype }: MergedCall): string {
  const windows = settings[0] as Windows;
  const attributes = windowAttributes(windows);
  const pads = attributes.pads as readonly number[];
  if (pads.every((count, d) => count < windows.kernel[d % 2])) return graph.node("MaxPool", [x.name], attributes);
  // Windows that hang over the edge by their whole length, which MaxPool does not take.
  const [top, left, bottom, right] = pads;
  const sides = graph.fixedInts([0, 0, top, left, 0, 0, bottom, right]);
  const padded = graph.node("Pad", [x.name, sides, graph.scalar(Number.NEGATIVE_INFINITY, dtype)]);
  return graph.node("MaxPool", [padded], { ...attributes, pads: [0, 0, 0, 0] });
}

/** What is cut off is cut off first. */
function pad(graph: Graph, { inputs: [{ name }], settings, dtype }: MergedCall): string {
  const { before, behind, value } = settings[0] as Padding;
  const cut = before.flatMap((count, d) => (count < 0 || behind[d] < 0 ? [d] : []));
  const bounds = [(d: number) => Math.max(0, -before[d]), (d: number) => (behind[d] < 0 ? behind[d] : 0x7fffffff)];
  const within = () => [...bounds.map((bound) => cut.map(bound)), cut].map((numbers) => graph.fixedInts(numbers));
  const kept = cut.length === 0 ? name : graph.node("Slice", [name, ...within()]);
  const sides = graph.fixedInts([...before, ...behind].map((count) => Math.max(0, count)));
  return graph.node("Pad", [kept, sides, graph.scalar(value, dtype)]);
}

/** Means of windows are two products of matrices, one for the rows and one for the columns. */
function meanPool(graph: Graph, { inputs: [x], settings, dtype }: MergedCall): string {
  const { size, rows, columns } = settings[0] as MeanWindows;
  const across = graph.node("MatMul", [x.name, graph.constant("means", shares(columns, size[1], dtype, true))]);
  return graph.node("MatMul", [graph.constant("means", shares(rows, size[0], dtype, false)), across]);
}

/** What each of `length` places has in the mean of each window: `[windows, length]`, or the other way round. */
function shares({ starts, ends, divisors }: Spans, length: number, dtype: Dtype, turned: boolean): NDArray {
  const count = starts.length;
  const data = dtype === "float32" ? new Float32Array(count * length) : new Float64Array(count * length);
  for (let p = 0; p < count; p++) {
    for (let i = starts[p]; i < ends[p]; i++) data[turned ? i * count + p : p * length + i] = 1 / divisors[p];
  }
  return new NDArray(data, turned ? [length, count] : [count, length], dtype);
}

/** Kernels of windows over pictures. */
export const windows: Readonly<Record<string, Write>> = { convolution, maxPool, meanPool, pad };
