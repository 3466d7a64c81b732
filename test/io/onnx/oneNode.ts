import { type Tensor, tensor } from "evenkeel";
import { dataTypes } from "../../../src/io/onnx/graph.ts";

/** An ONNX file of a single node, made here by ONNX's own description of its format, so that nothing but the reader is tried. */
export interface OneNode {
  readonly type: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** The inputs in their order; null for one that is left out. */
  readonly inputs: readonly (Input | null)[];
  /** How many outputs the node has, of which the first is that of the file. Default 1. */
  readonly outputs?: number;
  readonly opset?: number;
  /** The dtype of the output. Default float32. */
  readonly gives?: InputType;
}

type InputType = "float32" | "int32" | "int64" | "bool";
export interface Input {
  readonly dtype: InputType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** Whether it stands in the file. */
  readonly isConstant: boolean;
}
/** A whole number, a list of such, a text; or a float32, said as such. */
type Attribute = number | readonly number[] | string | { readonly float: number };

/** An input that is given, and one that stands in the file. */
export const x = (shape: readonly number[], values = counted(shape), dtype: InputType = "float32"): Input => ({
  dtype,
  shape,
  values,
  isConstant: false,
});
export const constant = (shape: readonly number[], values = counted(shape), dtype: InputType = "float32"): Input => ({
  ...x(shape, values, dtype),
  isConstant: true,
});
export const ints = (...values: number[]): Input => constant([values.length], values, "int64");
export const int = (value: number): Input => constant([], [value], "int64");

const counted = (shape: readonly number[]): number[] =>
  Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 11) - 4.5);

/** The inputs that are given, as tensors. */
export const tensorsOf = ({ inputs }: OneNode): Tensor[] =>
  inputs
    .filter((input): input is Input => input !== null && !input.isConstant)
    .map(({ dtype, shape, values }) =>
      tensor([...values], { dtype: dtype === "int64" ? "int32" : dtype }).reshape([...shape]),
    );

const arrays = {
  float32: (values: readonly number[]) => Float32Array.from(values),
  int32: (values: readonly number[]) => Int32Array.from(values),
  int64: (values: readonly number[]) => BigInt64Array.from(values, BigInt),
  bool: (values: readonly number[]) => Uint8Array.from(values),
};

/** The numbers of an input as they stand in a file. */
export const elementsOf = ({ dtype, values }: Input) => arrays[dtype](values);

/** Parts of a message of Protocol Buffers: numbers, and fields of numbers, of bytes and of texts. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return bytes;
}
export const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
export const part = (field: number, bytes: Iterable<number>): number[] => {
  const all = [...bytes];
  return [...varint(field * 8 + 2), ...varint(all.length), ...all];
};
export const text = (field: number, value: string): number[] => part(field, new TextEncoder().encode(value));
const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function attributeOf(name: string, value: Attribute): number[] {
  const named = text(1, name);
  if (typeof value === "number") return [...named, ...number(3, value), ...number(20, 2)];
  if (typeof value === "string") return [...named, ...text(4, value), ...number(20, 3)];
  if ("float" in value) {
    return [...named, ...varint(2 * 8 + 5), ...bytesOf(Float32Array.of(value.float)), ...number(20, 1)];
  }
  return [...named, ...value.flatMap((item) => number(8, item)), ...number(20, 7)];
}

function described(name: string, dtype: InputType, shape: readonly number[] | null): number[] {
  const dims =
    shape === null
      ? []
      : part(
          2,
          shape.flatMap((size) => part(1, number(1, size))),
        );
  return [...text(1, name), ...part(2, part(1, [...number(1, dataTypes[dtype]), ...dims]))];
}

/** The file. */
export function fileOf({
  type,
  attributes = {},
  inputs,
  outputs = 1,
  opset = 13,
  gives = "float32",
}: OneNode): Uint8Array {
  const names = inputs.map((input, i) => (input === null ? "" : `in${i}`));
  const node = [
    ...names.flatMap((name) => text(1, name)),
    ...Array.from({ length: outputs }, (_, i) => text(2, `out${i}`)).flat(),
    ...text(4, type),
    ...Object.entries(attributes).flatMap(([name, value]) => part(5, attributeOf(name, value))),
  ];
  const graph = [...part(1, node), ...text(2, "one")];
  for (const [i, input] of inputs.entries()) {
    if (input === null) continue;
    const { dtype, shape } = input;
    const numbers = [
      ...shape.flatMap((size) => number(1, size)),
      ...number(2, dataTypes[dtype]),
      ...text(8, names[i]),
      ...part(9, bytesOf(elementsOf(input))),
    ];
    graph.push(...(input.isConstant ? part(5, numbers) : part(11, described(names[i], dtype, shape))));
  }
  graph.push(...part(12, described("out0", gives, null)));
  return Uint8Array.from([...number(1, 8), ...part(8, [...text(1, ""), ...number(2, opset)]), ...part(7, graph)]);
}
