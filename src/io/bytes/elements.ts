import type { Shape } from "../../base/dtype.ts";
import { NDArray } from "../../kernels/array.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "./bytes.ts";
import { copyOf, type Place } from "./checks.ts";
import { decode } from "./decode.ts";
import { isLittleEndian, swapped } from "./endianness.ts";
import { type Kind, storedDtypes } from "./kinds.ts";
import { decodeAs, type ReadAs } from "./readAs.ts";

/** The elements of a tensor as bytes, the lowest of each first: those of the tensor itself, or a copy. */
export function bytesOf(where: string, { data }: Tensor): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (isLittleEndian()) return bytes;
  return swapped(copyOf(where, bytes, 0, bytes.length), data.BYTES_PER_ELEMENT);
}

/**
 * A tensor of elements as they are stored, the lowest byte of each first.
 *
 * @param bytes - as many as the shape has elements, in memory that becomes the tensor's.
 * @param as - the dtypes into which the elements are to be read, by those that they are stored in.
 */
export function tensorFrom(place: Place, kind: Kind, shape: Shape, bytes: Bytes, as: ReadAs = {}): Tensor {
  const asked = as[storedDtypes[kind]];
  const [elements, dtype] = asked === undefined ? decode(place, kind, bytes) : decodeAs(place, kind, bytes, asked);
  return new Tensor(new NDArray(elements, shape, dtype));
}
