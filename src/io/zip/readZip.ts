import { describe, isTensorError } from "../../base/errors.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { allocate, copyOf, type Place, refuse } from "../bytes/checks.ts";
import { crc32 } from "../bytes/crc.ts";
import { fileKind } from "../bytes/fileKind.ts";
import { centralHeader, centralLength, end, endLength, localHeader, localLength } from "./zipParts.ts";

const [zip64End, zip64Locator] = [0x06064b50, 0x07064b50];
const [stored, deflated] = [0, 8];
const zip64Field = 1;

/** The longest file name. */
const longestName = 1024;

/** One file in a zip file, as its directory has it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the zip file. */
  readonly packed: number;
  /** Bytes once unpacked. */
  readonly size: number;
  /** Where its local header starts. */
  readonly offset: number;
}

/**
 * The directory of a zip file, checked: every entry lies within the file, none overlaps another or stands twice, and nothing
 * is unpacked yet.
 */
export function zipEntries(place: Place, bytes: Uint8Array): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, offset, size } = directoryOf(place, bytes, view);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let at = offset;
  for (let i = 0; i < count; i++) {
    if (at + centralLength > offset + size || view.getUint32(at, true) !== centralHeader) {
      refuse(place, `a directory of ${count} files`, `${i} of them`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const next = at + centralLength + nameLength + extraLength + commentLength;
    if (next > offset + size || nameLength > longestName)
      refuse(place, "a directory that ends where it says", "a longer one");
    const entry = entryAt(place, bytes, view, at, nameLength, extraLength);
    if (names.has(entry.name)) refuse(place, "each name once", `${describe(entry.name)} twice`);
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  let free = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < free) refuse(place, "files that do not overlap", `${describe(entry.name)}, which does`);
    free = dataOf(place, bytes, entry).start + entry.packed;
    if (free > offset) refuse(place, "files that end before the directory", `${describe(entry.name)}, which does not`);
  }
  return entries;
}

/** The bytes of one file, unpacked: never more than its directory says, and checked by their sum. */
export async function unzipped(place: Place, bytes: Uint8Array, entry: ZipEntry): Promise<Bytes> {
  const { start } = dataOf(place, bytes, entry);
  const packed = copyOf(place.where, bytes, start, start + entry.packed);
  const own = isStored(entry) ? packed : await inflated(place, packed, entry.size);
  if (own.length !== entry.size) refuse(place, `${entry.size} bytes`, `${own.length}`);
  if (crc32(own) !== entry.crc) refuse(place, "bytes with the checksum that stands beside them", "others");
  return own;
}

/** Whether a file is in the zip file as it is. */
export function isStored({ method }: ZipEntry): boolean {
  return method === stored;
}

/** The bytes of a file that is in the zip file as it is, not copied and not yet checked by their sum. */
export function storedBytes(place: Place, bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const { start } = dataOf(place, bytes, entry);
  return bytes.subarray(start, start + entry.size);
}

function directoryOf(place: Place, bytes: Uint8Array, view: DataView) {
  // The end record is last, but for a comment of at most 65,535 bytes.
  let at = bytes.length - endLength;
  const least = Math.max(0, at - 0xffff);
  while (
    at >= least &&
    (view.getUint32(at, true) !== end || at + endLength + view.getUint16(at + 20, true) !== bytes.length)
  )
    at--;
  if (at < least) {
    const { got, hint } = fileKind(bytes) ?? { got: `${bytes.length} other bytes`, hint: "" };
    return refuse(place, "a zip file, such as .npz is", got, hint);
  }
  let [count, size, offset] = [
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
    view.getUint32(at + 16, true),
  ];
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
    const locator = at - 20;
    if (locator < 0 || view.getUint32(locator, true) !== zip64Locator)
      refuse(place, "the record of a large zip file", "none");
    const record = wholeAt(place, view, locator + 8);
    if (record + 56 > locator || view.getUint32(record, true) !== zip64End)
      refuse(place, "the record of a large zip file", "none");
    [count, size, offset] = [32, 40, 48].map((field) => wholeAt(place, view, record + field));
  }
  if (offset + size > at) refuse(place, "a directory before its end", `one of ${size} bytes at ${offset}`);
  // Each entry takes its header at least: what claims more of them is refused before any is looked for.
  if (count * centralLength > size) refuse(place, `a directory of ${count} files`, `${size} bytes`);
  return { count, offset, size };
}

function wholeAt(place: Place, view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : refuse(place, "sizes that memory can hold", `${value}`);
}

function entryAt(
  place: Place,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  nameLength: number,
  extraLength: number,
): ZipEntry {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const name = nameOf(place, bytes.subarray(at + centralLength, at + centralLength + nameLength));
  if (flags & 1) refuse(place, "files that are not encrypted", describe(name));
  if (method !== stored && method !== deflated)
    refuse(place, "files that are stored or deflated", `method ${method} of ${describe(name)}`);
  const wide = wideNumbers(place, view, at + centralLength + nameLength, extraLength);
  const field = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    return value === 0xffffffff ? (wide.shift() ?? refuse(place, "the size of a large file", "none")) : value;
  };
  // In this order, which is that of the wide numbers.
  const [size, packed, offset] = [24, 20, 42].map(field);
  if (method === stored && size !== packed) refuse(place, `${size} bytes of ${describe(name)}`, `${packed}`);
  return { name, method, crc: view.getUint32(at + 16, true), packed, size, offset };
}

/** The numbers of 64 bits that stand for those which 32 bits cannot hold. */
function wideNumbers(place: Place, view: DataView, start: number, length: number): number[] {
  let at = start;
  while (at + 4 <= start + length) {
    const [id, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
    if (at + 4 + size > start + length) break;
    if (id === zip64Field)
      return Array.from({ length: Math.floor(size / 8) }, (_, i) => wholeAt(place, view, at + 4 + 8 * i));
    at += 4 + size;
  }
  return [];
}

function nameOf(place: Place, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes));
  } catch {
    return refuse(place, "names in UTF-8", "other bytes");
  }
}

function dataOf(place: Place, bytes: Uint8Array, { name, offset, packed }: ZipEntry): { readonly start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (offset + localLength > bytes.length || view.getUint32(offset, true) !== localHeader) {
    refuse(place, `${describe(name)} where the directory says`, "something else");
  }
  const start = offset + localLength + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (start + packed > bytes.length) refuse(place, `${packed} bytes of ${describe(name)}`, "fewer");
  return { start };
}

/** Deflated bytes as they were; stops as soon as there are more than `size`, which a zip bomb would be. */
async function inflated(place: Place, packed: Bytes, size: number): Promise<Bytes> {
  const own = allocate(place.where, size);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  let filled = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return own.subarray(0, filled);
      if (filled + value.length > size) refuse(place, `${size} bytes, as the directory says`, "more");
      own.set(value, filled);
      filled += value.length;
    }
  } catch (error) {
    if (isTensorError(error)) throw error;
    return refuse(place, "deflated bytes", error instanceof Error ? error.message : String(error));
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
