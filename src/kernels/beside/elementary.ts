import { emptyLike, type NDArray } from "../array.ts";
import { acos, asin, atan, atan2 } from "../numbers/arcs.ts";
import { log2, log10 } from "../numbers/logarithms.ts";
import { cosh, expm1, sinh } from "../numbers/powers.ts";
import { inPieces } from "./composed/pieces.ts";
import { type Alike, each, pairs } from "./elementwise.ts";
import { moduleOn } from "./module.ts";

// Elementary functions: of float64 one loop, and the same bits, for every set; of float32 in SIMD where there is such, however
// few there are, so that a number has the same bits wherever it stands.

/** The functions by their place in the SIMD kernel. */
const functions = ["log2", "log10", "expm1", "sinh", "cosh", "asin", "acos", "atan"];

function elementary(name: string, plain: (x: NDArray) => NDArray): Alike {
  const kernel: Alike = {
    name,
    plain: ([x]) => plain(x),
    simd: (machine) => (inputs) => {
      const [x] = inputs;
      if (x.dtype !== "float32") return plain(x);
      return inPieces(machine, moduleOn(machine).elementary, inputs, emptyLike(x), functions.indexOf(name));
    },
  };
  return kernel;
}

/** `y = log₂ x`. */
export const log2Of: Alike = /* @__PURE__ */ elementary("log2", (x) => each(x, log2));
/** `y = log₁₀ x`. */
export const log10Of: Alike = /* @__PURE__ */ elementary("log10", (x) => each(x, log10));
/** `y = eˣ − 1`. */
export const expm1Of: Alike = /* @__PURE__ */ elementary("expm1", (x) => each(x, expm1));
/** `y = sinh x`. */
export const sinhOf: Alike = /* @__PURE__ */ elementary("sinh", (x) => each(x, sinh));
/** `y = cosh x`. */
export const coshOf: Alike = /* @__PURE__ */ elementary("cosh", (x) => each(x, cosh));
/** `y = arcsin x`. */
export const asinOf: Alike = /* @__PURE__ */ elementary("asin", (x) => each(x, asin));
/** `y = arccos x`. */
export const acosOf: Alike = /* @__PURE__ */ elementary("acos", (x) => each(x, acos));
/** `y = arctan x`. */
export const atanOf: Alike = /* @__PURE__ */ elementary("atan", (x) => each(x, atan));

/** The angles of points, their second coordinates first. */
export const atan2Of: Alike = {
  name: "atan2",
  plain: ([y, x]) => pairs(y, x, atan2),
  simd: (machine) => (inputs) => {
    const [y] = inputs;
    if (y.dtype !== "float32") return atan2Of.plain(inputs, {});
    return inPieces(machine, moduleOn(machine).angles, inputs, emptyLike(y));
  },
};
