import type { Dtype } from "../../base/dtype.ts";
import { TensorError } from "../../base/errors.ts";
import { type Amount, isFixed, settledValue } from "./amount.ts";
import type { Graph } from "./graph.ts";
import type { Setting } from "./recorder.ts";

/** An array in the graph. */
export interface Operand {
  /** Its name in the graph. */
  readonly name: string;
  readonly shape: readonly Amount[];
  readonly dtype: Dtype;
  readonly isConstant: boolean;
  /** Whether it is a product of matrices that nobody but the call at hand is given. */
  readonly isBareProduct: boolean;
}

/** A call of a kernel, with its sizes and numbers at three numbers of examples. */
export interface MergedCall {
  readonly kernel: string;
  readonly inputs: readonly Operand[];
  readonly settings: readonly MergedSetting[];
  readonly shape: readonly Amount[];
  readonly dtype: Dtype;
}

/** What a kernel was told: numbers as amounts, lists of them as lists of amounts, all else as it is. */
export type MergedSetting = Amount | readonly Amount[] | Exclude<Setting, number | readonly number[]>;

/** Adds the nodes of a call, and returns the name of what they make. */
export type Write = (graph: Graph, call: MergedCall) => string;

/** A setting that is a number. */
export function amountAt({ settings }: MergedCall, i: number): Amount {
  return settings[i] as Amount;
}

/** A setting that is a number, the same for any number of examples. */
export function numberAt(call: MergedCall, i: number): number {
  return settledValue(amountAt(call, i), `a setting of ${call.kernel}`);
}

/** Settings that are numbers, likewise. */
export function numbersAt({ kernel, settings }: MergedCall, i: number): number[] {
  return (settings[i] as readonly Amount[]).map((amount) => settledValue(amount, `a setting of ${kernel}`));
}

/** The sizes of a shape that has to be the same for any number of examples. */
export function fixedShape(kernel: string, shape: readonly Amount[]): number[] {
  return shape.map((size) => settledValue(size, `a shape for ${kernel}`));
}

/** The name of an operand under another shape of as many elements. */
export function reshaped(graph: Graph, name: string, from: readonly Amount[], to: readonly Amount[]): string {
  if (from.length === to.length && from.every((size, d) => size.every((n, i) => n === to[d][i]))) return name;
  const open = to.filter((size) => !isFixed(size));
  const isEmpty = to.some((size) => size.includes(0));
  if (open.length > 1 || isEmpty) return graph.node("Reshape", [name, graph.ints(to)]);
  // −1 is what is left.
  return graph.node("Reshape", [name, graph.fixedInts(to.map((size) => (isFixed(size) ? size[0] : -1)))]);
}

/** Refuses what ONNX has no word for. */
export function refuse(kernel: string, got: string): never {
  throw new TensorError("exportOnnx", { expected: `a ${kernel} that ONNX can say`, got });
}
