import { describe } from "../../base/errors.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { copyOf, countOf, isWhole, type Place, refuse } from "../bytes/checks.ts";
import { bytesAt, type Fields, fieldsOf, numbersAt, textsAt } from "./fields.ts";

/** What a node is told. */
/** An attribute of a node; null for a kind that none of the operators here has. */
type FileAttribute = number | string | readonly number[] | FileTensor | null;

/** An operation of a file. */
export interface FileNode {
  /** The public name of what reads the file. */
  readonly where: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, FileAttribute>;
}

/** Numbers of a file, as bytes. */
export interface FileTensor {
  readonly name: string;
  readonly dataType: number;
  readonly shape: readonly number[];
  readonly bytes: Bytes;
}

/** An input of a file: its dtype, and its shape, in which a name stands for a size that is open. */
export interface FileInput {
  readonly name: string;
  readonly dataType: number;
  readonly shape: readonly (number | string)[] | null;
}

/** What is in an ONNX file. */
export interface FileModel {
  /** The version of the set of operators. */
  readonly opset: number;
  readonly name: string;
  readonly nodes: readonly FileNode[];
  readonly constants: readonly FileTensor[];
  readonly inputs: readonly FileInput[];
  readonly outputs: readonly FileInput[];
}

/** Reads the graph of an ONNX file (onnx.proto), of whatever origin it is. */
export function decodeModel(where: string, bytes: Uint8Array): FileModel {
  const place: Place = { where, part: "an ONNX file" };
  const model = fieldsOf(place, bytes);
  const graphs = bytesAt(place, model, 7);
  if (graphs.length !== 1) refuse(place, "one graph", `${graphs.length}`);
  const graph = fieldsOf(place, graphs[0]);
  const constants = bytesAt(place, graph, 5).map((tensor) => tensorOf(place, tensor));
  const known = new Set(constants.map(({ name }) => name));
  return {
    opset: opsetOf(place, model),
    name: textsAt(place, graph, 2)[0] ?? "",
    nodes: bytesAt(place, graph, 1).map((node) => nodeOf(place, node)),
    constants,
    // Older files have their constants among the inputs.
    inputs: bytesAt(place, graph, 11)
      .map((value) => inputOf(place, value))
      .filter(({ name }) => !known.has(name)),
    outputs: bytesAt(place, graph, 12).map((value) => inputOf(place, value)),
  };
}

/** The version of ONNX's own operators, among those of others. */
function opsetOf(place: Place, model: Fields): number {
  for (const bytes of bytesAt(place, model, 8)) {
    const fields = fieldsOf(place, bytes);
    const domain = textsAt(place, fields, 1)[0] ?? "";
    if (domain === "" || domain === "ai.onnx") return numbersAt(place, fields, 2)[0] ?? 1;
  }
  return refuse(place, "a set of operators", "none of ONNX's own");
}

function inputOf(place: Place, bytes: Uint8Array): FileInput {
  const fields = fieldsOf(place, bytes);
  const [name = ""] = textsAt(place, fields, 1);
  const within = (from: Fields, field: number) => fieldsOf(place, bytesAt(place, from, field)[0] ?? new Uint8Array());
  const type = within(within(fields, 2), 1);
  const [shape] = bytesAt(place, type, 2);
  const dims = shape === undefined ? null : bytesAt(place, fieldsOf(place, shape), 1);
  return {
    name,
    dataType: numbersAt(place, type, 1)[0] ?? 0,
    shape: dims?.map((dim) => sizeOf(place, dim)) ?? null,
  };
}

function sizeOf(place: Place, bytes: Uint8Array): number | string {
  const fields = fieldsOf(place, bytes);
  const [size] = numbersAt(place, fields, 1);
  if (size === undefined) return textsAt(place, fields, 2)[0] ?? "";
  return isWhole(size) ? size : refuse(place, "sizes that are whole numbers", `${size}`);
}

