import { nn, TensorError, tensor, zeros } from "evenkeel";
import {
  exportOnnx,
  fromNpy,
  fromOnnx,
  fromSafetensors,
  fromTorch,
  loadCheckpoint,
  readNpz,
  readSafetensors,
  saveCheckpoint,
  toNpy,
  toNpz,
  toSafetensors,
} from "evenkeel/io";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mutated } from "../fuzz/mutated.ts";
import { numRuns, patience } from "../fuzz/runs.ts";

const encoder = new TextEncoder();

/** A safetensors file with this header, whatever it is. */
function safetensors(header: unknown, body = 0, length?: bigint): Uint8Array {
  const text = encoder.encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + body);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const entry = (dtype: unknown, shape: unknown, data_offsets: unknown) => ({ w: { dtype, shape, data_offsets } });

const broken: Readonly<Record<string, Uint8Array>> = {
  "no bytes": new Uint8Array(),
  "a header of 8 EB": safetensors({}, 0, 8_000_000_000_000_000_000n),
  "a header longer than the file": safetensors({}, 0, 1000n),
  "no JSON": safetensors("{not json}"),
  "a header that is an array": safetensors("[]"),
  "a header with a space before it": safetensors(" {}"),
  "an unknown dtype": safetensors(entry("F8", [1], [0, 1]), 1),
  "an offset that is none": safetensors(entry("F32", [1], [0, 4.5]), 4),
  "a negative offset": safetensors(entry("F32", [1], [-4, 0]), 4),
  "offsets in the wrong order": safetensors(entry("F32", [1], [4, 0]), 4),
  "offsets beyond the end": safetensors(entry("F32", [1], [0, 4]), 0),
  "a hole": safetensors(entry("F32", [1], [4, 8]), 8),
  "trailing bytes": safetensors(entry("F32", [1], [0, 4]), 5),
  "a shape too large": safetensors(entry("F32", [2 ** 40, 2 ** 40], [0, 4]), 4),
  "a shape of a text": safetensors(entry("F32", ["1"], [0, 4]), 4),
  "a size of another shape": safetensors(entry("F32", [2], [0, 4]), 4),
  "a field too many": safetensors({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4], more: 1 } }, 4),
  "a bool that is 2": (() => {
    const file = safetensors(entry("BOOL", [1], [0, 1]), 1);
    file[file.length - 1] = 2;
    return file;
  })(),
  "an int64 that does not fit": (() => {
    const file = safetensors(entry("I64", [1], [0, 8]), 8);
    file[file.length - 1] = 1;
    return file;
  })(),
  "two tensors in one place": safetensors(
    { a: { dtype: "F32", shape: [1], data_offsets: [0, 4] }, b: { dtype: "F32", shape: [1], data_offsets: [0, 4] } },
    4,
  ),
  "a name twice": safetensors(
    '{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
  ),
  "a name twice, once escaped": safetensors(
    '{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0077":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
  ),
  ["__proto__"]: safetensors('{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
  "metadata __proto__": safetensors('{"__metadata__":{"__proto__":"x"}}'),
  "metadata that are numbers": safetensors({ __metadata__: { a: 1 } }),
  "deep JSON": safetensors(`{"w":${"[".repeat(10_000)}${"]".repeat(10_000)}}`),
  "a number without end": safetensors(`{"w":${"1".repeat(100_000)}}`),
  "a text without end": safetensors('{"w'),
  "half a character": safetensors('{"\\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
  "no UTF-8": (() => {
    const file = safetensors('{"w":1}');
    file[10] = 0xff;
    return file;
  })(),
};

describe.each(Object.entries(broken))("a safetensors file with %s", (_, file) => {
  test("is refused, at once and in a stream", async () => {
    expect(() => fromSafetensors(file)).toThrow(TensorError);
    await expect(readSafetensors(file)).rejects.toThrow(TensorError);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });
});

test("a file that says it is larger than allowed is refused before its bytes are waited for", async () => {
  async function* slow() {
    yield safetensors(entry("F32", [2 ** 28], [0, 2 ** 30])).subarray(0, 200);
    throw new Error("nobody should have asked");
  }
  await expect(readSafetensors(slow(), { maxBytes: 1e6 })).rejects.toThrow(/at most 1000000 bytes/);
});

function npy(header: string, body: Uint8Array = new Uint8Array()): Uint8Array {
  const text = encoder.encode(header);
  const file = new Uint8Array(10 + text.length + body.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 0xff, text.length >> 8]);
  file.set(text, 10);
  file.set(body, 10 + text.length);
  return file;
}

