import type { Data, Dtype, Shape } from "../../base/dtype.ts";
import { describe } from "../../base/errors.ts";
import { NDArray } from "../../kernels/array.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "./bytes.ts";
import { copyOf, type Place, refuse } from "./checks.ts";
import { bfloat16Bits, float16Bits } from "./half.ts";

/** How elements are stored: NumPy's letters and the bytes of an element; `bf2` is a bfloat16. */
export type Kind = "f2" | "bf2" | "f4" | "f8" | "b1" | "i1" | "u1" | "i2" | "u2" | "i4" | "u4" | "i8" | "u8";

/** Whether NumPy's name of a kind is one that is read. */
export function isKind(name: string): name is Kind {
  return /^(f[248]|b1|[iu][1248])$/.test(name);
}

/** The kind in which a dtype is written. */
export const kindOf: Readonly<Record<Dtype, Kind>> = { float32: "f4", float64: "f8", int32: "i4", bool: "b1" };

/** The bytes of an element. */
export function widthOf(kind: Kind): number {
  return Number(kind.at(-1));
}

/** The elements of a tensor as bytes, the lowest of each first: those of the tensor itself, or a copy. */
export function bytesOf(where: string, { data }: Tensor): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (isLittleEndian()) return bytes;
  return swapped(copyOf(where, bytes, 0, bytes.length), data.BYTES_PER_ELEMENT);
}

/**
 * A tensor of elements as they are stored, the lowest byte of each first.
 *
 * @param bytes - as many as the shape has elements, in memory that becomes the tensor's.
 */
export function tensorFrom(place: Place, kind: Kind, shape: Shape, bytes: Bytes): Tensor {
  const [elements, dtype] = decode(place, kind, bytes);
  return new Tensor(new NDArray(elements, shape, dtype));
}

function decode(place: Place, kind: Kind, bytes: Bytes): [Data, Dtype] {
  const count = bytes.length / widthOf(kind);
  const view = new DataView(bytes.buffer);
  switch (kind) {
    case "f4":
      return [new Float32Array(native(bytes, 4)), "float32"];
    case "f8":
      return [new Float64Array(native(bytes, 8)), "float64"];
    case "i4":
      return [new Int32Array(native(bytes, 4)), "int32"];
    case "b1":
      checkBools(place, bytes);
      return [bytes, "bool"];
    case "f2":
      return [floats(count, (i) => float16Bits(view.getUint16(2 * i, true))), "float32"];
    case "bf2":
      return [floats(count, (i) => bfloat16Bits(view.getUint16(2 * i, true))), "float32"];
    case "i1":
      return [integers(count, (i) => view.getInt8(i)), "int32"];
    case "u1":
      return [integers(count, (i) => view.getUint8(i)), "int32"];
    case "i2":
      return [integers(count, (i) => view.getInt16(2 * i, true)), "int32"];
    case "u2":
      return [integers(count, (i) => view.getUint16(2 * i, true)), "int32"];
    case "u4":
      return [integers(count, (i) => fitting(place, view.getInt32(4 * i, true), 0, false)), "int32"];
    default: {
      const isSigned = kind === "i8";
      const value = (i: number) => fitting(place, view.getInt32(8 * i, true), view.getInt32(8 * i + 4, true), isSigned);
      return [integers(count, value), "int32"];
    }
  }
}

/** The float32 numbers of the bits given, which must not pass through a number: that would change some NaNs. */
function floats(count: number, bitsOf: (i: number) => number): Float32Array {
  const bits = new Int32Array(count);
  for (let i = 0; i < count; i++) bits[i] = bitsOf(i);
  return new Float32Array(bits.buffer);
}

function integers(count: number, at: (i: number) => number): Int32Array {
  const values = new Int32Array(count);
  for (let i = 0; i < count; i++) values[i] = at(i);
  return values;
}

/** The value of a wider integer, given as its lower and upper 32 bits, if int32 can hold it. */
function fitting(place: Place, low: number, high: number, isSigned: boolean): number {
  if (high === (isSigned ? low >> 31 : 0) && (isSigned || low >= 0)) return low;
  const lower = BigInt(low >>> 0);
  const value = (BigInt(isSigned ? high : high >>> 0) << 32n) | lower;
  return refuse(place, "values that int32 can hold", describe(value).slice(0, -1));
}

function checkBools(place: Place, bytes: Uint8Array): void {
  const wrong = bytes.find((byte) => byte > 1);
  if (wrong !== undefined) refuse(place, "bools that are 0 or 1", `${wrong}`);
}

/** The memory of elements stored with the lowest byte first, in the order of this machine. */
function native(bytes: Bytes, width: number): ArrayBuffer {
  if (!isLittleEndian()) swapped(bytes, width);
  return bytes.buffer;
}

function isLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

/** Turns the bytes of each element round, in place. */
export function swapped<Bytes extends Uint8Array>(bytes: Bytes, width: number): Bytes {
  for (let start = 0; start < bytes.length; start += width) {
    for (let i = start, j = start + width - 1; i < j; i++, j--) [bytes[i], bytes[j]] = [bytes[j], bytes[i]];
  }
  return bytes;
}