function nodeOf(place: Place, bytes: Uint8Array): FileNode {
  const fields = fieldsOf(place, bytes);
  const [type = ""] = textsAt(place, fields, 4);
  const [domain = ""] = textsAt(place, fields, 7);
  return {
    where: place.where,
    type: domain === "" || domain === "ai.onnx" ? type : `${domain}.${type}`,
    inputs: textsAt(place, fields, 1),
    outputs: textsAt(place, fields, 2),
    attributes: new Map(bytesAt(place, fields, 5).map((attribute) => attributeOf(place, attribute))),
  };
}

function attributeOf(place: Place, bytes: Uint8Array): readonly [string, FileAttribute] {
  const fields = fieldsOf(place, bytes);
  const [name = ""] = textsAt(place, fields, 1);
  const [kind] = numbersAt(place, fields, 20);
  const missing = (): never => refuse(place, `a value of the attribute ${describe(name)}`, "none");
  switch (kind) {
    case 1:
      return [name, numbersAt(place, fields, 2, 4)[0] ?? 0];
    case 2:
      return [name, numbersAt(place, fields, 3)[0] ?? 0];
    case 3:
      return [name, textsAt(place, fields, 4)[0] ?? ""];
    case 4:
      return [name, tensorOf(place, bytesAt(place, fields, 5)[0] ?? missing())];
    case 6:
      return [name, numbersAt(place, fields, 7, 4)];
    case 7:
      return [name, numbersAt(place, fields, 8)];
    default:
      return [name, null];
  }
}

/** ONNX's numbers of the types of elements, with the bytes of each, and where they stand if not as bytes. */
const types: Readonly<Record<number, readonly [width: number, field: number]>> = {
  1: [4, 4], // float32
  2: [1, 5], // uint8
  3: [1, 5], // int8
  4: [2, 5], // uint16
  5: [2, 5], // int16
  6: [4, 5], // int32
  7: [8, 7], // int64
  9: [1, 5], // bool
  10: [2, 5], // float16
  11: [8, 10], // float64
  16: [2, 5], // bfloat16
};

function tensorOf(file: Place, bytes: Uint8Array): FileTensor {
  const fields = fieldsOf(file, bytes);
  const [name = ""] = textsAt(file, fields, 8);
  const place: Place = { where: file.where, part: `the constant ${describe(name)}` };
  const [dataType = 0] = numbersAt(place, fields, 2);
  const shape = numbersAt(place, fields, 1);
  if (numbersAt(place, fields, 14)[0] === 1) refuse(place, "numbers in the file itself", "the name of another file");
  const [width, field] = types[dataType] ?? refuse(place, "numbers", `elements of the type ${dataType}`);
  const count = countOf(place, shape);
  const [raw] = bytesAt(place, fields, 9);
  const own = raw === undefined ? packed(place, fields, field, width) : copyOf(place.where, raw, 0, raw.length);
  if (own.length !== count * width) refuse(place, `${count * width} bytes`, `${own.length}`);
  return { name, dataType, shape, bytes: own };
}

/** Numbers that stand one by one, as the bytes that they would be. */
function packed(place: Place, fields: Fields, field: number, width: number): Bytes {
  const isFloat = field === 4 || field === 10;
  const numbers = numbersAt(place, fields, field, isFloat ? (width as 4 | 8) : 0);
  const bytes = new Uint8Array(numbers.length * width);
  const view = new DataView(bytes.buffer);
  numbers.forEach((value, i) => {
    const at = i * width;
    if (field === 4) view.setFloat32(at, value, true);
    else if (field === 10) view.setFloat64(at, value, true);
    else if (width === 8) view.setBigInt64(at, BigInt(value), true);
    else if (width === 4) view.setInt32(at, value, true);
    else if (width === 2) view.setUint16(at, value, true);
    else view.setUint8(at, value);
  });
  return bytes;
}

/** An attribute that is a list of numbers, or null where there is none. */
export function numbersIn({ attributes }: FileNode, name: string): readonly number[] | null {
  const value = attributes.get(name);
  return typeof value === "object" && value !== null && !("bytes" in value) ? value : null;
}
