import { type Data, isFloat, sizeOf } from "../../../base/dtype.ts";
import { empty, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import * as loops from "../../reference/binary.ts";
import { reluBackward, sigmoidBackward, tanhBackward } from "../../reference/elementwise.ts";
import { walk } from "../../reference/walk.ts";
import { chunk, type Machine } from "../machine.ts";
import type { Kernel } from "../tape.ts";

type Name = keyof typeof loops | "tanhBackward" | "sigmoidBackward" | "reluBackward";

type Binary = (a: NDArray, b: NDArray) => NDArray;

/** Below so many elements an operation is done before its operands are copied into WebAssembly's memory. */
export const few = 128;

/**
 * Runs a kernel of two arrays, row by row as rows.ts of the assembly tells it, on pieces of no more than a chunk, or of a row where
 * that is longer and there are several.
 */
export function runRows(
  machine: Machine,
  kernel: Kernel,
  a: Data,
  b: Data,
  y: Data,
  { width, stepA, stepB, backA, backB }: Omit<ReturnType<typeof walk>, "shape">,
  flag: number,
): void {
  const isOne = width === y.length;
  const step = isOne ? chunk : width > chunk ? width : chunk - (chunk % width);
  /** What goes with elements of the result: as many, a number for each row, or all. */
  const part = (x: Data, xStep: number, back: number, start: number, end: number): Data => {
    if (x.length === 1 || (xStep === 1 && back > 0) || y.length <= step) return x;
    return xStep === 1 ? x.subarray(start, end) : x.subarray(start / width, end / width);
  };
  const at = (data: Data, xStep: number): number => (xStep === 1 ? machine.at(data) : machine.putNumbers(data));
  for (let start = 0; start < y.length; start += step) {
    const end = Math.min(start + step, y.length);
    machine.beginRepeatable();
    const left = at(part(a, stepA, backA, start, end), stepA);
    const right = a === b && stepA === stepB ? left : at(part(b, stepB, backB, start, end), stepB);
    const result = y.length <= step ? y : y.subarray(start, end);
    const to = machine.roomFor(result);
    const long = isOne ? result.length : width;
    const bytes = long * a.BYTES_PER_ELEMENT;
    /** From row to row: the next number, nothing, or as many. */
    const row = (xStep: number, back: number): number => (xStep === 0 ? -16 * back : back > 0 ? 0 : bytes);
    kernel(
      left,
      right,
      to,
      result.length / long,
      bytes,
      16 * stepA,
      16 * stepB,
      row(stepA, backA),
      row(stepB, backB),
      flag,
    );
    machine.get(to, result);
  }
}

/** Functions of two arrays, of which one may repeat, in float32 and float64; of other dtypes they are the reference's. */
export function binaryOn(machine: Machine): Pick<Kernels, Name> {
  const binary = (plain: Binary, name: string, atLeast = few, flag = 0, isComparison = false): Binary => {
    const kernel = machine.twin(name);
    return (a, b) => {
      if (!isFloat(a.dtype)) return plain(a, b);
      const layout = walk(a, b);
      if (sizeOf(layout.shape) < atLeast) return plain(a, b);
      const y = empty(isComparison ? "bool" : a.dtype, layout.shape);
      runRows(machine, kernel(a.dtype), a.data, b.data, y.data, layout, flag);
      return y;
    };
  };

  return {
    add: binary(loops.add, "add"),
    sub: binary(loops.sub, "add", few, 1),
    mul: binary(loops.mul, "mul"),
    div: binary(loops.div, "div"),
    pow: binary(loops.pow, "pow", 1), // always: the plain loop has other bits
    maximum: binary(loops.maximum, "maximum"),
    minimum: binary(loops.minimum, "maximum", few, 1),
    tanhBackward: binary(tanhBackward, "tanhBackward", 1),
    sigmoidBackward: binary(sigmoidBackward, "sigmoidBackward", 1),
    reluBackward: binary(reluBackward, "reluBackward"),
    eq: binary(loops.eq, "compare", few, 2, true),
    ne: binary(loops.ne, "compare", few, 6, true),
    lt: binary(loops.lt, "compare", few, 1, true),
    le: binary(loops.le, "compare", few, 3, true),
  };
}
