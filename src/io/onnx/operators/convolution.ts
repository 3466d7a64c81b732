import { cat } from "../../../functions/combine.ts";
import { full, zeros } from "../../../functions/factories.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import type { FileNode } from "../decode.ts";
import { alike, all, intsOf, numberOf, type Operator, refuseNode } from "./value.ts";

/** An attribute that is a list of numbers. */
function numbersOf({ attributes }: FileNode, name: string): readonly number[] {
  return attributes.get(name) as readonly number[];
}

/** What each place of a window sees of `x` `[n, c, h, w]`, with `value` around it: one tensor `[n, c, p, q]` for each. */
export function windowsOf(x: Tensor, node: FileNode, value: number): Tensor[] {
  const [kernel, strides, dilations, pads] = ["kernel_shape", "strides", "dilations", "pads"].map((name) =>
    numbersOf(node, name),
  );
  const padded = [0, 1].reduce((y, d) => {
    const edge = (count: number) =>
      full(
        y.shape.map((size, dim) => (dim === d + 2 ? count : size)),
        value,
        { dtype: x.dtype },
      );
    return cat([edge(pads[d]), y, edge(pads[d + 2])], d + 2);
  }, x);
  const along = (y: Tensor, d: number, at: number) => {
    const span = dilations[d] * (kernel[d] - 1);
    const last = y.shape[d + 2] - span + at * dilations[d];
    return y.slice(d + 2, at * dilations[d], last, strides[d]);
  };
  return Array.from({ length: kernel[0] * kernel[1] }, (_, at) => {
    const [i, j] = [Math.floor(at / kernel[1]), at % kernel[1]];
    return along(along(padded, 0, i), 1, j);
  });
}

const conv: Operator = (inputs, node) => {
  const [{ x, type }, { x: weight }, bias] = alike(inputs, node);
  const groups = numberOf(node, "group", 1);
  const [out, inGroup] = weight.shape;
  const windows = windowsOf(x, node, 0);
  const [n, , p, q] = windows[0].shape;
  const of = (group: number) => {
    const terms = windows.map((window, at) => {
      const seen = window.slice(1, group * inGroup, (group + 1) * inGroup).reshape([n, inGroup, p * q]);
      const own = weight.slice(0, (group * out) / groups, ((group + 1) * out) / groups);
      return own
        .reshape([out / groups, inGroup, windows.length])
        .select(2, at)
        .matmul(seen);
    });
    return terms.reduce((sum, term) => sum.add(term)).reshape([n, out / groups, p, q]);
  };
  const y = cat(
    Array.from({ length: groups }, (_, group) => of(group)),
    1,
  );
  return [{ x: bias === undefined ? y : y.add(bias.x.reshape([out, 1, 1])), type }];
};

const maxPool: Operator = (inputs, node) => {
  const [{ x, type }] = alike(inputs, node);
  return [{ x: windowsOf(x, node, Number.NEGATIVE_INFINITY).reduce((most, window) => most.maximum(window)), type }];
};

/** A number around an input. */
const pad: Operator = ([first, second, value = null, along = null], node) => {
  const [{ x, type }, sides] = all([first, second], node);
  const counts = intsOf(sides);
  if (counts.some((count) => count < 0)) refuseNode(node, "sides that are cut off");
  const axes = along === null ? x.shape.map((_, d) => d) : intsOf(along).map((d) => (d < 0 ? d + x.ndim : d));
  const padded = axes.reduce((y, d, i) => {
    const edge = (count: number) => {
      const shape = y.shape.map((size, dim) => (dim === d ? count : size));
      return value === null ? zeros(shape, { dtype: x.dtype }) : value.x.to(x.dtype).reshape([]).expand(shape);
    };
    return cat([edge(counts[i]), y, edge(counts[i + axes.length])], d);
  }, x);
  return [{ x: padded, type }];
};

/** Operators of windows over pictures. */
export const windows: Readonly<Record<string, Operator>> = { Conv: conv, MaxPool: maxPool, Pad: pad };
