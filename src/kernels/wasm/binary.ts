import { emptyLike, type NDArray } from "../array.ts";
import type { Kernels } from "../index.ts";
import { add, div, mul, sub, tanhBackward } from "../reference/elementwise.ts";
import { chunk, type Machine } from "./machine.ts";

/** The plain loops, by name. */
const loops = { add, sub, mul, div, tanhBackward };

type Name = keyof typeof loops;

/** Below so many elements an operation is done before its operands are copied into WebAssembly's memory. */
const few = 256;

/** Elementwise functions of two arrays of float32; of other dtypes they are the reference's. */
export function binaryOn(machine: Machine): Pick<Kernels, Name> {
  const binary = (name: Name) => {
    const [plain, kernel] = [loops[name], machine.run[`${name}F32`]];
    return (a: NDArray, b: NDArray): NDArray => {
      if (a.dtype !== "float32" || a.data.length < few) return plain(a, b);
      const y = emptyLike(a);
      for (let start = 0; start < y.data.length; start += chunk) {
        const end = Math.min(start + chunk, y.data.length);
        machine.begin();
        const left = machine.put(a.data.subarray(start, end));
        const right = machine.put(b.data.subarray(start, end));
        kernel(left, right, left, end - start);
        machine.get(left, y.data.subarray(start, end));
      }
      return y;
    };
  };
  return {
    add: binary("add"),
    sub: binary("sub"),
    mul: binary("mul"),
    div: binary("div"),
    tanhBackward: binary("tanhBackward"),
  };
}
