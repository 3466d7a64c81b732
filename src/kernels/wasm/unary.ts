import { NDArray } from "../array.ts";
import type { Kernels } from "../index.ts";
import { chunk, type Machine } from "./machine.ts";

/** The functions of one variable whose bits are the library's own, the same in every engine. */
const names = ["exp", "log", "log1p", "sqrt", "rsqrt", "tanh", "sigmoid", "erf", "sin", "cos"] as const;

type UnaryKernels = Pick<Kernels, (typeof names)[number] | "softplus">;

/** Elementwise functions of float32 and float64. */
export function unaryOn(machine: Machine): UnaryKernels {
  const { run } = machine;

  /** `y`, made of `x` by one kernel for each dtype, which get addresses, the length, and what else there is. */
  const map = (name: string, x: NDArray, ...settings: number[]): NDArray => {
    const isSingle = x.data instanceof Float32Array;
    const [size, length] = [isSingle ? 4 : 8, Math.min(x.data.length, chunk)];
    const [from, to] = machine.reserve(size * length, size * length);
    const heap = isSingle ? machine.floats() : machine.doubles();
    const kernel = run[`${name}${isSingle ? "F32" : "F64"}`];
    const y = isSingle ? new Float32Array(x.data.length) : new Float64Array(x.data.length);
    for (let start = 0; start < y.length; start += chunk) {
      const part = x.data.subarray(start, start + chunk);
      heap.set(part, from / size);
      kernel(from, to, part.length, ...settings);
      y.set(heap.subarray(to / size, to / size + part.length), start);
    }
    return new NDArray(y, x.shape, x.dtype);
  };

  const unary = Object.fromEntries(names.map((name) => [name, (x: NDArray) => map(name, x)]));
  return {
    ...(unary as Pick<Kernels, (typeof names)[number]>),
    softplus: (x, beta, threshold) => map("softplus", x, beta, threshold),
  };
}
