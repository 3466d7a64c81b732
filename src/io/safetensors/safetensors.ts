import type { Dtype } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { record } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import type { StateDict } from "../../nn/module/stateDict.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { allocate, checkBytes, checkName, copyOf, namedTensors, refuseFile } from "../bytes/checks.ts";
import { bytesOf, tensorFrom } from "../bytes/elements.ts";
import { type ReadAs, type ReadAsOptions, readAs } from "../bytes/readAs.ts";
import { maxHeaderLength, metadataName, prefixLength, readHeader, readHeaderLength } from "./safetensorsHeader.ts";

/** Options of {@link toSafetensors}. */
export interface SafetensorsOptions {
  /** Notes that are kept with the tensors, such as `{ epoch: "12" }`. Default: none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a safetensors file holds. Both objects have no prototype. */
export interface Safetensors {
  /** The tensors by name. */
  readonly tensors: Record<string, Tensor>;
  /** The notes that were kept with them. */
  readonly metadata: Record<string, string>;
}

/** The format's names of the dtypes, those of the widest elements first: the order in which tensors are written. */
const written: readonly (readonly [Dtype, string])[] = [
  ["float64", "F64"],
  ["float32", "F32"],
  ["int32", "I32"],
  ["bool", "BOOL"],
];

const readingRules = { as: { is: readAs, default: {} } } satisfies OptionRules<ReadAsOptions>;

const rules = { metadata: { is: record } } satisfies OptionRules<SafetensorsOptions>;

/**
 * Tensors as the bytes of a safetensors file, which PyTorch and others read.
 *
 * float32 is written as `F32`, float64 as `F64`, int32 as `I32`, bool as `BOOL`, bit for bit. The order is that of
 * Hugging Face's implementation: wide elements first, and then by name.
 *
 * @param tensors - by name, such as a state dict.
 * @throws TensorError if something is no tensor, a name is `__proto__`, `__metadata__` or no text, or metadata
 * are no strings.
 * @see https://huggingface.co/docs/safetensors, "Format".
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 * import { fromSafetensors, toSafetensors } from "evenkeel/io";
 *
 * const model = new nn.Linear(2, 3);
 * const bytes = toSafetensors(model.stateDict(), { metadata: { epoch: "12" } });
 * const { tensors, metadata } = fromSafetensors(bytes);
 * console.log(Object.keys(tensors), metadata.epoch); // => [ 'bias', 'weight' ] 12
 * ```
 */
export function toSafetensors(
  tensors: StateDict | Readonly<Record<string, Tensor>>,
  options: SafetensorsOptions = {},
): Bytes {
  const where = "toSafetensors";
  const { head, parts, byteLength } = layOut(where, tensors, options);
  const file = allocate(where, byteLength);
  file.set(head);
  for (const { start, x } of parts) file.set(bytesOf(where, x), start);
  return file;
}

/** A safetensors file before the tensors' bytes are in it. */
export interface Layout {
  /** Its beginning: the header, and before it the header's length. */
  readonly head: Bytes;
  /** The tensors in the order of the file, each with the place of its first byte. */
  readonly parts: readonly { readonly name: string; readonly x: Tensor; readonly start: number }[];
  /** Bytes of the whole file. */
  readonly byteLength: number;
}

/** Where everything stands in a safetensors file; refuses what {@link toSafetensors} refuses. */
export function layOut(where: string, tensors: unknown, options: SafetensorsOptions): Layout {
  const { metadata } = optionsOf(where, options, rules);
  const fields = metadata === undefined ? [] : [`"${metadataName}":${metadataText(where, metadata)}`];
  let end = 0;
  const entries = sorted(namedTensors(where, tensors)).map(({ name, x, dtype }) => {
    if (name === metadataName) {
      throw new TensorError(where, { expected: `names other than ${metadataName}`, got: describe(name) });
    }
    const start = end;
    end += x.data.byteLength;
    fields.push(`${JSON.stringify(name)}:{"dtype":"${dtype}","shape":[${x.shape}],"data_offsets":[${start},${end}]}`);
    return { name, x, start };
  });
  const header = padded(new TextEncoder().encode(`{${fields.join(",")}}`));
  if (header.length > maxHeaderLength) {
    throw new TensorError(where, { expected: `a header of at most ${maxHeaderLength} bytes`, got: `${header.length}` });
  }
  const head = new Uint8Array(prefixLength + header.length);
  new DataView(head.buffer).setBigUint64(0, BigInt(header.length), true);
  head.set(header, prefixLength);
  const parts = entries.map((entry) => ({ ...entry, start: head.length + entry.start }));
  return { head, parts, byteLength: head.length + end };
}

/**
 * The tensors in the bytes of a safetensors file.
 *
 * `F32`, `F64`, `I32` and `BOOL` come back bit for bit. `F16`, `BF16`, `F8_E4M3` and `F8_E5M2` become float32, which holds all
 * their values, and whole numbers of other widths, such as the `I64` of PyTorch's counts, int32 where every value fits; or what
 * `as` says. Whatever is wrong with a file is found before anything is returned, and no more memory is taken than the bytes that
 * are there ask for.
 *
 * @param bytes - the whole file; the tensors are copies.
 * @throws TensorError if the file is cut off or longer than it says, its header is not as the format has it,
 * names or metadata stand in it twice, tensors overlap or leave holes, or a dtype or value cannot be had here.
 * @see https://huggingface.co/docs/safetensors, "Format".
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { fromSafetensors, toSafetensors } from "evenkeel/io";
 *
 * const { tensors } = fromSafetensors(toSafetensors({ w: tensor([[1, 2], [3, 4]]) }));
 * console.log(tensors.w);
 * // => tensor([[1., 2.],
 * //         [3., 4.]])
 * ```
 */
export function fromSafetensors(bytes: Uint8Array, options: ReadAsOptions = {}): Safetensors {
  const where = "fromSafetensors";
  const { as } = optionsOf(where, options, readingRules);
  return safetensorsFrom(where, bytes, as);
}

/** {@link fromSafetensors} on behalf of `where`. */
export function safetensorsFrom(where: string, bytes: Uint8Array, as: ReadAs = {}): Safetensors {
  checkBytes(where, bytes);
  const atLeast = (expected: number): void => {
    if (bytes.length >= expected) return;
    refuseFile(where, {
      expected: `a safetensors file of ${expected} bytes or more`,
      got: `${bytes.length}`,
    });
  };
  atLeast(prefixLength);
  const begin = prefixLength + readHeaderLength(where, bytes);
  atLeast(begin);
  const { entries, metadata, byteLength } = readHeader(where, bytes.subarray(prefixLength, begin));
  if (bytes.length !== begin + byteLength) {
    refuseFile(where, {
      expected: `a file of ${begin + byteLength} bytes, as its header says`,
      got: `${bytes.length}`,
      hint: bytes.length < begin + byteLength ? "It is cut off." : "",
    });
  }
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const { name, kind, shape, start, end } of entries) {
    const place = { where, part: `the tensor ${describe(name)}` };
    tensors[name] = tensorFrom(place, kind, shape, copyOf(where, bytes, begin + start, begin + end), as);
  }
  return { tensors, metadata };
}

