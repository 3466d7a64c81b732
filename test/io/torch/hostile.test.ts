import { readFileSync } from "node:fs";
import { isTensorError, type Tensor, tensor } from "evenkeel";
import { fromTorch, readTorch, toNpz, toTorch } from "evenkeel/io";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mutated } from "../../fuzz/mutated.ts";
import { numRuns, patience } from "../../fuzz/runs.ts";

/** Bytes by the characters of a text, each one byte. */
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** What a file of the older format begins with: three pickles. */
const beginning = "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.";

/** A file of the older format, whose value is this pickle's. */
const legacy = (value: string, keys = "]", storages = "") =>
  latin1(`${beginning}\x80\x02${value}.\x80\x02${keys}.${storages}`);

const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
const long = (value: number) =>
  `J${[0, 8, 16, 24].map((shift) => String.fromCharCode((value >> shift) & 0xff)).join("")}`;
const name = (module: string, own: string) => `c${module}\n${own}\n`;
const storage = (count: number, kind = "FloatStorage") =>
  `(${text("storage")}${name("torch", kind)}${text("0")}${text("cpu")}${long(count)}tQ`;
const rebuilt = (of: string, offset: string, size: string, stride: string) =>
  `${name("torch._utils", "_rebuild_tensor_v2")}(${of}${offset}${size}${stride}\x89}tR`;
const vector = (count: number, size: string, stride: string, offset = "K\0") =>
  legacy(
    rebuilt(storage(count), offset, `${size}\x85`, `${stride}\x85`),
    `](${text("0")}e`,
    `\x02\0\0\0\0\0\0\0${"\0\0\x80?".repeat(2)}`,
  );

test("a file made by hand is read, so that those that follow are refused for what they are", () => {
  expect((fromTorch(vector(2, "K\x02", "K\x01")).value as Tensor).toArray()).toEqual([1, 1]);
  expect(fromTorch(legacy("](K\x01K\x02e")).value).toEqual([1, 2]);
});

test("what Python may also have written is read: parameters, views, devices, numbers in digits, mappings of pairs, bytes", () => {
  const called = (module: string, own: string, args = "") => `${name(module, own)}(${args}tR`;
  const storages = [`](${text("0")}e`, `\x01\0\0\0\0\0\0\0${"\0\0\x80?"}`] as const;
  const one = rebuilt(storage(1), "K\0", "K\x01\x85", "K\x01\x85");
  const parameter = fromTorch(legacy(called("torch.nn.parameter", "Parameter", one), ...storages)).value;
  expect((parameter as Tensor).toArray()).toEqual([1]);
  const viewed = `(${text("storage")}${name("torch", "FloatStorage")}${text("0")}${text("cpu")}K\x02(${text("1")}K\x01K\x01ttQ`;
  const second = rebuilt(viewed, "K\0", "K\x01\x85", "K\x01\x85");
  const two = `\x02\0\0\0\0\0\0\0${"\0\0\x80?"}${"\0\0\0@"}`;
  expect((fromTorch(legacy(second, `](${text("0")}e`, two)).value as Tensor).toArray()).toEqual([2]);
  const devices = [`${text("cuda")}K\x01`, text("cpu")].map(
    (of) => fromTorch(legacy(called("torch", "device", of))).value,
  );
  expect(devices).toEqual(["cuda:1", "cpu"]);
  expect(["00", "01", "12", "-5", "0"].map((digits) => fromTorch(legacy(`I${digits}\n`)).value)).toEqual([
    false,
    true,
    12,
    -5,
    0,
  ]);
  for (const digits of ["1x", "", "--1"]) expect(() => fromTorch(legacy(`I${digits}\n`))).toThrow(/a whole number/);
  const pairs = `](${text("w")}K\x02ta(${text("b")}K\x03ta`;
  expect(fromTorch(legacy(called("collections", "OrderedDict", pairs))).value).toEqual({ w: 2, b: 3 });
  expect(() => fromTorch(legacy(called("collections", "OrderedDict", `](K\x01K\x02K\x03ta`)))).toThrow(
    /pairs of a key/,
  );
  for (const module of ["builtins", "__builtin__"]) {
    for (const own of ["bytes", "bytearray"]) {
      expect(fromTorch(legacy(called(module, own))).value).toEqual(new Uint8Array());
      const letters = `${text("ab")}${text("latin1")}`;
      expect(fromTorch(legacy(called(module, own, letters))).value).toEqual(Uint8Array.of(97, 98));
    }
  }
});

