import { emptyLike, type NDArray } from "../array.ts";
import * as scalar from "../numbers/scalar.ts";

// Functions of an array and a plain number, which meets float32 as a float32.

/** `y = x + c`. */
export function addScalar(x: NDArray, c: number): NDArray {
  const y = emptyLike(x);
  const addend = meeting(x, c);
  if (x.dtype === "bool") for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] | addend;
  else for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] + addend;
  return y;
}

/** `y = x·c`. */
export function mulScalar(x: NDArray, c: number): NDArray {
  const y = emptyLike(x);
  const factor = meeting(x, c);
  if (x.dtype === "int32") for (let i = 0; i < y.data.length; i++) y.data[i] = Math.imul(x.data[i], c);
  else for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] * factor;
  return y;
}

/** `y = x / c`. */
export function divScalar(x: NDArray, c: number): NDArray {
  const y = emptyLike(x);
  const divisor = meeting(x, c);
  for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] / divisor;
  return y;
}

/** `y = xᵖ`; the roots of −∞ and −0 are those of `√`, as in PyTorch. */
export function powScalar(x: NDArray, p: number): NDArray {
  const y = emptyLike(x);
  if (x.dtype === "int32") for (let i = 0; i < y.data.length; i++) y.data[i] = scalar.powInt(x.data[i], p);
  else if (p === 2) for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] * x.data[i];
  else if (p === 3) for (let i = 0; i < y.data.length; i++) y.data[i] = x.data[i] * x.data[i] * x.data[i];
  else if (p === 0.5) for (let i = 0; i < y.data.length; i++) y.data[i] = Math.sqrt(x.data[i]);
  else if (p === 0) y.data.fill(1);
  else if (p === -1) for (let i = 0; i < y.data.length; i++) y.data[i] = 1 / x.data[i];
  else if (p === -0.5) for (let i = 0; i < y.data.length; i++) y.data[i] = 1 / Math.sqrt(x.data[i]);
  else for (let i = 0; i < y.data.length; i++) y.data[i] = scalar.pow(x.data[i], p);
  return y;
}

function meeting(x: NDArray, c: number): number {
  return x.dtype === "float32" ? Math.fround(c) : c;
}
