import type { Dtype } from "../base/dtype.ts";

const rank: Record<Dtype, number> = { bool: 0, int32: 1, float32: 2, float64: 3 };

/** Bool, whole numbers, floats: what decides first when dtypes meet. */
function category(dtype: Dtype): number {
  return Math.min(rank[dtype], 2);
}

/** The dtype in which two of equal standing meet: the one that loses least. */
export function widest(a: Dtype, b: Dtype): Dtype {
  return rank[a] >= rank[b] ? a : b;
}

/**
 * The dtype in which an operation on two tensors works. A tensor of no dimensions gives way to one of some, unless it
 * is of a higher category.
 * @see PyTorch `torch.result_type`.
 */
export function resultDtype(a: { dtype: Dtype; ndim: number }, b: { dtype: Dtype; ndim: number }): Dtype {
  if (a.dtype === b.dtype) return a.dtype;
  if ((a.ndim === 0) === (b.ndim === 0)) return widest(a.dtype, b.dtype);
  const [dimensioned, single] = a.ndim > 0 ? [a.dtype, b.dtype] : [b.dtype, a.dtype];
  return category(single) > category(dimensioned) ? single : dimensioned;
}

/** The dtype in which a tensor meets a plain number: its own, or else the first that can hold it, float32 at last. */
export function withScalar(dtype: Dtype, value: number | boolean): Dtype {
  if (typeof value === "boolean" || category(dtype) === 2) return dtype;
  return Number.isInteger(value) && isInt32(value) ? "int32" : "float32";
}

/** Whether the whole part of a number is one that int32 can hold; not so of NaN. */
export function isInt32(value: number): boolean {
  return value > -0x80000001 && value < 0x80000000;
}

/** The dtype of functions whose values have fractions. */
export function floating(dtype: Dtype): Dtype {
  return category(dtype) === 2 ? dtype : "float32";
}
