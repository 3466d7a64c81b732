import { isTensor } from "../../base/brand.ts";
import { threshold } from "../../base/optionKinds.ts";
import { type OptionKind, type OptionRules, optionsOf, type Settings } from "../../base/optionRules.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { allBytes, type ByteSource, refuseSize } from "../bytes/byteReader.ts";
import { checkBytes, defaultMaxBytes, refuseFile } from "../bytes/checks.ts";
import { fileKind } from "../bytes/fileKind.ts";
import { type ReadAsOptions, readAs } from "../bytes/readAs.ts";
import { type Inflated, inflatedFiles, readArchive } from "./archive.ts";
import { build } from "./build.ts";
import { readLegacy } from "./legacy.ts";
import type { Saved } from "./saved.ts";

/** Options of {@link fromTorch} and {@link readTorch}. */
export interface TorchOptions extends ReadAsOptions {
  /**
   * The part that is read, by its name, or by the names that lead to it, such as `"model_state_dict"`. Nothing else in the file is
   * made, or refused. Default: all.
   */
  readonly at?: string | readonly string[];
  /** The most bytes that are taken, for all tensors and by what a stream brings. Default 2 GiB, 2³¹. */
  readonly maxBytes?: number;
}

/** What a file of PyTorch's holds. */
export interface TorchFile {
  /**
   * What was saved: numbers, texts, booleans, null, bytes, tensors, and arrays, sets and objects without a prototype of them. A
   * whole number beyond 2⁵³ is a bigint, a dtype its name, such as `"torch.float32"`; keys that are numbers are names.
   */
  readonly value: unknown;
  /** The tensors by name, if what was saved is a state dict, or a dict that has tensors among others. No prototype. */
  readonly tensors: Record<string, Tensor>;
}

const names: OptionKind = {
  expected: "a name, or a list of names,",
  accepts: (value) =>
    typeof value === "string" || (Array.isArray(value) && value.every((name) => typeof name === "string")),
};

const rules = {
  at: { is: names, default: [] },
  maxBytes: { is: threshold, default: defaultMaxBytes },
  as: { is: readAs, default: {} },
} satisfies OptionRules<TorchOptions>;

/**
 * What is in the bytes of a `.pt` or `.pth` file that `torch.save` wrote: a state dict, or a checkpoint of dicts, lists, numbers,
 * texts and tensors.
 *
 * Nothing in the file is run: its pickle is read as a description, of which only what PyTorch's `weights_only` allows is made.
 * Both formats are read, that of zip files and the one before PyTorch 1.6, and tensors with any strides. Dtypes become those of
 * {@link fromSafetensors}, or what `as` says. Tensors that shared memory there are copies here, and none asks for a gradient.
 *
 * @param bytes - the whole file.
 * @throws TensorError if the file is damaged, or of another format; for classes and functions that are not allowed, such as
 * those of a module that was saved whole, by their names; for sparse, quantised and complex tensors, and values that do not fit;
 * and for tensors of more than `maxBytes` together.
 * @see PyTorch `torch.load` with `weights_only=True`. Unlike there, what is not asked for by `at` may be anything.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 * import { fromTorch, toTorch } from "evenkeel/io";
 *
 * const model = new nn.Linear(2, 3);
 * const bytes = toTorch({ epoch: 12, model: model.stateDict() }); // or those of a file
 * const { tensors } = fromTorch(bytes, { at: "model" });
 * console.log(model.loadStateDict(tensors)); // => { missing: [], unexpected: [] }
 * ```
 */
export function fromTorch(bytes: Uint8Array, options: TorchOptions = {}): TorchFile {
  const where = "fromTorch";
  const settings = optionsOf(where, options, rules);
  checkBytes(where, bytes);
  return made(where, readSaved(where, bytes, new Map()), settings);
}

/**
 * Reads a `.pt` or `.pth` file as {@link fromTorch} does, from wherever its bytes come; also one that was compressed afterwards.
 *
 * @param source - the bytes, or where they come from, such as `(await fetch(url)).body` or a `File`.
 * @returns what {@link fromTorch} would return for all bytes.
 * @throws TensorError for what {@link fromTorch} refuses, and for a file of more than `maxBytes`; and whatever the source throws.
 *
 * @example
 * ```ts
 * import { ones } from "evenkeel";
 * import { readTorch, toTorch } from "evenkeel/io";
 *
 * const file = new Blob([toTorch({ w: ones([2]) })]);
 * const { tensors } = await readTorch(file, { maxBytes: 1e6 });
 * console.log(tensors.w); // => tensor([1., 1.])
 * ```
 */
export async function readTorch(source: ByteSource, options: TorchOptions = {}): Promise<TorchFile> {
  const where = "readTorch";
  const settings = optionsOf(where, options, rules);
  const { maxBytes } = settings;
  const bytes = await allBytes(where, source, maxBytes);
  const refuseMore = (total: number): void => {
    if (total > maxBytes) refuseSize(where, maxBytes, `${total} once unpacked`);
  };
  const inflated = isZip(bytes) ? await inflatedFiles({ where, part: "the file" }, bytes, refuseMore) : new Map();
  return made(where, readSaved(where, bytes, inflated), settings);
}

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;
/** Whether bytes begin as a pickle does, or, in protocol 1, with a whole number. */
const isPickle = (bytes: Uint8Array): boolean => (bytes[0] === 0x80 && bytes[1] <= 5) || bytes[0] === 0x4c;

function readSaved(where: string, bytes: Uint8Array, inflated: Inflated): Saved {
  if (isZip(bytes)) return readArchive(where, bytes, inflated);
  if (isPickle(bytes)) return readLegacy(where, bytes);
  refuseFile(where, {
    expected: "what torch.save wrote",
    got: bytes.length === 0 ? "no bytes" : "other bytes",
    hint: "Is it a file of another format?",
    ...fileKind(bytes),
  });
}

function made(where: string, saved: Saved, { at, as, maxBytes }: Settings<TorchOptions, typeof rules>): TorchFile {
  const path = typeof at === "string" ? [at] : at;
  const value = build(saved, path, { where, as, maxBytes });
  const tensors: Record<string, Tensor> = Object.create(null);
  const isDict = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
  for (const [name, x] of isDict ? Object.entries(value) : []) if (isTensor(x)) tensors[name] = x;
  return { value, tensors };
}
