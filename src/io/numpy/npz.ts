import { describe } from "../../base/errors.ts";
import { optionsOf } from "../../base/optionRules.ts";
import type { StateDict } from "../../nn/module/stateDict.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type ByteSource, byteReader } from "../bytes/byteReader.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { checkName, namedTensors, refuseFile } from "../bytes/checks.ts";
import { hintForEntry } from "../bytes/fileKind.ts";
import { type ReadOptions, readRules } from "../safetensors/readSafetensors.ts";
import { unzipped, zipEntries } from "../zip/readZip.ts";
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

/**
 * The tensors in a `.npz` file, stored or compressed, by name.
 *
 * Of each array no more is unpacked than the directory of the file says, and of all of them no more than `maxBytes`: a file
 * that would blow up is refused before memory is taken for it.
 *
 * @param source - the bytes, or where they come from, such as `(await fetch(url)).body` or a `File`.
 * @throws TensorError if it is not a zip file, is damaged, or has something in it other than `.npy` files that
 * {@link fromNpy} takes; then nothing is returned.
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
  const { maxBytes } = optionsOf(where, options, readRules);
  const bytes = await allBytes(where, source, maxBytes);
  const entries = zipEntries({ where, part: "the file" }, bytes);
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (size > maxBytes) refuseSize(where, maxBytes, `${size} once unpacked`);
  const tensors: Record<string, Tensor> = Object.create(null);
  for (const entry of entries) {
    const place = { where, part: describe(entry.name) };
    const name = /^(.+)\.npy$/s.exec(entry.name)?.[1];
    if (name === undefined)
      refuseFile(where, {
        expected: "files that end in .npy",
        got: describe(entry.name),
        hint: hintForEntry(entry.name),
      });
    checkName(where, name);
    tensors[name] = npyTensor(place, await unzipped(place, bytes, entry));
  }
  return tensors;
}

function refuseSize(where: string, maxBytes: number, got: string): never {
  refuseFile(where, {
    expected: `at most ${maxBytes} bytes`,
    got,
    hint: "If you trust the file, raise maxBytes.",
  });
}

async function allBytes(where: string, source: ByteSource, maxBytes: number): Promise<Uint8Array> {
  const reader = byteReader(where, source);
  try {
    return await reader.takeAll(maxBytes, () => refuseSize(where, maxBytes, "more"));
  } finally {
    await reader.close();
  }
}
