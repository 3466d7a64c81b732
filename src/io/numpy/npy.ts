import { describe } from "../../base/errors.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { allocate, checkBytes, checkTensor, copyOf, countOf, type Place, refuse, refuseFile } from "../bytes/checks.ts";
import { bytesOf, tensorFrom } from "../bytes/elements.ts";
import { swapped } from "../bytes/endianness.ts";
import { fileKind } from "../bytes/fileKind.ts";
import { isKind, kindOf, widthOf } from "../bytes/kinds.ts";
import { type ReadAs, type ReadAsOptions, readAs } from "../bytes/readAs.ts";
import { gathered } from "../bytes/strides.ts";
import { parseNpyHeader } from "./npyHeader.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY

/** What comes before the text of the header, in version 1.0 and in later ones. */
const [shortPrefix, longPrefix] = [10, 12];

/** More than any array of simple elements needs. */
const longestHeader = 65_536;

const rules = { as: { is: readAs, default: {} } } satisfies OptionRules<ReadAsOptions>;

/**
 * A tensor as the bytes of a `.npy` file, which `numpy.load` reads: float32 as `<f4`, float64 as `<f8`, int32 as `<i4`,
 * bool as `|b1`, bit for bit.
 *
 * @throws TensorError if it is not a tensor.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { fromNpy, toNpy } from "evenkeel/io";
 *
 * console.log(fromNpy(toNpy(tensor([[1, 2], [3, 4]]))).shape); // => [ 2, 2 ]
 * ```
 */
export function toNpy(x: Tensor): Bytes {
  const where = "toNpy";
  checkTensor(where, x);
  const kind = kindOf[x.dtype];
  const shape = x.shape.length === 1 ? `(${x.shape[0]},)` : `(${x.shape.join(", ")})`;
  const text = `{'descr': '${kind === "b1" ? "|" : "<"}${kind}', 'fortran_order': False, 'shape': ${shape}, }`;
  // Elements start at a multiple of 64 bytes, for which the header is filled up with spaces, and ends with a line.
  const headerLength = Math.ceil((shortPrefix + text.length + 1) / 64) * 64 - shortPrefix;
  const elements = bytesOf(where, x);
  const file = allocate(where, shortPrefix + headerLength + elements.length);
  file.set([...magic, 1, 0, headerLength & 0xff, headerLength >> 8]);
  file.set(new TextEncoder().encode(`${text.padEnd(headerLength - 1)}\n`), shortPrefix);
  file.set(elements, shortPrefix + headerLength);
  return file;
}

/**
 * The tensor in the bytes of a `.npy` file.
 *
 * float32, float64, int32 and bool come back bit for bit, in either order of bytes, and of dimensions. float16 becomes
 * float32; integers of other widths become int32 where every value fits, or what `as` says.
 *
 * @param bytes - the whole file; the tensor is a copy.
 * @throws TensorError if it is not a `.npy` file, is cut off or longer than it says, or has elements that cannot be
 * had here: complex numbers, texts, dates, records, and Python objects, which are never unpacked.
 * @see NumPy `numpy.load`.
 *
 * @example
 * ```ts
 * import { ones } from "evenkeel";
 * import { fromNpy, toNpy } from "evenkeel/io";
 *
 * console.log(fromNpy(toNpy(ones([3])))); // => tensor([1., 1., 1.])
 * ```
 */
export function fromNpy(bytes: Uint8Array, options: ReadAsOptions = {}): Tensor {
  const where = "fromNpy";
  const { as } = optionsOf(where, options, rules);
  checkBytes(where, bytes);
  return npyTensor({ where, part: "the file" }, bytes, as);
}

/** The tensor of a file which stands in another. */
export function npyTensor(place: Place, bytes: Uint8Array, as: ReadAs): Tensor {
  const { start, header } = headerOf(place, bytes);
  const { kind, isBigEndian, isFortranOrder, shape } = parseNpyHeader(place, header);
  if (!isKind(kind)) {
    const aboutObjects = kind.startsWith("O")
      ? "Python objects are not unpacked: to do so runs what is in the file. "
      : "";
    const hint = `${aboutObjects}${place.where === "readNpz" ? "openNpz reads the other arrays." : ""}`.trim();
    return refuse(place, "elements that are floats, integers or bools", `'${kind}'`, hint);
  }
  const byteLength = countOf(place, shape) * widthOf(kind);
  if (bytes.length - start !== byteLength) {
    const hint = bytes.length - start < byteLength ? "It is cut off." : "";
    refuse(place, `${byteLength} bytes of elements`, `${bytes.length - start}`, hint);
  }
  const own = copyOf(place.where, bytes, start, bytes.length);
  const elements = isBigEndian ? swapped(own, widthOf(kind)) : own;
  if (!isFortranOrder || shape.length < 2) return tensorFrom(place, kind, shape, elements, as);
  const strides = shape.map((_, dim) => shape.slice(0, dim).reduce((a, b) => a * b, 1));
  const rowMajor = gathered(place.where, elements, { start: 0, shape, strides, width: widthOf(kind) });
  return tensorFrom(place, kind, shape, rowMajor, as);
}

function headerOf(place: Place, bytes: Uint8Array): { readonly start: number; readonly header: string } {
  if (bytes.length < longPrefix || magic.some((byte, i) => bytes[i] !== byte)) {
    refuseFile(place.where, {
      expected: "a .npy file, which begins with \\x93NUMPY",
      got: bytes.length < longPrefix ? `${bytes.length} bytes` : describe([...bytes.subarray(0, magic.length)]),
      ...fileKind(bytes),
    });
  }
  const [version, view] = [bytes[6], new DataView(bytes.buffer, bytes.byteOffset, longPrefix)];
  if (version < 1 || version > 3) refuse(place, "version 1 to 3 of the format", `${version}`);
  const prefix = version === 1 ? shortPrefix : longPrefix;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader) refuse(place, `a header of at most ${longestHeader} bytes`, `${length}`);
  const start = prefix + length;
  if (bytes.length < start) refuse(place, `a header of ${length} bytes`, `${bytes.length - prefix}`, "It is cut off.");
  const header = Array.from(bytes.subarray(prefix, start), (byte) => String.fromCharCode(byte)).join("");
  return { start, header };
}
