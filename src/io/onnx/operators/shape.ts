import { broadcast } from "../../../base/shapes.ts";
import { cat } from "../../../functions/combine.ts";
import { tensor } from "../../../functions/create.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import { numbersIn } from "../decode.ts";
import { dataTypes } from "../graph.ts";
import { alike, all, intsOf, numberOf, type Operator, refuseNode } from "./value.ts";

const reshape: Operator = (inputs, node) => {
  const [{ x, type }, shape] = all(inputs, node);
  if (shape.type !== dataTypes.int64) refuseNode(node, "a shape that is not int64");
  return [{ x: x.reshape(intsOf(shape).map((size, d) => (size === 0 && x.numel() > 0 ? x.shape[d] : size))), type }];
};

const squeeze: Operator = ([first, axes = null], node) => {
  const [{ x, type }] = all([first], node);
  const dims = axes === null ? x.shape.flatMap((size, d) => (size === 1 ? [d] : [])) : intsOf(axes);
  if (dims.some((d) => x.shape.at(d) !== 1)) refuseNode(node, "a size other than 1");
  const left = dims.map((d) => (d < 0 ? d + x.ndim : d));
  return [{ x: x.reshape(x.shape.filter((_, d) => !left.includes(d))), type }];
};

const unsqueeze: Operator = (inputs, node) => {
  const [{ x, type }, axes] = all(inputs, node);
  const named = intsOf(axes);
  // They are those of the result.
  const dims = named.map((d) => (d < 0 ? d + x.ndim + named.length : d)).toSorted((a, b) => a - b);
  return [{ x: dims.reduce((y: Tensor, d) => y.unsqueeze(d), x), type }];
};

const expand: Operator = (inputs, node) => {
  const [{ x, type }, shape] = all(inputs, node);
  return [{ x: x.expand(broadcast("Expand", x.shape, intsOf(shape))), type }];
};

/** From a start to before an end, which count from the end where they are negative. */
const slice: Operator = ([first, from, to, along = null, by = null], node) => {
  const [{ x, type }, ...ranges] = all([first, from, to], node);
  const [starts, ends] = ranges.map(intsOf);
  const [axes, steps] = [along, by].map((list) => list && intsOf(list));
  let y = x;
  (axes ?? starts.map((_, i) => i)).forEach((given, i) => {
    const axis = given < 0 ? given + x.ndim : given;
    const size = x.shape[axis] ?? refuseNode(node, `a dimension ${given}`);
    const step = steps?.[i] ?? 1;
    if (step === 0) refuseNode(node, "steps of 0");
    const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
    const place = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, least), most);
    const end = place(ends[i]);
    const places: number[] = [];
    for (let at = place(starts[i]); step > 0 ? at < end : at > end; at += step) places.push(at);
    y = y
      .transpose(0, axis)
      .index(tensor(Int32Array.from(places)))
      .transpose(0, axis);
  });
  return [{ x: y, type }];
};

const triangle: Operator = (inputs, node) => {
  const [{ x, type }, k] = all(inputs, node);
  const [diagonal] = k === undefined ? [0] : intsOf(k);
  return [{ x: numberOf(node, "upper", 1) === 1 ? x.triu(diagonal) : x.tril(diagonal), type }];
};

/** Operators that change shapes, or put tensors together. */
export const shape: Readonly<Record<string, Operator>> = {
  Identity: (inputs, node) => all(inputs, node),
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Slice: slice,
  Trilu: triangle,
  Shape: (inputs, node) => {
    const [{ x }] = all(inputs, node);
    const sizes = x.shape.slice(numberOf(node, "start", 0), numberOf(node, "end", x.ndim));
    return [{ x: tensor(Float64Array.from(sizes)), type: dataTypes.int64 }];
  },
  Transpose: (inputs, node) => {
    const [{ x, type }] = all(inputs, node);
    return [{ x: x.permute(numbersIn(node, "perm") ?? x.shape.map((_, d) => x.ndim - 1 - d)), type }];
  },
  Concat: (inputs, node) => {
    const values = alike(inputs, node);
    return [
      {
        x: cat(
          values.map(({ x }) => x),
          numberOf(node, "axis", 0),
        ),
        type: values[0].type,
      },
    ];
  },
};
