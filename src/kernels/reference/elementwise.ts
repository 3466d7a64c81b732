import { type Dtype, NDArray, zeros, zerosLike } from "../array.ts";
import { fresh } from "../pool.ts";
import * as scalar from "../scalar.ts";

/** `y = x`, in memory of its own. */
export function copy(x: NDArray): NDArray {
  return new NDArray(x.data.slice(), x.shape, x.dtype);
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
  const y = zeros(dtype, shape);
  y.data.fill(value);
  return y;
}

/** `y = x + c`. */
export function addScalar(x: NDArray, c: number): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] + c;
  return y;
}

/** `y = x·c`. */
export function mulScalar(x: NDArray, c: number): NDArray {
  const y = zerosLike(x);
  if (x.dtype === "int32") for (let i = 0; i < y.data.length; i++) y.data[i] = Math.imul(x.data[i], c);
  else for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] * c;
  return y;
}

/** `y = x / c`. */
export function divScalar(x: NDArray, c: number): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] / c;
  return y;
}

/** `y = a + b`. */
export function add(a: NDArray, b: NDArray): NDArray {
  const y = zerosLike(a);
  if (a.dtype === "bool") for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] | b.data[i];
  else for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] + b.data[i];
  return y;
}

/** `y = a − b`. */
export function sub(a: NDArray, b: NDArray): NDArray {
  const y = zerosLike(a);
  for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] - b.data[i];
  return y;
}

/** `y = a·b`. */
export function mul(a: NDArray, b: NDArray): NDArray {
  const y = zerosLike(a);
  if (a.dtype === "int32") for (let i = 0; i < y.data.length; i++) y.data[i] = Math.imul(a.data[i], b.data[i]);
  else for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] * b.data[i];
  return y;
}

/** `y = a / b`. */
export function div(a: NDArray, b: NDArray): NDArray {
  const y = zerosLike(a);
  for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] / b.data[i];
  return y;
}

/** `y = aᵇ`. */
export function pow(a: NDArray, b: NDArray): NDArray {
  const y = zerosLike(a);
  if (a.dtype === "int32") for (let i = 0; i < y.data.length; i++) y.data[i] = scalar.powInt(a.data[i], b.data[i]);
  else for (let i = 0; i < y.data.length; i++) y.data[i] = scalar.pow(a.data[i], b.data[i]);
  return y;
}

/** `y = xᵖ`. */
export function powScalar(x: NDArray, p: number): NDArray {
  const y = zerosLike(x);
  if (x.dtype === "int32") for (let i = 0; i < y.data.length; i++) y.data[i] = scalar.powInt(x.data[i], p);
  else if (p === 2) for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] * x.data[i];
  else if (p === -0.5) for (let i = 0; i < y.data.length; i++) y.data[i] = 1 / Math.sqrt(x.data[i]);
  else for (let i = 0; i < y.data.length; i++) y.data[i] = scalar.pow(x.data[i], p);
  return y;
}

/** `y = max(a, b)`; NaN where either is. */
export function maximum(a: NDArray, b: NDArray): NDArray {
  const y = zerosLike(a);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.max(a.data[i], b.data[i]);
  return y;
}

/** `y = min(a, b)`; NaN where either is. */
export function minimum(a: NDArray, b: NDArray): NDArray {
  const y = zerosLike(a);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.min(a.data[i], b.data[i]);
  return y;
}

/** `y = min(max(x, low), high)`; NaN stays. */
export function clamp(x: NDArray, low: number, high: number): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.min(Math.max(x.data[i], low), high);
  return y;
}

/** `y = −x`. */
export function neg(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = -x.data[i];
  return y;
}

/** `y = eˣ`. */
export function exp(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.exp(x.data[i]);
  return y;
}

/** `y = ln x`. */
export function log(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.log(x.data[i]);
  return y;
}

/** `y = ln(1 + x)`. */
export function log1p(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.log1p(x.data[i]);
  return y;
}

/** `y = √x`. */
export function sqrt(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.sqrt(x.data[i]);
  return y;
}

/** `y = 1/√x`. */
export function rsqrt(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = 1 / Math.sqrt(x.data[i]);
  return y;
}

