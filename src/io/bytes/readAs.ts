import type { Data, Dtype } from "../../base/dtype.ts";
import { describe } from "../../base/errors.ts";
import type { OptionKind } from "../../base/optionRules.ts";
import type { Bytes } from "./bytes.ts";
import { type Place, refuse } from "./checks.ts";
import { decode } from "./decode.ts";
import { isFloatKind, type Kind, kindNamed, kindOf, type StoredDtype, storedDtypes, widthOf } from "./kinds.ts";
import { isPlain } from "./plain.ts";

/** Into which dtype elements are read, by the dtype in which a file stores them, such as `{ int64: "float64" }`. */
export type ReadAs = Readonly<Partial<Record<StoredDtype, Dtype>>>;

/** An option of what reads tensors. */
export interface ReadAsOptions {
  /**
   * Into which dtype elements are read, by the dtype in which the file stores them, such as `{ int64: "float64" }`: floats into
   * floats, rounded; whole numbers into int32 or floats, where those hold each of them exactly; bools into anything. Default:
   * float64, float32, int32 and bool as they are, narrower floats as float32, other whole numbers as int32.
   */
  readonly as?: ReadAs;
}

/** What it may be. */
export const readAs: OptionKind = {
  expected: 'an object such as { int64: "float64" }',
  accepts: (value) => isPlain(value) && Object.entries(value).every(isAllowed),
  refusal(value) {
    const [stored, asked] = isPlain(value) ? (Object.entries(value).find((entry) => !isAllowed(entry)) ?? []) : [];
    if (stored === undefined) return { expected: `${this.expected} for the option "as"`, got: describe(value) };
    const kind = kindNamed(stored);
    if (kind === undefined) {
      return {
        expected: `keys of the option "as" among ${Object.values(storedDtypes).join(", ")}`,
        got: describe(stored),
        hint: "They are dtypes that files have, and not names of tensors.",
      };
    }
    const words = allowed(kind).map((dtype) => JSON.stringify(dtype));
    return {
      expected: `${words.slice(0, -1).join(", ")} or ${words.at(-1)} for ${stored} in the option "as"`,
      got: describe(asked),
    };
  },
};

function isAllowed([stored, asked]: readonly [string, unknown]): boolean {
  const kind = kindNamed(stored);
  return kind !== undefined && allowed(kind).includes(asked as Dtype);
}

function allowed(kind: Kind): readonly Dtype[] {
  if (isFloatKind(kind)) return ["float32", "float64"];
  return kind === "b1" ? ["bool", "int32", "float32", "float64"] : ["int32", "float32", "float64"];
}

/** The bytes that an element takes once it is read. */
export function widthHeld(kind: Kind, as: ReadAs): number {
  const asked = as[storedDtypes[kind]] ?? (kind === "f8" ? "float64" : kind === "b1" ? "bool" : "float32");
  return widthOf(kindOf[asked]);
}

/** Elements as they are stored, in the dtype asked for, which is one of those allowed. */
export function decodeAs(place: Place, kind: Kind, bytes: Bytes, asked: Dtype): [Data, Dtype] {
  const isWideAsFloat = /^[iu][48]$/.test(kind) && asked !== "int32";
  if (isWideAsFloat) return [wholeNumbers(place, kind, bytes, asked), asked];
  const [elements, dtype] = decode(place, kind, bytes);
  return [dtype === asked ? elements : filled(asked, elements.length, (i) => elements[i]), asked];
}

/** Whole numbers of four or eight bytes as floats that are equal to them. */
function wholeNumbers(place: Place, kind: Kind, bytes: Bytes, asked: Dtype): Data {
  const view = new DataView(bytes.buffer);
  const width = widthOf(kind);
  const isSigned = kind.startsWith("i");
  return filled(asked, bytes.length / width, (i) => {
    const last = width * i + width - 4;
    const upper = isSigned ? view.getInt32(last, true) : view.getUint32(last, true);
    const value = width === 4 ? upper : upper * 2 ** 32 + view.getUint32(width * i, true);
    const held = asked === "float32" ? Math.fround(value) : value;
    if (Number.isSafeInteger(value) && held === value) return value;
    const exact = width === 4 ? BigInt(upper) : (BigInt(upper) << 32n) | BigInt(view.getUint32(width * i, true));
    return BigInt(held) === exact ? held : refuse(place, `whole numbers that ${asked} holds exactly`, `${exact}`);
  });
}

function filled(dtype: Dtype, length: number, at: (i: number) => number): Data {
  const data =
    dtype === "int32"
      ? new Int32Array(length)
      : dtype === "float64"
        ? new Float64Array(length)
        : new Float32Array(length);
  for (let i = 0; i < length; i++) data[i] = at(i);
  return data;
}
