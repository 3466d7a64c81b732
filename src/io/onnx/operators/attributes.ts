import { describe } from "../../../base/errors.ts";
import type { FileNode } from "../decode.ts";

/** The values that an attribute may have; null for all. */
type Allowed = readonly (number | string)[] | null;

/** Whatever an attribute says is done. */
const whatever = null;
const axis = { axis: whatever };
const reduced = { axes: whatever, keepdims: whatever, noop_with_empty_axes: whatever };
const best = { axis: whatever, keepdims: whatever, select_last_index: [0] };
const windows = { auto_pad: whatever, dilations: whatever, kernel_shape: whatever, pads: whatever, strides: whatever };

/**
 * What the operators here know of their attributes; those that are not here have none. An attribute says what is to be computed: one
 * that is not read would be another result, without a word.
 */
export const attributes: Readonly<Record<string, Readonly<Record<string, Allowed>>>> = {
  ArgMax: best,
  ArgMin: best,
  AveragePool: { ...windows, ceil_mode: whatever, count_include_pad: whatever },
  BatchNormalization: { epsilon: whatever, momentum: whatever, training_mode: [0] },
  Cast: { to: whatever, saturate: [1] },
  Concat: axis,
  Constant: {
    value: whatever,
    value_float: whatever,
    value_floats: whatever,
    value_int: whatever,
    value_ints: whatever,
  },
  Conv: { ...windows, group: whatever },
  CumSum: { exclusive: whatever, reverse: whatever },
  Dropout: { seed: whatever },
  Elu: { alpha: whatever },
  Flatten: axis,
  Gather: axis,
  GatherElements: axis,
  Gemm: { alpha: whatever, beta: whatever, transA: whatever, transB: whatever },
  InstanceNormalization: { epsilon: whatever },
  LeakyRelu: { alpha: whatever },
  LogSoftmax: axis,
  MaxPool: { ...windows, ceil_mode: whatever, storage_order: [0] },
  Pad: { mode: ["constant"] },
  ReduceLogSumExp: reduced,
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceMin: reduced,
  ReduceProd: reduced,
  ReduceSum: reduced,
  Reshape: { allowzero: [0] },
  Shape: { start: whatever, end: whatever },
  Softmax: axis,
  TopK: { axis: whatever, largest: whatever, sorted: whatever },
  Transpose: { perm: whatever },
  Trilu: { upper: whatever },
};

/** Operators that need two inputs. */
const two: readonly string[] = [
  "Add",
  "And",
  "Conv",
  "CumSum",
  "Div",
  "Equal",
  "Expand",
  "Gather",
  "GatherElements",
  "Gemm",
  "Greater",
  "Less",
  "LessOrEqual",
  "MatMul",
  "Mul",
  "Or",
  "Pad",
  "Pow",
  "Reshape",
  "Sub",
  "TopK",
  "Unsqueeze",
];

/** How many inputs others need, where it is not one. */
const needed: Readonly<Record<string, number>> = {
  BatchNormalization: 5,
  Constant: 0,
  InstanceNormalization: 3,
  Slice: 3,
  Where: 3,
};

/** How many outputs an operator makes, where it is more than one. */
const outputs: Readonly<Record<string, number>> = { TopK: 2 };

/** What a node asks for that its operator does not do, or null. */
export function unknownTo(
  { type, inputs, attributes: given, outputs: made }: FileNode,
  isUsed: (name: string) => boolean,
): string | null {
  const known = attributes[type] ?? {};
  for (const [name, value] of given) {
    if (!Object.hasOwn(known, name) || value === null) return `${type} with ${name}`;
    const allowed = known[name];
    if (allowed !== null && !allowed.includes(value as number | string))
      return `${type} with ${name} ${describe(value)}`;
  }
  const least = needed[type] ?? (two.includes(type) ? 2 : 1);
  const left = inputs.slice(0, least).filter((name) => name !== "").length;
  if (left < least) return `${type} with ${left} of the ${least} inputs that it needs`;
  const further = made.slice(outputs[type] ?? 1).find((name) => name !== "" && isUsed(name));
  return further === undefined ? null : `${type} with ${made.length} outputs`;
}