/** A list that is used again and again by what copies it. */
const usedAgain = `${name("__builtin__", "set")}q\x010](${"K\x01".repeat(1000)}eq\x000](${"h\x01h\x00\x85R".repeat(500)}e`;

const refusedFiles: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  "no bytes": [new Uint8Array(), /no bytes/],
  "other bytes": [new Uint8Array(100), /other bytes/],
  "nothing after the first pickle": [latin1("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."), /cut off/],
  "another magic number": [latin1(`\x80\x02${long(7)}.${beginning}`), /a pickle of something else/],
  "another protocol": [latin1(beginning.replace("\xe9", "\xe8")), /1001/],
  "a command": [legacy(`${name("posix", "system")}(${text("true")}tR`), /posix\.system/],
  eval: [legacy(`${name("builtins", "eval")}(${text("1")}tR`), /builtins\.eval/],
  "a name of JavaScript's": [legacy(`${name("constructor", "constructor")})R`), /constructor\.constructor/],
  "a name that only begins as one that is allowed": [
    legacy(`${name("torch._utils", "_rebuild_tensor_v2.__globals__")})R`),
    /__globals__/,
  ],
  "a class alone": [legacy(name("os", "PathLike")), /os\.PathLike/],
  "a tensor of another's making": [
    legacy(
      `${name("torch._tensor", "_rebuild_from_type_v2")}(${name("os", "system")}${name("torch", "Tensor")})Nt\x52`,
    ),
    /os\.system/,
  ],
  "an object of attributes": [legacy(`${name("a", "B")})\x81}b`), /a\.B/],
  "__proto__ as a key": [legacy(`}${text("__proto__")}K\x01s`), /__proto__/],
  "a list in itself": [legacy("]q\0h\0a"), /contain themselves/],
  "100,000 lists in each other": [legacy(`${"]".repeat(100_000)}${"a".repeat(99_999)}`), /64 deep/],
  "a list that is used without end": [legacy(usedAgain), /without end/],
  "a list as a key": [legacy("}]K\x01s"), /keys/],
  "more elements than memory": [vector(2, long(2 ** 31 - 1), "K\0"), /maxBytes/],
  "a size too large to count": [
    legacy(rebuilt(storage(2), "K\0", `(${long(2 ** 31 - 1).repeat(3)}t`, "(K\0K\0K\0t")),
    /a shape that memory can hold/,
  ],
  "a negative size": [vector(2, long(-1), "K\x01"), /whole numbers/],
  "a negative offset": [vector(2, "K\x01", "K\x01", long(-1)), /whole numbers/],
  "a size that is a fraction": [vector(2, `G?\xe0${"\0".repeat(6)}`, "K\x01"), /whole numbers/],
  "a size beyond the storage": [vector(2, "K\x03", "K\x01"), /within the storage/],
  "a stride beyond the storage": [vector(2, "K\x02", "K\x02"), /within the storage/],
  "an offset beyond the storage": [vector(2, "K\x01", "K\x01", "K\x02"), /within the storage/],
  "a storage smaller than it says": [vector(3, "K\x02", "K\x01"), /12 bytes/],
  "a storage that is not there": [legacy(rebuilt(storage(1), "K\0", "K\x01\x85", "K\x01\x85")), /the storage "0"/],
  "a storage nobody asked for": [legacy("N", `](${text("7")}e`, "\0".repeat(8)), /storages of its tensors/],
  "a storage twice": [
    legacy(rebuilt(storage(0), "K\0", "K\0\x85", "K\x01\x85"), `](${text("0")}${text("0")}e`, "\0".repeat(16)),
    /each once/,
  ],
  "a storage of 2⁶² elements": [
    legacy(storage(1), `](${text("0")}e`, "\0\0\0\0\0\0\0\x40"),
    /sizes that memory can hold/,
  ],
  "an unknown class of storages": [legacy(storage(1, "constructor")), /torch\.constructor/],
  "an identity that is no storage's": [legacy("K\x01Q"), /identity of a storage/],
  "a view beyond its storage": [
    legacy(
      `(${text("storage")}${name("torch", "FloatStorage")}${text("0")}${text("cpu")}K\x01(${text("1")}K\x01K\x01ttQ`,
    ),
    /views within their storage/,
  ],
  "metadata that nobody knows": [
    legacy(`${name("torch._utils", "_rebuild_tensor_v2")}(${storage(0)}K\0K\0\x85K\x01\x85\x89}}${text("x")}K\x01stR`),
    /neg and conj/,
  ],
  "bytes after the end": [latin1(`${String.fromCharCode(...legacy("N"))}\0`), /a file of/],
  "two values": [legacy("K\x01K\x02"), /one value/],
  "no value": [legacy(""), /one value/],
  "a mark that stays": [legacy("(K\x01"), /one value/],
  "a value that is not there": [legacy("R"), /values before/],
  "no mark": [legacy("t"), /a mark/],
  "a number that is called": [legacy("K\x01)R"), /a name that is called/],
  "an unknown code": [legacy("\xfe"), /the code 254/],
  "an identity as text": [legacy("P0\n"), /the code 80/],
  "what has not been kept": [legacy("h\x05"), /number 5/],
  "protocol 9": [legacy("\x80\x09N"), /protocol 1 to 5/],
  "a text of 4 GB": [legacy("X\xff\xff\xff\xff"), /cut off/],
  "a text of 16 EB": [legacy(`\x8d${"\xff".repeat(8)}`), /memory can hold/],
  "a number of 4 GB": [legacy("\x8b\xff\xff\xff\xff"), /at most 1024 bytes/],
  "a line without end": [legacy(`I${"1".repeat(5000)}`), /a line/],
  "a text that is none": [legacy("X\x02\0\0\0\xff\xfe"), /UTF-8/],
  "a key without a value": [legacy("}(K\x01u"), /a key alone/],
  "items for a number": [legacy("K\x01(K\x01e"), /a list/],
  "attributes of a number": [legacy("K\x01}b"), /attributes/],
  "arrays of NumPy's": [toNpz({ w: tensor([1]) }), /readNpz/],
};

