import { NDArray } from "../array.ts";
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
      const size = 4 * Math.min(a.data.length, chunk);
      const [left, right, to] = machine.reserve(size, size, size);
      const heap = machine.floats();
      const y = new Float32Array(a.data.length);
      for (let start = 0; start < y.length; start += chunk) {
        const end = Math.min(start + chunk, y.length);
        heap.set(a.data.subarray(start, end), left / 4);
        heap.set(b.data.subarray(start, end), right / 4);
        kernel(left, right, to, end - start);
        y.set(heap.subarray(to / 4, to / 4 + end - start), start);
      }
      return new NDArray(y, a.shape, a.dtype);
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
