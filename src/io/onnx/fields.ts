import { type Place, refuse } from "../bytes/checks.ts";

/** The fields of a message of Protocol Buffers: for each number the values, as numbers or as bytes. */
export type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/** What reads a message from its beginning to its end. */
interface Cursor {
  at: number;
  readonly bytes: Uint8Array;
  readonly place: Place;
}

/**
 * Takes a message apart, of whatever origin it is.
 * @see https://protobuf.dev/programming-guides/encoding.
 */
export function fieldsOf(place: Place, bytes: Uint8Array): Fields {
  const fields = new Map<number, (number | Uint8Array)[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor: Cursor = { at: 0, bytes, place };
  const taken = (length: number): number => {
    const start = cursor.at;
    if (length < 0 || length > bytes.length - start) refuse(place, `${length} bytes`, `${bytes.length - start}`);
    cursor.at = start + length;
    return start;
  };
  while (cursor.at < bytes.length) {
    const key = varint(cursor);
    const [field, kind] = [Math.floor(key / 8), key % 8];
    let value: number | Uint8Array;
    if (kind === 0) value = varint(cursor);
    else if (kind === 1) value = view.getFloat64(taken(8), true);
    else if (kind === 5) value = view.getFloat32(taken(4), true);
    else if (kind === 2) {
      const start = taken(varint(cursor));
      value = bytes.subarray(start, cursor.at);
    } else value = refuse(place, "fields of Protocol Buffers", `one of the kind ${kind}`);
    const sofar = fields.get(field);
    if (sofar === undefined) fields.set(field, [value]);
    else sofar.push(value);
  }
  return fields;
}

/** A whole number of seven bits to a byte, the lowest first; a set top bit says that more follow. */
function varint(cursor: Cursor): number {
  const { bytes, place } = cursor;
  let [value, scale] = [0, 1];
  const start = cursor.at;
  while (true) {
    const byte = cursor.at < bytes.length ? bytes[cursor.at++] : refuse(place, "a whole number", "the end");
    if (cursor.at - start > 7) return long(cursor, start);
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return value;
  }
}

/** One of more than 49 bits, among them the negative ones. */
function long(cursor: Cursor, start: number): number {
  const { bytes, place } = cursor;
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = start + i < bytes.length ? bytes[start + i] : refuse(place, "a whole number", "the end");
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    cursor.at = start + i + 1;
    if (byte < 0x80) return Number(BigInt.asIntN(64, value));
  }
  return refuse(place, "whole numbers of 64 bits", "more");
}

/** What a field holds that is bytes, a text or a message. */
export function bytesAt(place: Place, fields: Fields, field: number): Uint8Array[] {
  return (fields.get(field) ?? []).map((value) =>
    typeof value === "number" ? refuse(place, `bytes in field ${field}`, "a number") : value,
  );
}

/** The texts of a field. */
export function textsAt(place: Place, fields: Fields, field: number): string[] {
  return bytesAt(place, fields, field).map((text) => {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(text);
    } catch {
      return refuse(place, "text in UTF-8", "other bytes");
    }
  });
}

/** The numbers of a field, which may also be packed: as whole numbers, or of so many bytes each. */
export function numbersAt(place: Place, fields: Fields, field: number, width: 0 | 4 | 8 = 0): number[] {
  return (fields.get(field) ?? []).flatMap((value) => {
    if (typeof value === "number") {
      return width > 0 || Number.isInteger(value) ? [value] : refuse(place, "whole numbers", `${value}`);
    }
    const numbers: number[] = [];
    if (width === 0) {
      const cursor: Cursor = { at: 0, bytes: value, place };
      while (cursor.at < value.length) numbers.push(varint(cursor));
      return numbers;
    }
    if (value.length % width !== 0) refuse(place, `numbers of ${width} bytes`, `${value.length} bytes`);
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    for (let at = 0; at < value.length; at += width) {
      numbers.push(width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
    }
    return numbers;
  });
}
