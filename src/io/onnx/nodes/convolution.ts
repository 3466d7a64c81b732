import type { Convolution } from "../../../kernels/beside/convolution.ts";
import type { Windows } from "../../../kernels/beside/windows.ts";
import type { MergedCall, Write } from "../call.ts";
import type { Attributes, Graph } from "../graph.ts";

/** How windows lie, as ONNX says it. */
export function windowAttributes({ size, kernel, stride, padding, dilation, places }: Windows): Attributes {
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

/** Kernels of windows over pictures. */
export const windows: Readonly<Record<string, Write>> = { convolution };
