import { isFloat } from "../../../base/dtype.ts";
import { emptyLike, type NDArray } from "../../array.ts";
import { inPieces } from "../../beside/composed/pieces.ts";
import type { Kernels } from "../../kernels.ts";
import { abs, clamp, sign, sqrt } from "../../reference/elementwise.ts";
import type { Machine } from "../machine.ts";

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
    const [single, double] = [machine.run[`${name}F32`], machine.run[`${name}F64`]];
    return (x, c = 0, d = 0) => inPieces(machine, x.dtype === "float32" ? single : double, [x], emptyLike(x), c, d);
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
