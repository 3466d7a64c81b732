import { TensorError } from "../../../base/errors.ts";
import type { Tensor } from "../../../tensor/tensor.ts";
import type { FileNode } from "../decode.ts";

/** A tensor within a file, and the number that ONNX has for its dtype: an int64 is held as float64. */
export interface Value {
  readonly x: Tensor;
  readonly type: number;
}

/** What an operator makes of its inputs, null where one is left out. */
export type Operator = (inputs: readonly (Value | null)[], node: FileNode) => readonly Value[];

/** Says that a node is not as ONNX has it. */
export function refuseNode({ where, type, outputs }: FileNode, got: string): never {
  throw new TensorError(where, { expected: `a node ${outputs[0]} that ${type} can run`, got });
}

/** The inputs of a node that leaves none out. */
export function all(inputs: readonly (Value | null)[], node: FileNode): Value[] {
  return inputs.map((value) => value ?? refuseNode(node, "an input left out"));
}

/** The inputs, which have to be of one type. */
export function alike(inputs: readonly (Value | null)[], node: FileNode): Value[] {
  const values = all(inputs, node);
  if (new Set(values.map(({ type }) => type)).size > 1) {
    refuseNode(node, `inputs of types ${values.map(({ type }) => type).join(", ")}`);
  }
  return values;
}

/** An attribute that is a number. */
export function numberOf(node: FileNode, name: string, otherwise: number): number {
  const value = node.attributes.get(name) ?? otherwise;
  return typeof value === "number" ? value : refuseNode(node, `an attribute ${name} that is no number`);
}

/** The inputs without those that are left out at the end, or in favour of a default. */
export function given(inputs: readonly (Value | null)[]): readonly Value[] {
  return inputs.filter((value) => value !== null);
}

/** The attribute that names a dimension of `x`, from its end where it is negative. */
export function axisOf(node: FileNode, x: Tensor, otherwise = 0): number {
  const axis = numberOf(node, "axis", otherwise);
  const at = axis < 0 ? axis + x.ndim : axis;
  return at >= 0 && at < x.ndim ? at : refuseNode(node, `an axis ${axis} of ${x.ndim} dimensions`);
}

/** Whole numbers that an input holds. */
export function intsOf({ x }: Value): number[] {
  return Array.from(x.data, Number);
}
