import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { checkName, checkTensor, isBytes } from "../bytes/checks.ts";
import { bytesOf } from "../bytes/elements.ts";
import { isPlain } from "../bytes/plain.ts";
import { zipOf } from "../zip/writeZip.ts";
import { codes, type Pickler, pickler } from "./pickle.ts";

/** Deeper than any state; what is nested deeper is most likely a circle. */
const deepest = 64;

/** The longest whole number, in bits: the format counts its bytes in one. */
const widestNumber = 2000;

/** The bytes of a storage begin at a multiple of it, so that PyTorch can map them into memory. */
const alignment = 64;

const storageClasses = { float32: "FloatStorage", float64: "DoubleStorage", int32: "IntStorage", bool: "BoolStorage" };

/** A file while it is written. */
interface Writing {
  readonly where: string;
  readonly pickle: Pickler;
  /** For each memory the number of its storage, and one tensor that looks at it. */
  readonly storages: Map<unknown, { readonly key: number; readonly x: Tensor }>;
}

/**
 * A state dict or a checkpoint as the bytes of a `.pt` file, which `torch.load` reads, also with `weights_only=True`.
 *
 * float32, float64, int32 and bool are written bit for bit, and tensors that share memory share it in the file. Objects become
 * dicts, arrays lists, numbers that are whole ints and others floats, `null` `None`, a `Uint8Array` bytes; fields that are
 * `undefined` are left out. In the state dict of an optimiser the names of parameters become the ints that PyTorch looks for. The
 * same value gives the same bytes.
 *
 * @param value - such as `model.stateDict()`, or `{ epoch, model: model.stateDict(), optimizer: optimizer.stateDict() }`.
 * @throws TensorError for what is none of these, such as a module or a function; for a name that is `__proto__` or no text; for
 * values nested deeper than 64; and for more than 4 GiB.
 * @see PyTorch `torch.save`, in the format since 1.6. PyTorch 1.13 refuses floats where it loads with `weights_only=True`.
 *
 * @example
 * ```ts
 * import { nn } from "evenkeel";
 * import { fromTorch, toTorch } from "evenkeel/io";
 *
 * const bytes = toTorch(new nn.Linear(2, 3).stateDict());
 * console.log(Object.keys(fromTorch(bytes).tensors)); // => [ 'weight', 'bias' ]
 * ```
 */
export function toTorch(value: unknown): Bytes {
  const where = "toTorch";
  const writing: Writing = { where, pickle: pickler(where), storages: new Map() };
  write(writing, value, []);
  const encoder = new TextEncoder();
  const storages = [...writing.storages.values()].map(
    ({ key, x }) => [`archive/data/${key}`, bytesOf(where, x)] as const,
  );
  const files = [
    ["archive/data.pkl", writing.pickle.end()],
    ["archive/byteorder", encoder.encode("little")],
    ...storages,
    ["archive/version", encoder.encode("3\n")],
  ] as const;
  return zipOf(where, files, alignment);
}

/** @param hasNumbers - whether names that are numbers are written as such. */
function write(writing: Writing, value: unknown, path: readonly string[], hasNumbers = false): void {
  const { where, pickle } = writing;
  if (path.length > deepest) {
    throw new TensorError(where, { expected: `values nested at most ${deepest} deep`, got: `more, in ${path[0]}` });
  }
  if (value === null) pickle.code(codes.none);
  else if (typeof value === "boolean") pickle.code(value ? codes.true : codes.false);
  else if (typeof value === "number" && (!Number.isSafeInteger(value) || Object.is(value, -0))) pickle.double(value);
  else if (typeof value === "number" || (typeof value === "bigint" && isNarrow(value))) pickle.whole(value);
  else if (typeof value === "string") writeText(writing, value, path);
  else if (isTensor(value)) writeTensor(writing, value, path);
  else if (isBytes(value)) writeBytes(pickle, value);
  else if (Array.isArray(value)) writeList(writing, value, path);
  else if (value instanceof Set) writeSet(writing, [...value], path);
  else if (isPlain(value)) writeDict(writing, value, path, hasNumbers);
  else refuseValue(where, value, path);
}

function refuseValue(where: string, value: unknown, path: readonly string[]): never {
  const isStateful = typeof value === "object" && value !== null && "stateDict" in value;
  throw new TensorError(where, {
    expected: "numbers, strings, booleans, null, tensors, Uint8Arrays, and arrays, sets and plain objects of them",
    got: path.length === 0 ? describe(value) : `${describe(value)} as ${path.join(".")}`,
    hint: isStateful ? "Such as its stateDict()." : "",
  });
}

function writeText({ where, pickle }: Writing, value: string, path: readonly string[]): void {
  if (/\p{Surrogate}/u.test(value)) {
    throw new TensorError(where, {
      expected: "text",
      got: `${describe(value)}, with half a character, as ${path.join(".")}`,
    });
  }
  pickle.text(value);
}

function writeTensor({ where, pickle, storages }: Writing, x: Tensor, path: readonly string[]): void {
  if (pickle.recall(x)) return;
  checkTensor(where, x, path.length === 0 ? "" : ` as ${path.join(".")}`);
  const { key } = storages.get(x.data) ?? { key: storages.size };
  storages.set(x.data, { key, x });
  pickle.global("torch._utils", "_rebuild_tensor_v2");
  pickle.code(codes.mark, codes.mark);
  pickle.text("storage");
  pickle.global("torch", storageClasses[x.dtype]);
  pickle.text(`${key}`);
  pickle.text("cpu");
  pickle.whole(x.data.length);
  pickle.code(codes.tuple, codes.persistent);
  pickle.whole(0);
  pickle.tuple(x.shape);
  pickle.tuple(x.shape.map((_, dim) => x.shape.slice(dim + 1).reduce((a, b) => a * Math.max(b, 1), 1)));
  pickle.code(codes.false);
  pickle.global("collections", "OrderedDict");
  pickle.code(codes.emptyTuple, codes.reduce, codes.tuple, codes.reduce);
  pickle.keep(x);
}

/** As Python writes bytes in this protocol, which has none. */
function writeBytes(pickle: Pickler, bytes: Uint8Array): void {
  pickle.global("_codecs", "encode");
  pickle.text(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  pickle.text("latin1");
  pickle.code(codes.tuple2, codes.reduce);
}

function writeList(writing: Writing, items: readonly unknown[], path: readonly string[]): void {
  const { pickle } = writing;
  pickle.code(codes.emptyList, codes.mark);
  for (const [i, item] of items.entries()) write(writing, item, [...path, `${i}`]);
  pickle.code(codes.appends);
}

function writeSet(writing: Writing, items: readonly unknown[], path: readonly string[]): void {
  writing.pickle.global("__builtin__", "set");
  writeList(writing, items, path);
  writing.pickle.code(codes.tuple1, codes.reduce);
}

function writeDict(writing: Writing, value: object, path: readonly string[], hasNumbers: boolean): void {
  const { where, pickle } = writing;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  pickle.code(codes.emptyDict, codes.mark);
  for (const [name, field] of fields) {
    checkName(where, name);
    if (hasNumbers && /^(0|[1-9][0-9]{0,9})$/.test(name)) pickle.whole(Number(name));
    else pickle.text(name);
    const isOfOptimizer = name === "state" && "param_groups" in value;
    write(writing, field, [...path, name], isOfOptimizer);
  }
  pickle.code(codes.setItems);
}

const isNarrow = (value: bigint): boolean => BigInt.asIntN(widestNumber, value) === value;
