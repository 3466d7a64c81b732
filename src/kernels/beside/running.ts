import { around, empty, type NDArray } from "../array.ts";
import type { Beside } from "./beside.ts";

/** Along which dimension. */
interface Along {
  readonly dim: number;
}

/** `yᵢ = yᵢ₋₁·xᵢ` along a dimension, of whole numbers to their lowest 32 bits, of floats in double precision. */
function product([x]: readonly NDArray[], { dim }: Along): NDArray {
  const y = empty(x.dtype, x.shape);
  const [outer, length, inner] = around(x.shape, dim, dim + 1);
  const [from, to] = [x.data, y.data];
  const isWhole = x.dtype === "int32";
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let total = 1;
      for (let l = 0, at = o * length * inner + i; l < length; l++, at += inner) {
        total = isWhole ? Math.imul(total, from[at]) : total * from[at];
        to[at] = total;
      }
    }
  }
  return y;
}

/** `rᵢ = aᵢ + bᵢ·rᵢ₋₁` along a dimension, `r₀ = a₀`, in double precision. */
function recurrence([a, b]: readonly NDArray[], { dim }: Along): NDArray {
  const r = empty(a.dtype, a.shape);
  const [outer, length, inner] = around(a.shape, dim, dim + 1);
  const [added, factors, to] = [a.data, b.data, r.data];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let last = 0;
      for (let l = 0, at = o * length * inner + i; l < length; l++, at += inner) {
        last = l === 0 ? added[at] : added[at] + factors[at] * last;
        to[at] = last;
      }
    }
  }
  return r;
}

/** The running product. */
export const productOf: Beside<Along> = { name: "cumprod", plain: product, simd: () => product };

/** What its gradient is made of, and that of itself. */
export const recurrenceOf: Beside<Along> = { name: "recurrence", plain: recurrence, simd: () => recurrence };
