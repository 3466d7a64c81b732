import type { Dtype } from "../../base/dtype.ts";

/**
 * How elements are stored: NumPy's letters and the bytes of an element; `bf2` is a bfloat16, `e4m3f1` and `e5m2f1` are floats of a
 * byte, named by their bits of exponent and fraction.
 */
export type Kind = keyof typeof storedDtypes;

/** The dtypes in which files store what is read, under PyTorch's names, which are NumPy's where that has them. */
export type StoredDtype =
  | "float64"
  | "float32"
  | "float16"
  | "bfloat16"
  | "float8_e4m3fn"
  | "float8_e5m2"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "bool";

/** The dtype of each kind. */
export const storedDtypes = {
  f8: "float64",
  f4: "float32",
  f2: "float16",
  bf2: "bfloat16",
  e4m3f1: "float8_e4m3fn",
  e5m2f1: "float8_e5m2",
  i8: "int64",
  i4: "int32",
  i2: "int16",
  i1: "int8",
  u8: "uint64",
  u4: "uint32",
  u2: "uint16",
  u1: "uint8",
  b1: "bool",
} as const satisfies Readonly<Record<string, StoredDtype>>;

/** The kind of a dtype, by its name; undefined for one that is not read. */
export function kindNamed(dtype: string): Kind | undefined {
  return (Object.keys(storedDtypes) as Kind[]).find((kind) => storedDtypes[kind] === dtype);
}

/** Whether NumPy's name of a kind is one that is read. */
export function isKind(name: string): name is Kind {
  return /^(f[248]|b1|[iu][1248])$/.test(name);
}

/** Whether a kind is one of floats. */
export function isFloatKind(kind: Kind): boolean {
  return kind.includes("f");
}

/** The kind in which a dtype is written. */
export const kindOf: Readonly<Record<Dtype, Kind>> = { float32: "f4", float64: "f8", int32: "i4", bool: "b1" };

/** The bytes of an element. */
export function widthOf(kind: Kind): number {
  return Number(kind.at(-1));
}
