import { describe, TensorError } from "../../base/errors.ts";
import { optionsOf } from "../../base/optionRules.ts";
import type { StateDict } from "../../nn/module/stateDict.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { allBytes, type ByteSource, refuseSize } from "../bytes/byteReader.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { checkName, namedTensors, refuseFile } from "../bytes/checks.ts";
import { hintForEntry } from "../bytes/fileKind.ts";
import { type ReadOptions, readRules } from "../safetensors/readSafetensors.ts";
import { unzipped, type ZipEntry, zipEntries } from "../zip/readZip.ts";
import { zipOf } from "../zip/writeZip.ts";
import { npyTensor, toNpy } from "./npy.ts";

/**
 * Tensors as the bytes of a `.npz` file, which `numpy.load` reads: a zip file of `.npy` files, not compressed. The same
 * tensors give the same bytes.
 *
 * @param tensors - by name, such as a state dict.
 * @throws TensorError if something is no tensor, or a name is `__proto__` or no text.
 * @see NumPy `numpy.savez`.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 * import { readNpz, toNpz } from "evenkeel/io";
 *
 * const bytes = toNpz(new nn.Linear(2, 3).stateDict());
 * console.log(Object.keys(await readNpz(bytes))); // => [ 'weight', 'bias' ]
 * ```
 */
export function toNpz(tensors: StateDict | Readonly<Record<string, Tensor>>): Bytes {
  const where = "toNpz";
  return zipOf(
    where,
    namedTensors(where, tensors).map(([name, x]) => [`${name}.npy`, toNpy(x)] as const),
  );
}

/** A `.npz` file whose arrays are read one by one. */
export interface NpzFile {
  /** The names of its arrays, in the order of the file. */
  readonly names: readonly string[];
  /**
   * Reads one array.
   *
   * @throws TensorError if there is none of this name, or it is not what {@link fromNpy} takes, such as texts.
   */
  read(name: string): Promise<Tensor>;
}

/**
 * Opens a `.npz` file, of which each array is read when it is asked for: what {@link fromNpy} refuses, such as an array of texts,
 * is in the way of no other.
 *
 * @param source - the bytes, or where they come from, such as `(await fetch(url)).body` or a `File`.
 * @param options - `maxBytes` bounds the file, and each array once it is unpacked.
 * @throws TensorError if it is not a zip file, or has something in it other than `.npy` files.
 * @see NumPy `numpy.load`, whose result reads on demand as well.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { openNpz, toNpz } from "evenkeel/io";
 *
 * const file = await openNpz(toNpz({ w: tensor([1, 2]), b: tensor([3]) }));
 * console.log(file.names, await file.read("b")); // => [ 'w', 'b' ] tensor([3.])
 * ```
 */
export async function openNpz(source: ByteSource, options: ReadOptions = {}): Promise<NpzFile> {
  const where = "openNpz";
  const { maxBytes, as } = optionsOf(where, options, readRules);
  const { bytes, entries } = await arraysOf(where, source, maxBytes);
  return {
    names: [...entries.keys()],
    async read(name) {
      const entry = entries.get(name);
      if (entry === undefined) {
        const some = [...entries.keys()].slice(0, 20).join(", ");
        throw new TensorError(where, { expected: `a name among ${some || "none"}`, got: describe(name) });
      }
      if (entry.size > maxBytes) refuseSize(where, maxBytes, `${entry.size} once unpacked`);
      const place = { where, part: describe(entry.name) };
      return npyTensor(place, await unzipped(place, bytes, entry), as);
    },
  };
}

/**
 * The tensors in a `.npz` file, stored or compressed, by name.
 *
 * Of each array no more is unpacked than the directory of the file says, and of all of them no more than `maxBytes`: a file
 * that would blow up is refused before memory is taken for it.
 *
 * @param source - the bytes, or where they come from, such as `(await fetch(url)).body` or a `File`.
 * @throws TensorError if it is not a zip file, is damaged, or has something in it other than `.npy` files that
 * {@link fromNpy} takes; then nothing is returned, and {@link openNpz} reads what can be read.
 * @see NumPy `numpy.load`, `numpy.savez_compressed`.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { readNpz, toNpz } from "evenkeel/io";
 *
 * const { w } = await readNpz(toNpz({ w: tensor([1, 2]) }));
 * console.log(w); // => tensor([1., 2.])
 * ```
 */
export async function readNpz(source: ByteSource, options: ReadOptions = {}): Promise<Record<string, Tensor>> {
  const where = "readNpz";
  const { maxBytes, as } = optionsOf(where, options, readRules);
  const { bytes, entries } = await arraysOf(where, source, maxBytes);
  const size = [...entries.values()].reduce((sum, entry) => sum + entry.size, 0);
  if (size > maxBytes) refuseSize(where, maxBytes, `${size} once unpacked`);
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const [name, entry] of entries) {
    const place = { where, part: describe(entry.name) };
    tensors[name] = npyTensor(place, await unzipped(place, bytes, entry), as);
  }
  return tensors;
}

/** The arrays of a file by name, none unpacked yet. */
async function arraysOf(where: string, source: ByteSource, maxBytes: number) {
  const bytes = await allBytes(where, source, maxBytes);
  const entries = new Map<string, ZipEntry>();
  for (const entry of zipEntries({ where, part: "the file" }, bytes)) {
    const name = /^(.+)\.npy$/s.exec(entry.name)?.[1];
    if (name === undefined) {
      refuseFile(where, {
        expected: "files that end in .npy",
        got: describe(entry.name),
        hint: hintForEntry(entry.name),
      });
    }
    checkName(where, name);
    entries.set(name, entry);
  }
  return { bytes, entries };
}
