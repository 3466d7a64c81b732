import type { Tensor } from "evenkeel";

/** How one input of a row is to be drawn. */
export interface Input {
  readonly kind: "float" | "constant" | "distinct" | "int" | "mask";
  readonly shape: readonly number[];
  readonly min: number;
  readonly max: number;
}

/** One way to use one operation, from which every law is tested. */
export interface Row {
  /** The public name: a method of `Tensor`, a function, or a fused operation. */
  readonly op: string;
  /** What is special about this row, where an operation has several. */
  readonly title?: string;
  /** The same in PyTorch, as a Python function of the inputs. */
  readonly torch: string;
  readonly run: (...inputs: Tensor[]) => Tensor;
  /** The inputs, for two sizes that are free. */
  readonly inputs: (n: number, c: number) => readonly Input[];
  /** The sizes for which PyTorch's values are kept. Default: those in ops.table.ts. */
  readonly sizes?: readonly (readonly [n: number, c: number])[];
  /** How far float32 may be off, in parts of an array's largest element. Default 1e-6. */
  readonly single?: number;
  /** Whether the output has a gradient. Default `true`. */
  readonly smooth?: boolean;
  /** Values at which it changes its course, beside 0: bounds and thresholds. */
  readonly edges?: readonly number[];
}

/** Floats spread evenly between bounds. */
export const float = (shape: readonly number[], min = -2, max = 2): Input => ({ kind: "float", shape, min, max });
/** Floats of which no gradient is wanted. */
export const constant = (shape: readonly number[], min: number, max: number): Input => ({
  kind: "constant",
  shape,
  min,
  max,
});
/** Floats no two of which are near each other, for what has kinks where elements are equal. */
export const distinct = (shape: readonly number[]): Input => ({ kind: "distinct", shape, min: 0, max: 0 });
/** Whole numbers from `min` to below `max`. */
export const int = (shape: readonly number[], min: number, max: number): Input => ({ kind: "int", shape, min, max });
/** Bools, half of them true. */
export const mask = (shape: readonly number[]): Input => ({ kind: "mask", shape, min: 0, max: 1 });

export const one =
  (min?: number, max?: number) =>
  (n: number, c: number): Input[] => [float([n, c], min, max)];
export const two = (n: number, c: number): Input[] => [float([n, c]), float([n, c])];
export const apart = (n: number, c: number): Input[] => [distinct([n, c])];
export const nonzero = [
  [2, 3],
  [3, 1],
  [1, 4],
] as const;