interface Written {
  readonly name: string;
  readonly x: Tensor;
  readonly dtype: string;
  readonly rank: number;
}

function sorted(named: readonly [string, Tensor][]): Written[] {
  const entries = named.map(([name, x]) => {
    const rank = written.findIndex(([dtype]) => dtype === x.dtype);
    return { name, x, dtype: written[rank][1], rank };
  });
  return entries.sort((a, b) => a.rank - b.rank || byCharacters(a.name, b.name));
}

/** The order of the bytes in UTF-8, which is not that of strings where there are surrogates. */
function byCharacters(a: string, b: string): number {
  const [p, q] = [Array.from(a), Array.from(b)];
  const first = p.findIndex((character, i) => character !== q[i]);
  if (first < 0) return p.length - q.length;
  return first < q.length ? (p[first].codePointAt(0) ?? 0) - (q[first].codePointAt(0) ?? 0) : 1;
}

/** Sorted, so that the same notes are the same bytes. */
function metadataText(where: string, metadata: Readonly<Record<string, string>>): string {
  const fields = Object.entries(metadata).map(([name, value]: [string, unknown]) => {
    checkName(where, name);
    if (typeof value === "string" && !/\p{Surrogate}/u.test(value)) return [name, value];
    throw new TensorError(where, {
      expected: "metadata that are strings",
      got: `${describe(value)} as ${describe(name)}`,
      hint: "JSON.stringify makes a string of anything.",
    });
  });
  fields.sort(([a], [b]) => byCharacters(a, b));
  return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`;
}

/** Spaces up to a multiple of eight bytes, so that the elements of every tensor are aligned in the file. */
function padded(header: Uint8Array): Uint8Array {
  const full = new Uint8Array(Math.ceil(header.length / 8) * 8).fill(0x20);
  full.set(header);
  return full;
}
