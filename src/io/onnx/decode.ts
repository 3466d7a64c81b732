import type { Bytes } from "../bytes/bytes.ts";

/** The fields of a message of Protocol Buffers: for each number the values, as whole numbers or as bytes. */
type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/** Takes a message apart. */
function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, (number | Uint8Array)[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const [field, kind] = [Math.floor(key / 8), key % 8];
    let value: number | Uint8Array;
    if (kind === 0) value = varint();
    else if (kind === 5) {
      value = view.getFloat32(at, true);
      at += 4;
    } else {
      const length = varint();
      value = bytes.subarray(at, at + length);
      at += length;
    }
    const sofar = fields.get(field);
    if (sofar === undefined) fields.set(field, [value]);
    else sofar.push(value);
  }
  return fields;
}

/** An operation of a file. */
export interface FileNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, number | readonly number[]>;
}

/** Numbers of a file, as bytes. */
export interface FileTensor {
  readonly name: string;
  readonly dataType: number;
  readonly shape: readonly number[];
  readonly bytes: Bytes;
}

/** What is in an ONNX file. */
export interface FileModel {
  readonly nodes: readonly FileNode[];
  readonly constants: readonly FileTensor[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Reads the graph of an ONNX file (onnx.proto). */
export function decodeModel(bytes: Uint8Array): FileModel {
  const graph = fieldsOf(bytesAt(fieldsOf(bytes), 7)[0]);
  return {
    nodes: bytesAt(graph, 1).map(nodeOf),
    constants: bytesAt(graph, 5).map(tensorOf),
    inputs: bytesAt(graph, 11).map(nameOf),
    outputs: bytesAt(graph, 12).map(nameOf),
  };
}

const bytesAt = (fields: Fields, field: number) => (fields.get(field) ?? []) as readonly Uint8Array[];
const numbersAt = (fields: Fields, field: number) => (fields.get(field) ?? []) as readonly number[];
const textsAt = (fields: Fields, field: number) => bytesAt(fields, field).map((text) => new TextDecoder().decode(text));
const nameOf = (value: Uint8Array): string => textsAt(fieldsOf(value), 1)[0];

function nodeOf(bytes: Uint8Array): FileNode {
  const fields = fieldsOf(bytes);
  const attributes = bytesAt(fields, 5).map((attribute) => {
    const own = fieldsOf(attribute);
    const [kind] = numbersAt(own, 20);
    const value = kind === 7 ? numbersAt(own, 8) : numbersAt(own, kind === 1 ? 2 : 3)[0];
    return [textsAt(own, 1)[0], value] as const;
  });
  return {
    type: textsAt(fields, 4)[0],
    inputs: textsAt(fields, 1),
    outputs: textsAt(fields, 2),
    attributes: new Map(attributes),
  };
}

function tensorOf(bytes: Uint8Array): FileTensor {
  const fields = fieldsOf(bytes);
  return {
    name: textsAt(fields, 8)[0],
    dataType: numbersAt(fields, 2)[0],
    shape: numbersAt(fields, 1),
    bytes: Uint8Array.from(bytesAt(fields, 9)[0] ?? []),
  };
}
