import { type Data, isFloat } from "../../../base/dtype.ts";
import { empty, emptyLike, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import * as loops from "../../reference/binary.ts";
import { reluBackward, sigmoidBackward, tanhBackward } from "../../reference/elementwise.ts";
import { longer } from "../../reference/walk.ts";
import { chunk, type Machine } from "../machine.ts";
import type { Kernel } from "../tape.ts";

type Name = keyof typeof loops | "tanhBackward" | "sigmoidBackward" | "reluBackward";

type Binary = (a: NDArray, b: NDArray) => NDArray;

/** Below so many elements an operation is done before its operands are copied into WebAssembly's memory. */
export const few = 128;

/** Functions of two arrays, of which one may repeat, in float32 and float64; of other dtypes they are the reference's. */
export function binaryOn(machine: Machine): Pick<Kernels, Name> {
  /** The address of `data`, or of a vector of its only number. */
  const at = (data: Data): number => (data.length > 1 ? machine.at(data) : machine.putNumber(data));

  const run = (kernel: Kernel, a: Data, b: Data, y: Data, flag: number): void => {
    const size = y.length;
    const period = Math.min(a.length, b.length);
    const repeats = period > 1 && period < size;
    if (size > chunk) {
      const step = !repeats ? chunk : period > chunk ? period : chunk - (chunk % period);
      for (let start = 0; start < size; start += step) {
        const end = Math.min(start + step, size);
        const left = a.length === size ? a.subarray(start, end) : a;
        run(kernel, left, b.length === size ? b.subarray(start, end) : b, y.subarray(start, end), flag);
      }
      return;
    }
    machine.beginRepeatable();
    const left = at(a);
    const right = at(b);
    const to = machine.roomFor(y);
    const width = repeats ? period : size;
    const bytes = width * a.BYTES_PER_ELEMENT;
    const [stepA, stepB] = [a.length === 1 ? 0 : 16, b.length === 1 ? 0 : 16];
    const [rowA, rowB] = [a.length === size ? bytes : 0, b.length === size ? bytes : 0];
    kernel(left, right, to, size / width, bytes, stepA, stepB, rowA, rowB, flag);
    machine.get(to, y);
  };

  const binary = (plain: Binary, name: string, atLeast = few, flag = 0, isComparison = false): Binary => {
    const kernel = machine.twin(name);
    return (a, b) => {
      const long = longer(a, b);
      if (long.data.length < atLeast || !isFloat(a.dtype)) return plain(a, b);
      const y = isComparison ? empty("bool", long.shape) : emptyLike(long);
      run(kernel(a.dtype), a.data, b.data, y.data, flag);
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
