import { TensorError } from "../../base/errors.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { allocate } from "../bytes/checks.ts";
import { crc32 } from "../bytes/crc.ts";
import { centralHeader, centralLength, end, endLength, localHeader, localLength } from "./zipParts.ts";

/** The identity of what fills a local header up, "FB", as PyTorch has it. */
const padding = 0x4246;

/** Its bytes at least: its identity and its length. */
const leastPadding = 4;

/**
 * Files as one zip file, not compressed; the same files give the same bytes.
 *
 * @param alignment - the bytes of each file begin at a multiple of it.
 */
export function zipOf(
  where: string,
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
  alignment = 1,
): Bytes {
  const encoder = new TextEncoder();
  let free = 0;
  const parts = files.map(([name, bytes]) => {
    const letters = encoder.encode(name);
    const unpadded = free + localLength + letters.length;
    const extra =
      alignment === 1 ? 0 : leastPadding + ((alignment - ((unpadded + leastPadding) % alignment)) % alignment);
    const part = { name: letters, bytes, crc: crc32(bytes), at: free, extra, start: unpadded + extra };
    free = part.start + bytes.length;
    return part;
  });
  const directory = free;
  const total = parts.reduce((sum, { name }) => sum + centralLength + name.length, directory + endLength);
  if (total > 0xffffffff || parts.length > 0xffff) {
    throw new TensorError(where, {
      expected: "less than 4 GiB, and 65,536 arrays",
      got: `${total} bytes in ${parts.length}`,
    });
  }
  const zip = allocate(where, total);
  const view = new DataView(zip.buffer);
  // What the local header and the directory have in common: version, flags (names in UTF-8), method, 1980-01-01, sizes.
  const describeFile = (place: number, { crc, bytes, name }: (typeof parts)[number]) => {
    view.setUint16(place, 20, true);
    view.setUint16(place + 2, 0x0800, true);
    view.setUint16(place + 8, 0x21, true);
    view.setUint32(place + 10, crc, true);
    view.setUint32(place + 14, bytes.length, true);
    view.setUint32(place + 18, bytes.length, true);
    view.setUint16(place + 22, name.length, true);
  };
  for (const part of parts) {
    view.setUint32(part.at, localHeader, true);
    describeFile(part.at + 4, part);
    view.setUint16(part.at + 28, part.extra, true);
    zip.set(part.name, part.at + localLength);
    if (part.extra > 0) {
      view.setUint16(part.start - part.extra, padding, true);
      view.setUint16(part.start - part.extra + 2, part.extra - leastPadding, true);
    }
    zip.set(part.bytes, part.start);
  }
  let at = directory;
  for (const part of parts) {
    view.setUint32(at, centralHeader, true);
    view.setUint16(at + 4, 20, true);
    describeFile(at + 6, part);
    view.setUint32(at + 42, part.at, true);
    zip.set(part.name, at + centralLength);
    at += centralLength + part.name.length;
  }
  view.setUint32(at, end, true);
  view.setUint16(at + 8, parts.length, true);
  view.setUint16(at + 10, parts.length, true);
  view.setUint32(at + 12, at - directory, true);
  view.setUint32(at + 16, directory, true);
  return zip;
}