describe.each(Object.entries(refusedFiles))("a .pt file with %s", (_, [file, said]) => {
  test("is refused", async () => {
    const error = await readTorch(file).catch((thrown: unknown) => thrown);
    if (!isTensorError(error)) throw error;
    expect(error.message).toMatch(said);
    expect(() => fromTorch(file)).toThrow(said);
  });
});

test("lists that would fill memory if each were copied are one list each", () => {
  const laughs = `]q\0(K\x01K\x01e${Array.from({ length: 60 }, (_, i) => `0](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`).join("")}`;
  const { value } = fromTorch(legacy(laughs));
  expect((value as unknown[])[0]).toBe((value as unknown[])[1]);
});

test("many tensors of one small storage are refused by what they would take together", () => {
  const one = `${rebuilt(storage(1), "K\0", `${long(100_000)}\x85`, "K\0\x85")}`;
  const file = legacy(`](${one.repeat(50)}e`, `](${text("0")}e`, "\x01\0\0\0\0\0\0\0\0\0\x80?");
  expect(() => fromTorch(file, { maxBytes: 1e7 })).toThrow(/at most 10000000 bytes/);
  expect((fromTorch(file, { maxBytes: 3e7 }).value as unknown[]).length).toBe(50);
});

const good = toTorch({
  w: tensor([[1, 2]]),
  b: tensor([1], { dtype: "int32" }),
  name: "ü",
  list: [1, 2.5, null, true],
});

