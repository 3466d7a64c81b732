import type { Bytes } from "./bytes.ts";
import { allocate } from "./checks.ts";

/** Where the elements of an array lie in memory. */
export interface Strided {
  /** The place of the first one, counted in elements, as strides are. */
  readonly start: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** The bytes of an element. */
  readonly width: number;
}

/** The elements of an array in the order in which the last index moves fastest, in memory of their own. */
export function gathered(where: string, bytes: Uint8Array, { start, shape, strides, width }: Strided): Bytes {
  const own = allocate(
    where,
    shape.reduce((a, b) => a * b, width),
  );
  const index = new Array<number>(shape.length).fill(0);
  let from = start;
  for (let to = 0; to < own.length; to += width) {
    for (let byte = 0; byte < width; byte++) own[to + byte] = bytes[from * width + byte];
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      from += strides[dim];
      if (++index[dim] < shape[dim]) break;
      from -= strides[dim] * shape[dim];
      index[dim] = 0;
    }
  }
  return own;
}
