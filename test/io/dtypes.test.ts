import { readFileSync } from "node:fs";
import { TensorError, tensor } from "evenkeel";
import { fromNpy, fromSafetensors, openNpz, type ReadAs, readNpz, readSafetensors, toNpy, toNpz } from "evenkeel/io";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A safetensors file of one tensor of these bytes. */
function fileOf(dtype: string, width: number, bytes: Uint8Array): Uint8Array {
  const shape = [bytes.length / width];
  const header = new TextEncoder().encode(JSON.stringify({ w: { dtype, shape, data_offsets: [0, bytes.length] } }));
  const file = new Uint8Array(8 + header.length + bytes.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  file.set(bytes, 8 + header.length);
  return file;
}

const read = (dtype: string, width: number, bytes: Uint8Array, as: ReadAs = {}) =>
  fromSafetensors(fileOf(dtype, width, bytes), { as }).tensors.w;

/** What a float8 is, by the definition of its bits: a sign, an exponent and a fraction, and what stands for no number. */
function float8(byte: number, exponentBits: number, hasInfinity: boolean): number {
  const fractionBits = 7 - exponentBits;
  const sign = byte & 0x80 ? -1 : 1;
  const exponent = (byte & 0x7f) >> fractionBits;
  const fraction = (byte & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  const [bias, last] = [(1 << (exponentBits - 1)) - 1, (1 << exponentBits) - 1];
  if (hasInfinity && exponent === last) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (!hasInfinity && (byte & 0x7f) === 0x7f) return Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);

describe.each([
  ["F8_E4M3", 4, false, "float8_e4m3fn"],
  ["F8_E5M2", 5, true, "float8_e5m2"],
] as const)("%s", (dtype, exponentBits, hasInfinity, stored) => {
  const expected = Array.from(everyByte, (byte) => float8(byte, exponentBits, hasInfinity));

  test("of every byte is the float that its bits say", () => {
    const x = read(dtype, 1, everyByte);
    expect([x.dtype, Array.from(x.data)]).toEqual(["float32", expected]);
  });

  test("is the same as float64", () => {
    const x = read(dtype, 1, everyByte, { [stored]: "float64" });
    expect([x.dtype, Array.from(x.data)]).toEqual(["float64", expected]);
  });
});

const wholes = [
  ["I8", "int8", 1, -(2n ** 7n), 2n ** 7n - 1n],
  ["U8", "uint8", 1, 0n, 2n ** 8n - 1n],
  ["I16", "int16", 2, -(2n ** 15n), 2n ** 15n - 1n],
  ["U16", "uint16", 2, 0n, 2n ** 16n - 1n],
  ["I32", "int32", 4, -(2n ** 31n), 2n ** 31n - 1n],
  ["U32", "uint32", 4, 0n, 2n ** 32n - 1n],
  ["I64", "int64", 8, -(2n ** 63n), 2n ** 63n - 1n],
  ["U64", "uint64", 8, 0n, 2n ** 64n - 1n],
] as const;

/** The nearest number of a dtype, which for whole numbers is another where it does not hold them. */
const heldBy = { int32: (v: number) => v | 0, float32: Math.fround, float64: (v: number) => v };

describe.each(wholes)("%s", (dtype, stored, width, least, most) => {
  const bytesOf = (value: bigint) => new Uint8Array(BigInt64Array.of(BigInt.asIntN(64, value)).buffer).slice(0, width);
  const near = (at: bigint) => [at - 1n, at, at + 1n];
  const edges = [
    least,
    most,
    0n,
    ...[24n, 31n, 32n, 53n, 62n].flatMap((bits) => [...near(2n ** bits), ...near(-(2n ** bits))]),
  ];

  test.each(["int32", "float32", "float64"] as const)("as %s is exact, or refused", (asked) => {
    const anything = fc.oneof(fc.bigInt({ min: least, max: most }), fc.constantFrom(...edges));
    fc.assert(
      fc.property(anything, (any) => {
        const value = any < least || any > most ? 0n : any;
        const held = heldBy[asked](Number(value));
        const fits = BigInt(held) === value;
        const run = () => read(dtype, width, bytesOf(value), { [stored]: asked });
        if (!fits) expect(run).toThrow(`got ${value}`);
        else expect([run().dtype, run().item()]).toEqual([asked, held]);
      }),
    );
  });

  test("is int32 where nothing is asked for", () => {
    const x = read(dtype, width, bytesOf(7n));
    expect([x.dtype, x.item()]).toEqual(["int32", 7]);
  });
});

test("an option says for other dtypes than those of the file, and every reader takes it", async () => {
  const x = tensor([1.1, -2], { dtype: "float64" });
  const as = { int64: "float64", float64: "float32", bool: "int32" } as const;
  const rounded = [Math.fround(1.1), -2];
  const safetensors = fileOf("F64", 8, new Uint8Array(Float64Array.of(1.1, -2).buffer));
  for (const read of [
    fromNpy(toNpy(x), { as }),
    (await readNpz(toNpz({ x }), { as })).x,
    await (await openNpz(toNpz({ x }), { as })).read("x"),
    fromSafetensors(safetensors, { as }).tensors.w,
    (await readSafetensors(safetensors, { as })).tensors.w,
  ]) {
    expect([read.dtype, read.toArray()]).toEqual(["float32", rounded]);
  }
  expect(fromNpy(toNpy(tensor([true, false])), { as }).toArray()).toEqual([1, 0]);
});

const wrong: readonly (readonly [as: unknown, message: string])[] = [
  [{ int64: "bool" }, 'expected "int32", "float32" or "float64" for int64 in the option "as", got "bool".'],
  [
    { float64: "float32", float16: "int32" },
    'expected "float32" or "float64" for float16 in the option "as", got "int32".',
  ],
  [{ int64: "int64" }, 'expected "int32", "float32" or "float64" for int64 in the option "as", got "int64".'],
  [{ bool: null }, 'expected "bool", "int32", "float32" or "float64" for bool in the option "as", got null.'],
  [
    { "layer.weight": "float64" },
    'expected keys of the option "as" among float64, float32, float16, bfloat16, float8_e4m3fn, float8_e5m2, int64, int32, ' +
      'int16, int8, uint64, uint32, uint16, uint8, bool, got "layer.weight". They are dtypes that files have, and not names of tensors.',
  ],
  [{ complex64: "float32" }, 'bool, got "complex64". They are dtypes that files have, and not names of tensors.'],
  [{ constructor: "float32" }, 'bool, got "constructor". They are dtypes that files have, and not names of tensors.'],
  [
    ["int64", "float64"],
    'expected an object such as { int64: "float64" } for the option "as", got ["int64", "float64"].',
  ],
  [new Map([["int64", "float64"]]), 'expected an object such as { int64: "float64" } for the option "as", got a Map.'],
  ["float64", 'expected an object such as { int64: "float64" } for the option "as", got "float64".'],
];

test.each(wrong.map(([as, message]) => [JSON.stringify(as), as, message] as const))(
  "as %s is refused, by its key",
  (_, as, message) => {
    const refused = () => fromNpy(toNpy(tensor([1])), { as: as as ReadAs });
    expect(refused).toThrow(TensorError);
    expect(refused).toThrow(message);
  },
);

describe("an .npz with an array of texts", () => {
  const golden: { readonly withTexts: string } = JSON.parse(
    readFileSync(new URL("../golden/io/torchFiles.json", import.meta.url), "utf8"),
  );
  const bytes = new Uint8Array(Buffer.from(golden.withTexts, "base64"));

  test("is read array by array", async () => {
    const file = await openNpz(bytes, { as: { int64: "float64" } });
    expect(file.names).toEqual(["names", "x", "ids"]);
    expect((await file.read("x")).toArray()).toEqual([0, 1, 2]);
    expect((await file.read("ids")).toArray()).toEqual([2 ** 40]);
    await expect(file.read("names")).rejects.toThrow(/U2/);
    await expect(file.read("y")).rejects.toThrow(/names, x, ids.*"y"/);
  });

  test("is refused as a whole, with what to do", async () => {
    await expect(readNpz(bytes)).rejects.toThrow(/U2.*openNpz/);
  });

  test("has a bound for what is unpacked", async () => {
    const file = await openNpz(bytes, { maxBytes: bytes.length });
    expect((await file.read("x")).shape).toEqual([3]);
    await expect(openNpz(bytes, { maxBytes: 10 })).rejects.toThrow(/at most 10 bytes/);
  });
});