/** The file with a byte somewhere changed. */
const damaged = (at: number, byte: number) => {
  const file = good.slice();
  file[at] = byte;
  return file;
};
const directory = new DataView(good.buffer).getUint32(good.length - 6, true);

test("a zip file is held against its sums, unless it says that it has none", () => {
  const inPickle = Buffer.from(good).indexOf("X\x04\0\0\0list") + 5;
  expect(() => fromTorch(damaged(inPickle, 0x4c))).toThrow(/checksum/);
  const withoutSum = damaged(inPickle, 0x4c);
  withoutSum.fill(0, directory + 16, directory + 20);
  expect(Object.keys(fromTorch(withoutSum).value as object)).toContain("List");
});

test("a zip file that was compressed afterwards is read by readTorch, and fromTorch says so", async () => {
  const compressed = await compressedAgain(good);
  expect(() => fromTorch(compressed)).toThrow(/readTorch/);
  const { value } = await readTorch(compressed);
  expect(Object.keys(value as object)).toEqual(["w", "b", "name", "list"]);
  await expect(readTorch(compressed, { maxBytes: 100 })).rejects.toThrow(/at most 100 bytes/);
});

/** The zip file with its pickle deflated. */
async function compressedAgain(file: Uint8Array): Promise<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset);
  const size = view.getUint32(directory + 24, true);
  const start = 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const packed = new Uint8Array(
    await new Response(
      new Blob([file.slice(start, start + size)]).stream().pipeThrough(new CompressionStream("deflate-raw")),
    ).arrayBuffer(),
  );
  const own = file.slice();
  own.set(packed, start);
  const changed = new DataView(own.buffer);
  changed.setUint16(directory + 10, 8, true);
  changed.setUint32(directory + 20, packed.length, true);
  return own;
}

const golden: { readonly files: readonly { readonly name: string; readonly file: string }[] } = JSON.parse(
  readFileSync(new URL("../../golden/io/torchFiles.json", import.meta.url), "utf8"),
);
const wroteByTorch = (name: string) =>
  new Uint8Array(Buffer.from(golden.files.find((file) => file.name === name)?.file ?? "", "base64"));

describe.each([
  ["fromTorch", good, (file: Uint8Array) => fromTorch(file)],
  ["readTorch", wroteByTorch("a state dict"), (file: Uint8Array) => readTorch(file)],
  ["fromTorch of the older format", wroteByTorch("a checkpoint, legacy"), (file: Uint8Array) => fromTorch(file)],
  ["fromTorch of any strides", wroteByTorch("views of one storage, legacy"), (file: Uint8Array) => fromTorch(file)],
  ["fromTorch of protocol 5", wroteByTorch("protocol 5 of pickle, legacy"), (file: Uint8Array) => fromTorch(file)],
] as const)("%s", (_, whole, read) => {
  test("takes a file that is damaged anywhere, or refuses it, and nothing else", { timeout: patience }, async () => {
    await fc.assert(
      fc.asyncProperty(mutated(whole), async (file) => {
        try {
          await read(file);
        } catch (error) {
          if (!isTensorError(error)) throw error;
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: numRuns(1000) },
    );
  });
});

/** Codes that make, keep and call values, and values. */
const parts = [
  ..."]})(eusatRbNdl01\x81\x85\x86\x8f\x90\x91",
  ...["q\0", "h\0", "K\x01", text("w"), storage(1), name("collections", "OrderedDict")],
  ...[name("torch._utils", "_rebuild_tensor_v2"), name("torch", "Size"), name("a", "b")],
];

test("any codes of pickle's are read, or refused", { timeout: patience }, () => {
  const codes = fc.array(fc.nat(255), { maxLength: 60 }).map((bytes) => String.fromCharCode(...bytes));
  const pieces = fc.array(fc.constantFrom(...parts), { maxLength: 30 });
  fc.assert(
    fc.property(
      fc.oneof(
        codes,
        pieces.map((all) => all.join("")),
      ),
      (value) => {
        try {
          fromTorch(legacy(value));
        } catch (error) {
          if (!isTensorError(error)) throw error;
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      },
    ),
    { numRuns: numRuns(3000) },
  );
});
