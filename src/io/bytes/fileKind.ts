const readByTorch = "fromTorch reads what PyTorch wrote.";

/** Files by what they begin with: what to call them, and what to do. */
const kinds: readonly (readonly [start: readonly number[], name: string, hint: string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    "a zip file, as PyTorch's .pt and NumPy's .npz are",
    "An .npz is read by readNpz, a .pt by fromTorch.",
  ],
  [[0x80, 0x02], "a pickle, as PyTorch's older .pt files are", readByTorch],
  [[0x80, 0x03], "a pickle", readByTorch],
  [[0x80, 0x04], "a pickle", readByTorch],
  [[0x80, 0x05], "a pickle", readByTorch],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a .npy file", "Read it by fromNpy."],
  [[0x89, 0x48, 0x44, 0x46], "an HDF5 file, as Keras writes them", "Write safetensors, .npy or .npz there."],
  [[0x47, 0x47, 0x55, 0x46], "a GGUF file", "Write safetensors there."],
  [
    [0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x20], // "version "
    "a text, as Git LFS has in the place of a file",
    "Have the file itself fetched: git lfs pull.",
  ],
  [[0x1f, 0x8b], "a file that is compressed by gzip", "Decompress it first."],
];

/** What a file is that is not the one asked for, by its first bytes; undefined for one that is not known. */
export function fileKind(bytes: Uint8Array): { readonly got: string; readonly hint: string } | undefined {
  const found = kinds.find(([start]) => start.every((byte, i) => bytes[i] === byte));
  return found && { got: found[1], hint: found[2] };
}

/** The part of a PyTorch file that a zip of arrays does not have. */
export function hintForEntry(name: string): string {
  return /(^|\/)(data\.pkl|byteorder|version|\.format_version)$/.test(name)
    ? "It is PyTorch's: fromTorch reads it."
    : "";
}
