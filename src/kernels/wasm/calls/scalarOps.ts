import { isFloat } from "../../../base/dtype.ts";
import { emptyLike, NDArray } from "../../array.ts";
import { inPieces } from "../../beside/composed/pieces.ts";
import type { Kernels } from "../../kernels.ts";
import { neg, relu } from "../../reference/elementwise.ts";
import * as loops from "../../reference/scalarOps.ts";
import type { Machine } from "../machine.ts";

type Arithmetic = Pick<Kernels, "add" | "mul" | "div" | "pow" | "maximum" | "sqrt" | "rsqrt">;

/** Functions of an array and a plain number, by those of two arrays, of which one has a single number. */
export function scalarOpsOn(machine: Machine, kernels: Arithmetic): Pick<Kernels, keyof typeof loops | "neg" | "relu"> {
  const { add, mul, div, pow, maximum, sqrt, rsqrt } = kernels;
  return {
    addScalar: (x, c) => (isFloat(x.dtype) ? add(x, single(x, c)) : loops.addScalar(x, c)),
    mulScalar: (x, c) => (isFloat(x.dtype) ? mul(x, single(x, c)) : loops.mulScalar(x, c)),
    divScalar: (x, c) => (isFloat(x.dtype) ? div(x, single(x, c)) : loops.divScalar(x, c)),
    neg: (x) => (isFloat(x.dtype) ? mul(x, single(x, -1)) : neg(x)),
    relu: (x) => (isFloat(x.dtype) ? maximum(x, single(x, 0)) : relu(x)),
    powScalar: (x, p) => {
      if (!isFloat(x.dtype) || p === 0) return loops.powScalar(x, p);
      if (p === -1) return div(single(x, 1), x);
      if (p === 2) return mul(x, x);
      if (p === 3)
        return inPieces(machine, machine.run[x.dtype === "float32" ? "cubeF32" : "cubeF64"], [x], emptyLike(x));
      if (p === 0.5) return sqrt(x);
      return p === -0.5 ? rsqrt(x) : pow(x, single(x, p));
    },
  };
}

/** One number, float32 or float64 as `x` is. */
function single({ dtype }: NDArray, c: number): NDArray {
  return new NDArray(dtype === "float32" ? Float32Array.of(c) : Float64Array.of(c), [], dtype);
}
