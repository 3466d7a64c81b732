import { describe, expect, test } from "vitest";
import { decodeModel } from "../../../src/io/onnx/decode.ts";
import { number, part, text, varint } from "./oneNode.ts";

/** ONNX's number of a type, the bytes of an element, and where onnx.proto has elements that stand one by one. */
const types = {
  float32: { dataType: 1, array: Float32Array, field: 4 },
  uint8: { dataType: 2, array: Uint8Array, field: 5 },
  int8: { dataType: 3, array: Int8Array, field: 5 },
  uint16: { dataType: 4, array: Uint16Array, field: 5 },
  int16: { dataType: 5, array: Int16Array, field: 5 },
  int32: { dataType: 6, array: Int32Array, field: 5 },
  int64: { dataType: 7, array: BigInt64Array, field: 7 },
  bool: { dataType: 9, array: Uint8Array, field: 5 },
  "the bits of float16": { dataType: 10, array: Uint16Array, field: 5 },
  float64: { dataType: 11, array: Float64Array, field: 10 },
  "the bits of bfloat16": { dataType: 16, array: Uint16Array, field: 5 },
};

const values: Readonly<Record<keyof typeof types, readonly number[]>> = {
  float32: [1, -2.5, 3e38],
  uint8: [0, 255, 7],
  int8: [0, -128, 127],
  uint16: [0, 65535, 300],
  int16: [0, -32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1, -1],
  int64: [-5, 2 ** 40, -(2 ** 52)],
  bool: [1, 0, 1],
  "the bits of float16": [0x3c00, 0xfc00, 1],
  float64: [0.1, -1e300, 5e-324],
  "the bits of bfloat16": [0x3f80, 0xff80, 1],
};

const file = (tensor: readonly number[]): Uint8Array =>
  Uint8Array.from([...part(8, number(2, 17)), ...part(7, part(5, tensor))]);

const tensorOf = (dataType: number, count: number, rest: readonly number[]): readonly number[] => [
  ...number(1, count),
  ...number(2, dataType),
  ...text(8, "c"),
  ...rest,
];

const read = (tensor: readonly number[]) => decodeModel("fromOnnx", file(tensor)).constants[0];

function elements(name: keyof typeof types): Uint8Array {
  const { array } = types[name];
  const own =
    array === BigInt64Array
      ? BigInt64Array.from(values[name], BigInt)
      : new (array as Float64ArrayConstructor)(values[name]);
  return new Uint8Array(own.buffer);
}

describe.each(Object.keys(types) as (keyof typeof types)[])("a constant of %s", (name) => {
  const { dataType, field } = types[name];
  const bytes = elements(name);
  const width = bytes.length / values[name].length;
  const isFloat = name === "float32" || name === "float64";
  const split = values[name].map((_, i) => [...bytes.subarray(i * width, (i + 1) * width)]);

  test.each<readonly [how: string, rest: readonly number[]]>([
    ["as bytes", part(9, bytes)],
    ["together", part(field, isFloat ? bytes : values[name].flatMap(varint))],
    [
      "one by one",
      isFloat
        ? split.flatMap((own) => [...varint(8 * field + (width === 4 ? 5 : 1)), ...own])
        : values[name].flatMap((value) => number(field, value)),
    ],
  ])("is read whose elements stand %s", (_, rest) => {
    expect(read(tensorOf(dataType, 3, rest))).toEqual({ name: "c", dataType, shape: [3], bytes });
  });
});

describe("a constant is refused", () => {
  const long = (bytes: number) => [...varint(8 * 5), ...new Array<number>(bytes - 1).fill(0x81), 1];
  test.each<readonly [what: string, tensor: readonly number[], said: RegExp]>([
    ["of an unknown type", tensorOf(8, 1, []), /elements of the type 8/],
    ["without a type", text(8, "c"), /elements of the type 0/],
    ["of fewer elements", tensorOf(1, 3, part(4, elements("float32").subarray(0, 8))), /12 bytes .*got 8/],
    ["of more elements", tensorOf(1, 2, part(9, elements("float32"))), /8 bytes .*got 12/],
    ["in another file", tensorOf(1, 3, number(14, 1)), /the name of another file/],
    ["of half a number", tensorOf(1, 3, part(4, [0, 0, 0])), /numbers of 4 bytes .*got 3 bytes/],
    [
      "of a fraction where there are whole numbers",
      tensorOf(6, 1, [...varint(8 * 5 + 5), 0, 0, 0, 0x3f]),
      /whole numbers .*got 0\.5/,
    ],
    ["with a number that does not end", tensorOf(6, 1, [...varint(8 * 5), 0x80]), /a whole number .*got the end/],
    [
      "with a long number that does not end",
      tensorOf(6, 1, [...varint(8 * 5), ...new Array<number>(8).fill(0x80)]),
      /a whole number .*got the end/,
    ],
    ["with a number of eleven bytes", tensorOf(6, 1, long(11)), /whole numbers of 64 bits/],
    ["with a field of an unknown kind", tensorOf(6, 1, varint(8 * 5 + 3)), /one of the kind 3/],
    ["with a field longer than the rest", tensorOf(6, 1, [...varint(8 * 9 + 2), 5, 1]), /5 bytes .*got 1/],
    ["with a number as its bytes", tensorOf(6, 1, number(9, 1)), /bytes in field 9 .*got a number/],
    ["whose name is no text", [...number(2, 1), ...part(8, [0xff])], /text in UTF-8/],
  ])("%s", (_, tensor, said) => {
    expect(() => read(tensor)).toThrow(said);
  });

  test("but for a number of ten bytes, of which the last bits are left out", () => {
    expect(read(tensorOf(6, 1, long(10))).bytes.length).toBe(4);
  });
});

test("the set of operators is ONNX's own, among those of others", () => {
  const sets = (...own: readonly (readonly number[])[]) =>
    Uint8Array.from([...own.flatMap((set) => part(8, set)), ...part(7, [])]);
  const other = [...text(1, "com.other"), ...number(2, 3)];
  expect(decodeModel("fromOnnx", sets(other, [...text(1, "ai.onnx"), ...number(2, 15)])).opset).toBe(15);
  expect(decodeModel("fromOnnx", sets(other, number(2, 16))).opset).toBe(16);
  expect(decodeModel("fromOnnx", sets(other, text(1, ""))).opset).toBe(1);
  expect(() => decodeModel("fromOnnx", sets(other))).toThrow(/a set of operators .*got none of ONNX's own/);
  expect(() => decodeModel("fromOnnx", Uint8Array.from(part(8, number(2, 15))))).toThrow(/one graph .*got 0/);
});
