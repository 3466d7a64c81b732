import { type Place, refuse } from "../bytes/checks.ts";

/** Longer than any line of a pickle that PyTorch writes: names, and numbers as text. */
const longestLine = 4096;

/** Where a file of bytes is being read. Each method takes what it returns, and refuses where there is less. */
export interface Cursor {
  readonly place: Place;
  /** The bytes of the file. */
  readonly length: number;
  /** How many bytes have been taken. */
  at(): number;
  /** A number of one to four bytes, the lowest first. */
  whole(width: 1 | 2 | 4): number;
  /** A number of eight bytes, the lowest first, if memory could hold as many bytes. */
  long(): number;
  /** A signed number of four bytes. */
  signed(): number;
  /** A double, its highest byte first. */
  double(): number;
  /** The next bytes, in place. */
  bytes(count: number): Uint8Array;
  /** Text of so many bytes of UTF-8. */
  text(count: number): string;
  /** Text up to the end of the line, which is passed over. */
  line(): string;
}

/** Reads bytes from a place on. */
export function cursorOf(place: Place, bytes: Uint8Array, start = 0): Cursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;

  /** The place of the next `count` bytes, which are passed over. */
  const take = (count: number): number => {
    if (count > bytes.length - at) refuse(place, `${count} bytes at ${at}`, `${bytes.length - at}`, "It is cut off.");
    at += count;
    return at - count;
  };

  const cursor: Cursor = {
    place,
    length: bytes.length,
    at: () => at,
    whole(width) {
      const from = take(width);
      if (width === 1) return view.getUint8(from);
      return width === 2 ? view.getUint16(from, true) : view.getUint32(from, true);
    },
    long() {
      const value = view.getBigUint64(take(8), true);
      if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
      return refuse(place, "sizes that memory can hold", `${value}`);
    },
    signed: () => view.getInt32(take(4), true),
    double: () => view.getFloat64(take(8)),
    bytes(count) {
      const from = take(count);
      return bytes.subarray(from, from + count);
    },
    text(count) {
      try {
        // A copy, for decoders that refuse shared memory.
        const copy = new Uint8Array(cursor.bytes(count));
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(copy);
      } catch (error) {
        if (error instanceof TypeError) return refuse(place, "text in UTF-8", "other bytes");
        throw error;
      }
    },
    line() {
      const length = bytes.subarray(at, at + longestLine).indexOf(0x0a);
      if (length < 0) refuse(place, `a line of at most ${longestLine} bytes at ${at}`, "a longer one");
      const text = cursor.text(length);
      take(1);
      return text;
    },
  };
  return cursor;
}
