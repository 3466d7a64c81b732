import { emptyLike, type NDArray } from "../array.ts";
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
    const kernel = run[`${name}${x.dtype === "float32" ? "F32" : "F64"}`];
    const y = emptyLike(x);
    for (let start = 0; start < y.data.length; start += chunk) {
      const part = x.data.subarray(start, start + chunk);
      machine.begin();
      const from = machine.put(part);
      kernel(from, from, part.length, ...settings);
      machine.get(from, y.data.subarray(start, start + chunk));
    }
    return y;
  };

  const unary = Object.fromEntries(names.map((name) => [name, (x: NDArray) => map(name, x)]));
  return {
    ...(unary as Pick<Kernels, (typeof names)[number]>),
    softplus: (x, beta, threshold) => map("softplus", x, beta, threshold),
  };
}