test.each([
  ["no bytes", new Uint8Array()],
  ["other bytes", new Uint8Array(200)],
  ["a header that is no dict", npy("[]")],
  ["Python objects", npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8))],
  ["records", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4))],
  ["complex numbers", npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8))],
  ["texts", npy("{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(12))],
  [
    "code",
    npy("{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)),
  ],
  [
    "a field twice",
    npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4)),
  ],
  ["a field missing", npy("{'descr': '<f4', 'shape': (1,), }", new Uint8Array(4))],
  ["fewer bytes", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", new Uint8Array(4))],
  ["more bytes", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(5))],
  ["a shape too large", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999, 9999999999), }")],
  ["a header longer than the file", npy("{}").subarray(0, 11)],
])("an .npy file with %s is refused", (_, file) => {
  expect(() => fromNpy(file)).toThrow(TensorError);
});

test.each(["|O", "|O8", "|O4"])("of Python objects, %s, it is said that they are not unpacked", (descr) => {
  const file = npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': (1,), }`, new Uint8Array(8));
  expect(() => fromNpy(file)).toThrow(/Python objects are not unpacked/);
});

test("the text that Git LFS has in the place of a file is told as such", async () => {
  const text = encoder.encode("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  for (const read of [fromTorch, fromSafetensors, fromNpy, fromOnnx, readNpz])
    await expect(async () => read(text)).rejects.toThrow(/Git LFS.*git lfs pull/);
});

describe(".npz", () => {
  const good = toNpz({ w: tensor([1, 2, 3]), b: tensor([4]) });

  /** The file with some bytes of its last part, the end record, or elsewhere, changed. */
  const changed = (change: (view: DataView, file: Uint8Array) => void) => {
    const file = good.slice();
    change(new DataView(file.buffer), file);
    return file;
  };
  const directory = new DataView(good.buffer).getUint32(good.length - 6, true);

  test.each([
    ["no zip file", new Uint8Array(100)],
    ["a cut", good.subarray(0, good.length - 30)],
    ["more files than there are", changed((view) => view.setUint16(good.length - 12, 9, true))],
    ["a directory elsewhere", changed((view) => view.setUint32(good.length - 6, 5, true))],
    ["a directory beyond the end", changed((view) => view.setUint32(good.length - 6, 1e9, true))],
    ["a file beyond the end", changed((view) => view.setUint32(directory + 42, 1e9, true))],
    ["files that overlap", changed((view) => view.setUint32(directory + 46 + 5 + 42, 0, true))],
    ["an encrypted file", changed((view) => view.setUint16(directory + 8, 1, true))],
    ["an unknown method", changed((view) => view.setUint16(directory + 10, 12, true))],
    ["a wrong checksum", changed((view) => view.setUint32(directory + 16, 1, true))],
    ["a damaged byte", changed((_, file) => file.set([file[100] ^ 1], 100))],
    ["a size that is not its own", changed((view) => view.setUint32(directory + 24, 1e9, true))],
    ["deflated bytes that are none", changed((view) => view.setUint16(directory + 10, 8, true))],
  ])("with %s is refused", async (_, file) => {
    await expect(readNpz(file)).rejects.toThrow(TensorError);
  });

  test("that would blow up is refused, by what it says and by what it is", async () => {
    const zeros = new Uint8Array(20_000_000);
    const packed = await deflated(zeros);
    expect(packed.length).toBeLessThan(50_000);
    const honest = zipWith(packed, zeros.length);
    await expect(readNpz(honest, { maxBytes: 1e6 })).rejects.toThrow(/at most 1000000 bytes/);
    const lying = zipWith(packed, 1000);
    await expect(readNpz(lying, { maxBytes: 1e6 })).rejects.toThrow(/1000 bytes, as the directory says/);
  });

  test("with other files in it is refused", async () => {
    await expect(readNpz(zipNamed("readme.txt"))).rejects.toThrow(/end in .npy/);
    await expect(readNpz(zipNamed("__proto__.npy"))).rejects.toThrow(/__proto__/);
  });

  /** One file of a zip file. */
  function zipWith(packed: Uint8Array, size: number, name = "w.npy", method = 8): Uint8Array {
    const letters = encoder.encode(name);
    const file = new Uint8Array(30 + 46 + 22 + 2 * letters.length + packed.length);
    const view = new DataView(file.buffer);
    view.setUint32(0, 0x04034b50, true);
    view.setUint16(26, letters.length, true);
    file.set(letters, 30);
    file.set(packed, 30 + letters.length);
    const at = 30 + letters.length + packed.length;
    view.setUint32(at, 0x02014b50, true);
    view.setUint16(at + 10, method, true);
    view.setUint32(at + 20, packed.length, true);
    view.setUint32(at + 24, size, true);
    view.setUint16(at + 28, letters.length, true);
    file.set(letters, at + 46);
    const end = at + 46 + letters.length;
    view.setUint32(end, 0x06054b50, true);
    view.setUint16(end + 10, 1, true);
    view.setUint32(end + 12, end - at, true);
    view.setUint32(end + 16, at, true);
    return file;
  }

  function zipNamed(name: string): Uint8Array {
    return zipWith(new Uint8Array(), 0, name, 0);
  }
});

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const tensors = {
  w: tensor([
    [1, 2],
    [3, 4],
  ]),
  b: tensor([1, 2], { dtype: "int32" }),
  c: tensor([true]),
};
/** A file of layers whose nodes have lists, shapes and numbers of their own. */
const picture = zeros([2, 2, 5, 4]);
const layered = new nn.Sequential(
  new nn.Conv2d(2, 3, 2),
  new nn.BatchNorm2d(3),
  new nn.Hardtanh(),
  new nn.MaxPool2d(2),
  new nn.Flatten(),
  new nn.Linear(6, 2),
  new nn.Softmax(1),
);

const readers: readonly [string, Uint8Array, (file: Uint8Array) => unknown][] = [
  ["fromSafetensors", toSafetensors(tensors, { metadata: { a: "b" } }), fromSafetensors],
  ["readSafetensors", toSafetensors(tensors), (file) => readSafetensors(file)],
  ["fromNpy", toNpy(tensors.w), fromNpy],
  ["readNpz", toNpz(tensors), (file) => readNpz(file)],
  ["fromOnnx", exportOnnx(layered, picture), (file) => fromOnnx(file).forward(picture)],
  ["loadCheckpoint", saveCheckpoint({ step: 1, list: [1, { x: tensors.w }] }), (file) => loadCheckpoint(file)],
];

describe.each(readers)("%s", (_, good, read) => {
  test("takes a file that is damaged anywhere, or refuses it, and nothing else", { timeout: patience }, async () => {
    await fc.assert(
      fc.asyncProperty(mutated(good), async (file) => {
        try {
          await read(file);
        } catch (error) {
          if (!(error instanceof TensorError)) throw error;
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: numRuns(2000) },
    );
  });

  test("refuses any bytes, whatever they are", { timeout: patience }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (file) => {
        await expect((async () => read(file))()).rejects.toThrow(TensorError);
      }),
      { numRuns: numRuns(500) },
    );
  });
});
