import type { Bytes } from "./bytes.ts";

/** Whether this machine stores the lowest byte of a number first. */
export function isLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

/** The memory of elements stored with the lowest byte first, in the order of this machine. */
export function native(bytes: Bytes, width: number): ArrayBuffer {
  if (!isLittleEndian()) swapped(bytes, width);
  return bytes.buffer;
}

/** Turns the bytes of each element round, in place. */
export function swapped<Bytes extends Uint8Array>(bytes: Bytes, width: number): Bytes {
  for (let start = 0; start < bytes.length; start += width) {
    for (let i = start, j = start + width - 1; i < j; i++, j--) [bytes[i], bytes[j]] = [bytes[j], bytes[i]];
  }
  return bytes;
}
