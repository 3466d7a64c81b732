import { describe } from "../../../base/errors.ts";
import type { FileNode } from "../decode.ts";

/** The values that an attribute may have; any, where there is none. */
type Allowed = readonly (number | string)[] | null;

const any = null;
const axis = { axis: any };
const reduced = { axes: any, keepdims: any, noop_with_empty_axes: any };
const best = { axis: any, keepdims: any, select_last_index: [0] };
const windows = { auto_pad: any, dilations: any, kernel_shape: any, pads: any, strides: any };

/**
 * What the operators here know of their attributes; those that are not here have none. An attribute says what is to be computed: one
 * that is not read would be another result, without a word.
 */
export const attributes: Readonly<Record<string, Readonly<Record<string, Allowed>>>> = {
  ArgMax: best,
  ArgMin: best,
  AveragePool: { ...windows, ceil_mode: any, count_include_pad: any },
  BatchNormalization: { epsilon: any, momentum: any, training_mode: [0] },
  Cast: { to: any, saturate: [1] },
  Concat: axis,
  Constant: { value: any, value_float: any, value_floats: any, value_int: any, value_ints: any },
  Conv: { ...windows, group: any },
  CumSum: { exclusive: any, reverse: any },
  Dropout: { seed: any },
  Elu: { alpha: any },
  Flatten: axis,
  Gather: axis,
  GatherElements: axis,
  Gemm: { alpha: any, beta: any, transA: any, transB: any },
  InstanceNormalization: { epsilon: any },
  LeakyRelu: { alpha: any },
  LogSoftmax: axis,
  MaxPool: { ...windows, ceil_mode: any, storage_order: [0] },
  Pad: { mode: ["constant"] },
  ReduceLogSumExp: reduced,
  ReduceMax: reduced,
  ReduceMean: reduced,
  ReduceMin: reduced,
  ReduceProd: reduced,
  ReduceSum: reduced,
  Reshape: { allowzero: [0] },
  Shape: { start: any, end: any },
  Softmax: axis,
  TopK: { axis: any, largest: any, sorted: any },
  Transpose: { perm: any },
  Trilu: { upper: any },
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
