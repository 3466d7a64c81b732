import type { Data, Dtype } from "../../base/dtype.ts";
import type { Bytes } from "./bytes.ts";
import { type Place, refuse } from "./checks.ts";
import { native } from "./endianness.ts";
import { bfloat16Bits, e4m3Bits, float16Bits } from "./half.ts";
import { type Kind, storedDtypes, widthOf } from "./kinds.ts";

/**
 * Elements in the dtype that holds them: floats of half and quarter width become float32, integers int32 where every value fits.
 *
 * @param bytes - in memory that becomes that of the elements where they are stored as they are had here.
 */
export function decode(place: Place, kind: Kind, bytes: Bytes): [Data, Dtype] {
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
    case "e4m3f1":
      return [floats(count, (i) => e4m3Bits(bytes[i])), "float32"];
    case "e5m2f1":
      return [floats(count, (i) => float16Bits(bytes[i] << 8)), "float32"];
    case "i1":
      return [integers(count, (i) => view.getInt8(i)), "int32"];
    case "u1":
      return [integers(count, (i) => view.getUint8(i)), "int32"];
    case "i2":
      return [integers(count, (i) => view.getInt16(2 * i, true)), "int32"];
    case "u2":
      return [integers(count, (i) => view.getUint16(2 * i, true)), "int32"];
    case "u4":
      return [integers(count, (i) => fitting(place, kind, view.getInt32(4 * i, true), 0)), "int32"];
    case "i8":
    case "u8": {
      const at = (i: number) => view.getInt32(4 * i, true);
      return [integers(count, (i) => fitting(place, kind, at(2 * i), at(2 * i + 1))), "int32"];
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
function fitting(place: Place, kind: Kind, low: number, high: number): number {
  const isSigned = kind === "i8";
  if (high === (isSigned ? low >> 31 : 0) && (isSigned || low >= 0)) return low;
  const value = (BigInt(isSigned ? high : high >>> 0) << 32n) | BigInt(low >>> 0);
  const hint = `With { as: { ${storedDtypes[kind]}: "float64" } } it is read as float64.`;
  return refuse(place, "values that int32 can hold", `${value}`, hint);
}

function checkBools(place: Place, bytes: Uint8Array): void {
  const wrong = bytes.find((byte) => byte > 1);
  if (wrong !== undefined) refuse(place, "bools that are 0 or 1", `${wrong}`);
}
