import { acos, asin, atan, atan2 } from "../numbers/arcs.ts";
import { log2, log10 } from "../numbers/logarithms.ts";
import { cosh, expm1, sinh } from "../numbers/powers.ts";
import { type Alike, each, pairs } from "./elementwise.ts";

/** `y = log₂ x`. */
export const log2Of: Alike = { name: "log2", plain: ([x]) => each(x, log2), simd: () => log2Of.plain };
/** `y = log₁₀ x`. */
export const log10Of: Alike = { name: "log10", plain: ([x]) => each(x, log10), simd: () => log10Of.plain };
/** `y = eˣ − 1`. */
export const expm1Of: Alike = { name: "expm1", plain: ([x]) => each(x, expm1), simd: () => expm1Of.plain };
/** `y = sinh x`. */
export const sinhOf: Alike = { name: "sinh", plain: ([x]) => each(x, sinh), simd: () => sinhOf.plain };
/** `y = cosh x`. */
export const coshOf: Alike = { name: "cosh", plain: ([x]) => each(x, cosh), simd: () => coshOf.plain };
/** `y = arcsin x`. */
export const asinOf: Alike = { name: "asin", plain: ([x]) => each(x, asin), simd: () => asinOf.plain };
/** `y = arccos x`. */
export const acosOf: Alike = { name: "acos", plain: ([x]) => each(x, acos), simd: () => acosOf.plain };
/** `y = arctan x`. */
export const atanOf: Alike = { name: "atan", plain: ([x]) => each(x, atan), simd: () => atanOf.plain };
/** The angles of points, their second coordinates first. */
export const atan2Of: Alike = { name: "atan2", plain: ([y, x]) => pairs(y, x, atan2), simd: () => atan2Of.plain };
