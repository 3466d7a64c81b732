import type { Bytes } from "../bytes/bytes.ts";
import { allocate } from "../bytes/checks.ts";

/** Writes a pickle of protocol 2, as PyTorch does. */
export interface Pickler {
  /** A code, and the bytes that belong to it. */
  code(...bytes: readonly number[]): void;
  text(value: string): void;
  /** A whole number that is safe, or a bigint. */
  whole(value: number | bigint): void;
  double(value: number): void;
  /** A class or function, by its module and name. */
  global(module: string, name: string): void;
  /** A tuple of whole numbers. */
  tuple(values: readonly number[]): void;
  /** Keeps what has been written last as `value`; or writes it, where it has been kept. */
  keep(value: unknown): void;
  recall(value: unknown): boolean;
  /** All that has been written, with its end. */
  end(): Bytes;
}

/** Codes that stand alone. */
export const codes = {
  mark: 0x28,
  none: 0x4e,
  true: 0x88,
  false: 0x89,
  emptyList: 0x5d,
  emptyTuple: 0x29,
  emptyDict: 0x7d,
  appends: 0x65,
  setItems: 0x75,
  tuple: 0x74,
  tuple1: 0x85,
  tuple2: 0x86,
  tuple3: 0x87,
  reduce: 0x52,
  persistent: 0x51,
} as const;

const [binInt, binInt1, binInt2, long1, binFloat, binUnicode, global, get, longGet, memoize, longMemoize, stop] = [
  0x4a, 0x4b, 0x4d, 0x8a, 0x47, 0x58, 0x63, 0x68, 0x6a, 0x71, 0x72, 0x2e,
];

/** A pickle with nothing in it yet. */
export function pickler(where: string): Pickler {
  let own = allocate(where, 1024);
  let view = new DataView(own.buffer);
  let length = 0;
  const kept = new Map<unknown, number>();
  const encoder = new TextEncoder();

  /** The place of the next bytes, for which there is room. */
  const room = (count: number): number => {
    if (length + count > own.length) {
      const larger = allocate(where, 2 * (length + count));
      larger.set(own);
      [own, view] = [larger, new DataView(larger.buffer)];
    }
    length += count;
    return length - count;
  };
  /** Writes bytes; room is made before the memory is named, for it may be another one afterwards. */
  const put = (bytes: ArrayLike<number>): void => {
    const at = room(bytes.length);
    own.set(bytes, at);
  };
  const putWhole = (value: number): void => {
    const at = room(4);
    view.setInt32(at, value, true);
  };
  const writer: Pickler = {
    code(...bytes) {
      put(bytes);
    },
    text(value) {
      const bytes = encoder.encode(value);
      writer.code(binUnicode);
      putWhole(bytes.length);
      put(bytes);
    },
    whole(value) {
      if (typeof value === "bigint" || value !== (value | 0)) writer.code(long1, ...longBytes(BigInt(value)));
      else if (value >= 0 && value < 0x100) writer.code(binInt1, value);
      else if (value >= 0 && value < 0x10000) writer.code(binInt2, value & 0xff, value >> 8);
      else {
        writer.code(binInt);
        putWhole(value);
      }
    },
    double(value) {
      writer.code(binFloat);
      const at = room(8);
      view.setFloat64(at, value);
    },
    global(module, name) {
      const id = `${module}.${name}`;
      if (writer.recall(id)) return;
      writer.code(global);
      const bytes = encoder.encode(`${module}\n${name}\n`);
      put(bytes);
      writer.keep(id);
    },
    tuple(values) {
      if (values.length > 3) writer.code(codes.mark);
      for (const value of values) writer.whole(value);
      const short = [codes.emptyTuple, codes.tuple1, codes.tuple2, codes.tuple3];
      writer.code(short[values.length] ?? codes.tuple);
    },
    keep(value) {
      const i = kept.size;
      kept.set(value, i);
      numbered(memoize, longMemoize, i);
    },
    recall(value) {
      const i = kept.get(value);
      if (i !== undefined) numbered(get, longGet, i);
      return i !== undefined;
    },
    end() {
      writer.code(stop);
      return own.slice(0, length);
    },
  };

  function numbered(short: number, long: number, i: number): void {
    if (i < 0x100) {
      writer.code(short, i);
    } else {
      writer.code(long);
      putWhole(i);
    }
  }

  writer.code(0x80, 2);
  return writer;
}

/** A whole number in as few bytes of two's complement as hold it, the lowest first, after how many they are. */
function longBytes(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 8n) {
    bytes.push(Number(rest & 0xffn));
    const isSignThere = (bytes[bytes.length - 1] & 0x80) !== 0;
    if (rest >> 8n === (isSignThere ? -1n : 0n)) return [bytes.length, ...bytes];
  }
}
