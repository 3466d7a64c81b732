import type { Dtype } from "../../base/dtype.ts";
import { empty, emptyLike, NDArray } from "../array.ts";
import { fresh } from "../memory/fresh.ts";
import * as scalar from "../numbers/scalar.ts";

/** `y = x`, in memory of its own. */
export function copy(x: NDArray): NDArray {
  const y = emptyLike(x);
  y.data.set(x.data);
  return y;
}

/** `y = x` as another dtype: to int32 towards zero, to bool whether it is not zero. */
export function cast(x: NDArray, dtype: Dtype): NDArray {
  const y = fresh(dtype, x.data.length);
  if (dtype === "bool") for (let i = 0; i < y.length; i++) y[i] = x.data[i] !== 0 ? 1 : 0;
  else y.set(x.data);
  return new NDArray(y, x.shape, dtype);
}

/** `y = value` everywhere. */
export function fill(dtype: Dtype, shape: readonly number[], value: number): NDArray {
  const y = empty(dtype, shape);
  y.data.fill(value);
  return y;
}

/** `y = min(max(x, low), high)`; NaN stays. */
export function clamp(x: NDArray, low: number, high: number): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.min(Math.max(x.data[i], low), high);
  return y;
}

/** `y = −x`. */
export function neg(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = -x.data[i];
  return y;
}

/** `y = eˣ`. */
export function exp(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.exp(x.data[i]);
  return y;
}

/** `y = ln x`. */
export function log(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.log(x.data[i]);
  return y;
}

/** `y = ln(1 + x)`. */
export function log1p(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.log1p(x.data[i]);
  return y;
}

/** `y = √x`. */
export function sqrt(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.sqrt(x.data[i]);
  return y;
}

/** `y = 1/√x`. */
export function rsqrt(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = 1 / Math.sqrt(x.data[i]);
  return y;
}

/** `y = |x|`. */
export function abs(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.abs(x.data[i]);
  return y;
}

/** `y = −1, 0 or 1`; 0 for NaN, as PyTorch. */
export function sign(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] > 0 ? 1 : x.data[i] < 0 ? -1 : 0;
  return y;
}

/** `y = tanh x`. */
export function tanh(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.tanh(x.data[i]);
  return y;
}

/** `dx = g·(1 − y)(1 + y)`, which `1 − y²` is without its cancellation. */
export function tanhBackward(g: NDArray, y: NDArray): NDArray {
  const dx = emptyLike(g);
  for (let i = 0; i < dx.data.length; i++) dx.data[i] = g.data[i] * ((1 - y.data[i]) * (1 + y.data[i]));
  return dx;
}

/** `y = 1/(1 + e⁻ˣ)`. */
export function sigmoid(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = 1 / (1 + Math.exp(-x.data[i]));
  return y;
}

/** `dx = g·y·(1 − y)`. */
export function sigmoidBackward(g: NDArray, y: NDArray): NDArray {
  const dx = emptyLike(g);
  for (let i = 0; i < dx.data.length; i++) dx.data[i] = g.data[i] * y.data[i] * (1 - y.data[i]);
  return dx;
}

/** `y = max(x, 0)`; NaN stays. */
export function relu(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] <= 0 ? 0 : x.data[i];
  return y;
}

/** `dx = g` where `y > 0`, and where it is NaN. */
export function reluBackward(g: NDArray, y: NDArray): NDArray {
  const dx = emptyLike(g);
  for (let i = 0; i < dx.data.length; i++) dx.data[i] = y.data[i] <= 0 ? 0 : g.data[i];
  return dx;
}

/** `y = ln(1 + e^(beta·x)) / beta`, and `x` itself beyond the threshold. */
export function softplus(x: NDArray, beta: number, threshold: number): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) {
    const z = beta * x.data[i];
    y.data[i] = z > threshold ? x.data[i] : Math.log1p(Math.exp(z)) / beta;
  }
  return y;
}

/** `y = erf x`. */
export function erf(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = scalar.erf(x.data[i]);
  return y;
}

/** `y = sin x`. */
export function sin(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.sin(x.data[i]);
  return y;
}

/** `y = cos x`. */
export function cos(x: NDArray): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.cos(x.data[i]);
  return y;
}

/** `y = a` where the condition holds, else `b`. */
export function where(condition: NDArray, a: NDArray, b: NDArray): NDArray {
  const y = emptyLike(a);
  for (let i = 0; i < y.data.length; i++) y.data[i] = condition.data[i] !== 0 ? a.data[i] : b.data[i];
  return y;
}

/** `y = value` where the mask holds, else `x`. */
export function maskedFill(x: NDArray, mask: NDArray, value: number): NDArray {
  const y = emptyLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = mask.data[i] !== 0 ? value : x.data[i];
  return y;
}

/** The first NaN or infinity and where it is, or null. */
export function findNonFinite(x: NDArray): { readonly at: number; readonly value: number } | null {
  for (let at = 0; at < x.data.length; at++) {
    if (!Number.isFinite(x.data[at])) return { at, value: x.data[at] };
  }
  return null;
}
