import { describe, show } from "../../base/errors.ts";
import { checkName, countOf, isWhole, type Place, refuse, refuseFile } from "../bytes/checks.ts";
import { fileKind } from "../bytes/fileKind.ts";
import { type Json, parseJson } from "../bytes/json.ts";
import { type Kind, widthOf } from "../bytes/kinds.ts";

/** What a header says of one tensor. */
interface HeaderEntry {
  readonly name: string;
  readonly kind: Kind;
  readonly shape: readonly number[];
  /** Where its bytes start, counted from the end of the header. */
  readonly start: number;
  /** Where they end. */
  readonly end: number;
}

/** What stands before the bytes of the tensors. */
export interface SafetensorsHeader {
  /** The tensors, in the order of their bytes. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Record<string, string>;
  /** How many bytes come after the header. */
  readonly byteLength: number;
}

/** The bytes of the number that a file starts with: the length of its header. */
export const prefixLength = 8;

/** The longest header, as in the reference implementation. */
export const maxHeaderLength = 100_000_000;

/** The name in the header that belongs to no tensor. */
export const metadataName = "__metadata__";

/** The format's names of the kinds that are read. */
const kinds: ReadonlyMap<unknown, Kind> = /* @__PURE__ */ new Map<string, Kind>([
  ["F64", "f8"],
  ["F32", "f4"],
  ["I32", "i4"],
  ["BOOL", "b1"],
  ["F16", "f2"],
  ["BF16", "bf2"],
  ["F8_E4M3", "e4m3f1"],
  ["F8_E5M2", "e5m2f1"],
  ["I64", "i8"],
  ["I16", "i2"],
  ["I8", "i1"],
  ["U64", "u8"],
  ["U32", "u4"],
  ["U16", "u2"],
  ["U8", "u1"],
]);

/** The length of the header, by the first eight bytes of a file. */
export function readHeaderLength(where: string, prefix: Uint8Array): number {
  const length = new DataView(prefix.buffer, prefix.byteOffset, prefixLength).getBigUint64(0, true);
  if (length >= 2n && length <= BigInt(maxHeaderLength)) return Number(length);
  refuseFile(where, {
    expected: `a safetensors file, whose header has 2 to ${maxHeaderLength} bytes`,
    got: `${length} bytes`,
    hint: "Is it a file of another format?",
    ...fileKind(prefix),
  });
}

/** Reads and checks a header. */
export function readHeader(where: string, bytes: Uint8Array): SafetensorsHeader {
  const place = { where, part: "the header" };
  const fields = parseJson(place, decodeHeader(place, bytes), 3);
  if (!(fields instanceof Map) || bytes[0] !== 0x7b) refuse(place, "an object, at its first byte", "something else");
  const entries: HeaderEntry[] = [];
  let metadata: Record<string, string> = Object.create(null);
  for (const [name, value] of fields as ReadonlyMap<string, Json>) {
    if (name === metadataName) metadata = readMetadata(place, value);
    else entries.push(readEntry(where, name, value));
  }
  return {
    entries: inOrder(where, entries),
    metadata,
    byteLength: Math.max(0, ...entries.slice(-1).map((e) => e.end)),
  };
}

function decodeHeader(place: Place, bytes: Uint8Array): string {
  try {
    // A copy, for decoders that refuse shared memory. A byte order mark is no white space.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    return refuse(place, "text in UTF-8", "other bytes");
  }
}

function readMetadata(place: Place, value: Json): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  if (!(value instanceof Map)) return refuse(place, `${metadataName} to be an object`, describe(value));
  for (const [name, text] of value as ReadonlyMap<string, Json>) {
    checkName(place.where, name);
    if (typeof text !== "string")
      refuse(place, `${metadataName} to hold strings`, `${describe(text)} as ${describe(name)}`);
    else metadata[name] = text;
  }
  return metadata;
}

function readEntry(where: string, name: string, value: Json): HeaderEntry {
  checkName(where, name);
  const place = { where, part: `the header's ${describe(name)}` };
  if (!(value instanceof Map)) return refuse(place, "an object", describe(value));
  const fields = value as ReadonlyMap<string, Json>;
  const [dtype, shape, offsets] = ["dtype", "shape", "data_offsets"].map((field) => fields.get(field));
  if (fields.size !== 3 || dtype === undefined || shape === undefined || offsets === undefined) {
    refuse(
      place,
      "dtype, shape and data_offsets",
      [...fields.keys()].slice(0, 6).map(describe).join(", ") || "nothing",
    );
  }
  const kind = kinds.get(dtype);
  if (kind === undefined) return refuse(place, `a dtype among ${[...kinds.keys()].join(", ")}`, describe(dtype));
  if (!Array.isArray(shape)) return refuse(place, "a shape", describe(shape));
  const byteLength = countOf(place, shape) * widthOf(kind);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole)) {
    return refuse(place, "data_offsets to be two whole numbers", describe(offsets));
  }
  const [start, end] = offsets as number[];
  if (end - start !== byteLength) {
    refuse(place, `${byteLength} bytes for ${dtype} of shape ${show(shape)}`, `data_offsets ${show(offsets)}`);
  }
  return { name, kind, shape, start, end };
}

/** The tensors in the order of their bytes, between which there may be none and which may have none in common. */
function inOrder(where: string, entries: HeaderEntry[]): readonly HeaderEntry[] {
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    if (entry.start !== end) {
      const place = { where, part: `the header's ${describe(entry.name)}` };
      refuse(place, `data_offsets that start at ${end}, without a hole or an overlap`, `${entry.start}`);
    }
    end = entry.end;
  }
  return entries;
}
