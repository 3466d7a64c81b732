import { isFloat } from "../../../base/dtype.ts";
import { emptyLike, type NDArray } from "../../array.ts";
import type { Kernels } from "../../kernels.ts";
import { abs, clamp, sign, sqrt } from "../../reference/elementwise.ts";
import { chunk, type Machine } from "../machine.ts";

type Name =
  | "exp"
  | "log"
  | "log1p"
  | "sqrt"
  | "rsqrt"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "sin"
  | "cos"
  | "softplus"
  | "abs"
  | "sign"
  | "clamp";

type Unary = (x: NDArray, c?: number, d?: number) => NDArray;

/** Below so many elements what has the same bits anyway is done before it is copied into WebAssembly's memory. */
export const few = 128;

/** Functions of one array, of float32 and float64. */
export function unaryOn(machine: Machine): Pick<Kernels, Name> {
  /** The kernels get addresses, the length, and what else there is. */
  const unary = (name: Name): Unary => {
    const twin = machine.twin(name);
    return (x, c = 0, d = 0) => {
      const y = emptyLike(x);
      const kernel = twin(x.dtype);
      const size = y.data.length;
      for (let start = 0; start < size; start += chunk) {
        const part = size <= chunk ? x.data : x.data.subarray(start, start + chunk);
        machine.beginRepeatable();
        const result = size <= chunk ? y.data : y.data.subarray(start, start + chunk);
        const from = machine.at(part);
        const to = machine.roomOver(from, result);
        kernel(from, to, part.length, c, d);
        machine.get(to, result);
      }
      return y;
    };
  };

  /** Where the plain loop has the same bits, it does the rest. */
  const plainOr = (plain: Unary, name: Name): Unary => {
    const fast = unary(name);
    return (x) => (x.data.length < few || !isFloat(x.dtype) ? plain(x) : fast(x));
  };
  const fastClamp = unary("clamp");

  return {
    exp: unary("exp"),
    log: unary("log"),
    log1p: unary("log1p"),
    sqrt: plainOr(sqrt, "sqrt"),
    rsqrt: unary("rsqrt"),
    tanh: unary("tanh"),
    sigmoid: unary("sigmoid"),
    erf: unary("erf"),
    sin: unary("sin"),
    cos: unary("cos"),
    softplus: unary("softplus"),
    abs: plainOr(abs, "abs"),
    sign: plainOr(sign, "sign"),
    clamp: (x, low, high) => (x.data.length < few || !isFloat(x.dtype) ? clamp : fastClamp)(x, low, high),
  };
}
