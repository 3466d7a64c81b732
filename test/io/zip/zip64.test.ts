import { crc32 } from "node:zlib";
import { tensor } from "evenkeel";
import { readNpz, toNpy } from "evenkeel/io";
import { describe, expect, test } from "vitest";

type Field = "size" | "packed" | "offset";

/** What is written of a zip file with one array, `x.npy`, whose sizes are in 64 bits. */
interface Large {
  /** The numbers of the file that stand in the field behind its name. */
  readonly wide?: readonly Field[];
  /** Bytes by which that field says that it is shorter than it is, and what is written of a number there. */
  readonly lacking?: number;
  readonly written?: bigint;
  /** How many numbers of the last record send readers to the one before: those from this one on. */
  readonly from?: "count" | "size" | "offset" | "none";
  readonly locator?: number;
  readonly record?: number;
  /** By how much the locator is wrong. */
  readonly shift?: number;
}

const [most16, most32] = [0xffff, 0xffffffff];

function bytesOf(length: number, write: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  write(new DataView(bytes.buffer), bytes);
  return bytes;
}

/** PKWARE's APPNOTE.TXT, 4.3 and 4.5.3. */
function zipOf(content: Uint8Array, large: Large = {}): Uint8Array {
  const { wide = ["size", "packed", "offset"], lacking = 0, from = "count", shift = 0 } = large;
  const name = new TextEncoder().encode("x.npy");
  const numbers: Readonly<Record<Field, number>> = { size: content.length, packed: content.length, offset: 0 };
  const local = bytesOf(30 + name.length, (view, bytes) => {
    view.setUint32(0, 0x04034b50, true);
    view.setUint16(26, name.length, true);
    bytes.set(name, 30);
  });
  // A field of another kind is first, which readers pass over.
  const extra = bytesOf(4 + 3 + 4 + 8 * wide.length, (view) => {
    view.setUint16(0, 0x7075, true);
    view.setUint16(2, 3, true);
    view.setUint16(7, 1, true);
    view.setUint16(9, 8 * wide.length - lacking, true);
    wide.forEach((field, i) => view.setBigUint64(11 + 8 * i, large.written ?? BigInt(numbers[field]), true));
  });
  const central = bytesOf(46 + name.length + extra.length, (view, bytes) => {
    const shown = (field: Field) => (wide.includes(field) ? most32 : numbers[field]);
    view.setUint32(0, 0x02014b50, true);
    view.setUint32(16, crc32(content), true);
    view.setUint32(20, shown("packed"), true);
    view.setUint32(24, shown("size"), true);
    view.setUint16(28, name.length, true);
    view.setUint16(30, extra.length, true);
    view.setUint32(42, shown("offset"), true);
    bytes.set(name, 46);
    bytes.set(extra, 46 + name.length);
  });
  const directory = { count: 1, size: central.length, offset: local.length + content.length };
  const record = bytesOf(56, (view) => {
    view.setUint32(0, large.record ?? 0x06064b50, true);
    view.setBigUint64(4, 44n, true);
    view.setBigUint64(24, BigInt(directory.count), true);
    view.setBigUint64(32, BigInt(directory.count), true);
    view.setBigUint64(40, BigInt(directory.size), true);
    view.setBigUint64(48, BigInt(directory.offset), true);
  });
  const locator = bytesOf(20, (view) => {
    view.setUint32(0, large.locator ?? 0x07064b50, true);
    view.setBigUint64(8, BigInt(directory.offset + directory.size + shift), true);
    view.setUint32(16, 1, true);
  });
  const end = bytesOf(22, (view) => {
    view.setUint32(0, 0x06054b50, true);
    view.setUint16(10, from === "count" ? most16 : directory.count, true);
    view.setUint32(12, from === "size" ? most32 : directory.size, true);
    view.setUint32(16, from === "offset" ? most32 : directory.offset, true);
  });
  return new Uint8Array(Buffer.concat([local, content, central, record, locator, end]));
}

const content = toNpy(tensor([1, 2, 3]));

describe("a zip file with sizes of 64 bits is read", () => {
  test.each<readonly [what: string, large: Large]>([
    ["where all of them are", {}],
    ["where the directory's size sends to them", { from: "size" }],
    ["where the directory's place sends to them", { from: "offset" }],
    ["where the last record has what it needs", { from: "none" }],
    ["where only the file's sizes are", { wide: ["size", "packed"] }],
    ["where only the file's place is", { wide: ["offset"] }],
    ["where none of the file's are", { wide: [] }],
  ])("%s", async (_, large) => {
    const { x } = await readNpz(zipOf(content, large));
    expect(x.toArray()).toEqual([1, 2, 3]);
  });
});

describe("a zip file with sizes of 64 bits is refused", () => {
  test.each<readonly [what: string, large: Large, expected: RegExp]>([
    ["without its locator", { locator: 1 }, /the record of a large zip file in the file, got none/],
    ["with a locator that leads to other bytes", { shift: -1 }, /the record of a large zip file in the file, got none/],
    ["with a locator that leads behind itself", { shift: 1 }, /the record of a large zip file in the file, got none/],
    ["with another record", { record: 1 }, /the record of a large zip file in the file, got none/],
    ["without the numbers that it needs", { lacking: 8 }, /the size of a large file in the file, got none/],
    ["without any numbers", { wide: ["offset"], lacking: 8 }, /the size of a large file in the file, got none/],
    ["with numbers that go beyond their field", { lacking: -8 }, /the size of a large file in the file, got none/],
    [
      "with the first size that no number holds",
      { written: 2n ** 53n },
      /memory can hold in the file, got 9007199254740992/,
    ],
    [
      "with the last that one holds",
      { wide: ["size", "packed"], written: 2n ** 53n - 1n },
      /9007199254740991 bytes of/,
    ],
  ])("%s", async (_, large, expected) => {
    await expect(readNpz(zipOf(content, large))).rejects.toThrow(expected);
  });

  test("where there is no room for a locator", async () => {
    const end = zipOf(content).slice(-22);
    await expect(readNpz(end)).rejects.toThrow(/the record of a large zip file in the file, got none/);
    await expect(readNpz(zipOf(content).slice(-41))).rejects.toThrow(
      /the record of a large zip file in the file, got none/,
    );
  });
});
