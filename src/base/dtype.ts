/** The element types: two floats for values, `int32` for indices and labels, `bool` for masks. */
export type Dtype = "float32" | "float64" | "int32" | "bool";

/** The typed array behind each {@link Dtype}; a bool is a byte, 0 or 1. */
export type Data = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The sizes of a tensor's dimensions, outermost first; `[]` is a single number. */
export type Shape = readonly number[];

/** What an array is to those who know no more of it. */
export interface Elements {
  readonly data: Data;
  readonly shape: Shape;
  readonly dtype: Dtype;
}

/** The number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** Whether a dtype has gradients. */
export function isFloat(dtype: Dtype): boolean {
  return dtype === "float32" || dtype === "float64";
}
