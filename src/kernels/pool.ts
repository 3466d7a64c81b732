import type { Data, Dtype } from "./array.ts";

// Memory that nobody can see any more, kept warm: a new typed array of some thousand elements costs more than the
// arithmetic on them. Only the engine gives memory back, and only what it alone has held.

/** Arrays of fewer elements are made anew: that is as fast. */
const smallest = 32;

/** The most bytes kept. */
const mostKept = 2 ** 26;

/** Idle arrays of float32 and of float64, by their length. */
const idle = { float32: new Map<number, Data[]>(), float64: new Map<number, Data[]>() };

let kept = 0;

/** What has been taken since {@link watch}, or `null` where nobody asks. */
let watched: Set<Data> | null = null;

/** A typed array of `size` elements, whatever they are: for kernels that write all of them. */
export function take(dtype: Dtype, size: number): Data {
  const data = (size >= smallest ? takeIdle(dtype, size) : null) ?? fresh(dtype, size);
  watched?.add(data);
  return data;
}

function takeIdle(dtype: Dtype, size: number): Data | null {
  if (dtype !== "float32" && dtype !== "float64") return null;
  const data = idle[dtype].get(size)?.pop();
  if (data === undefined) return null;
  kept -= data.byteLength;
  return data;
}

/** A typed array of `size` zeros. */
export function fresh(dtype: Dtype, size: number): Data {
  if (dtype === "float32") return new Float32Array(size);
  if (dtype === "float64") return new Float64Array(size);
  return dtype === "int32" ? new Int32Array(size) : new Uint8Array(size);
}

/** Gives memory back, to be taken again. Nothing may refer to it any more, and it may not be given twice. */
export function give(data: Data): void {
  if (data.length < smallest || kept + data.byteLength > mostKept) return;
  const arrays = data instanceof Float32Array ? idle.float32 : data instanceof Float64Array ? idle.float64 : null;
  if (arrays === null || data.byteLength !== data.buffer.byteLength) return;
  kept += data.byteLength;
  const alike = arrays.get(data.length);
  if (alike === undefined) arrays.set(data.length, [data]);
  else alike.push(data);
}

/**
 * Notes what is taken from now on, in `taken` or nowhere.
 * @returns what was noted until now, to be put back.
 */
export function watch(taken: Set<Data> | null): Set<Data> | null {
  const before = watched;
  watched = taken;
  return before;
}