/** `y = |x|`. */
export function abs(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.abs(x.data[i]);
  return y;
}

/** `y = −1, 0 or 1`; 0 for NaN, as PyTorch. */
export function sign(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] > 0 ? 1 : x.data[i] < 0 ? -1 : 0;
  return y;
}

/** `y = tanh x`. */
export function tanh(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.tanh(x.data[i]);
  return y;
}

/** `dx = g·(1 − y²)`. */
export function tanhBackward(g: NDArray, y: NDArray): NDArray {
  const dx = zerosLike(g);
  for (let i = 0; i < dx.data.length; i++) dx.data[i] = g.data[i] * (1 - y.data[i] * y.data[i]);
  return dx;
}

/** `y = 1/(1 + e⁻ˣ)`. */
export function sigmoid(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = 1 / (1 + Math.exp(-x.data[i]));
  return y;
}

/** `dx = g·y·(1 − y)`. */
export function sigmoidBackward(g: NDArray, y: NDArray): NDArray {
  const dx = zerosLike(g);
  for (let i = 0; i < dx.data.length; i++) dx.data[i] = g.data[i] * y.data[i] * (1 - y.data[i]);
  return dx;
}

/** `y = max(x, 0)`; NaN stays. */
export function relu(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] <= 0 ? 0 : x.data[i];
  return y;
}

/** `dx = g` where `y > 0`, and where it is NaN. */
export function reluBackward(g: NDArray, y: NDArray): NDArray {
  const dx = zerosLike(g);
  for (let i = 0; i < dx.data.length; i++) dx.data[i] = y.data[i] <= 0 ? 0 : g.data[i];
  return dx;
}

/** `y = ln(1 + e^(beta·x)) / beta`, and `x` itself beyond the threshold. */
export function softplus(x: NDArray, beta: number, threshold: number): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) {
    const z = beta * x.data[i];
    y.data[i] = z > threshold ? x.data[i] : Math.log1p(Math.exp(z)) / beta;
  }
  return y;
}

/** `y = erf x`. */
export function erf(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = scalar.erf(x.data[i]);
  return y;
}

/** `y = sin x`. */
export function sin(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.sin(x.data[i]);
  return y;
}

/** `y = cos x`. */
export function cos(x: NDArray): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = Math.cos(x.data[i]);
  return y;
}

/** `y = a` where the condition holds, else `b`. */
export function where(condition: NDArray, a: NDArray, b: NDArray): NDArray {
  const y = zerosLike(a);
  for (let i = 0; i < y.data.length; i++) y.data[i] = condition.data[i] !== 0 ? a.data[i] : b.data[i];
  return y;
}

/** `y = value` where the mask holds, else `x`. */
export function maskedFill(x: NDArray, mask: NDArray, value: number): NDArray {
  const y = zerosLike(x);
  for (let i = 0; i < y.data.length; i++) y.data[i] = mask.data[i] !== 0 ? value : x.data[i];
  return y;
}

/** `y = (a = b)`. */
export function eq(a: NDArray, b: NDArray): NDArray {
  const y = zeros("bool", a.shape);
  for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] === b.data[i] ? 1 : 0;
  return y;
}

/** `y = (a ≠ b)`. */
export function ne(a: NDArray, b: NDArray): NDArray {
  const y = zeros("bool", a.shape);
  for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] !== b.data[i] ? 1 : 0;
  return y;
}

/** `y = (a < b)`. */
export function lt(a: NDArray, b: NDArray): NDArray {
  const y = zeros("bool", a.shape);
  for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] < b.data[i] ? 1 : 0;
  return y;
}

/** `y = (a ≤ b)`. */
export function le(a: NDArray, b: NDArray): NDArray {
  const y = zeros("bool", a.shape);
  for (let i = 0; i < y.data.length; i++) y.data[i] = a.data[i] <= b.data[i] ? 1 : 0;
  return y;
}

/** The first NaN or infinity and where it is, or null. */
export function findNonFinite(x: NDArray): { readonly at: number; readonly value: number } | null {
  for (let at = 0; at < x.data.length; at++) {
    if (!Number.isFinite(x.data[at])) return { at, value: x.data[at] };
  }
  return null;
}
