import { toBase64 } from "../../base/base64.ts";
import { TensorError } from "../../base/errors.ts";
import type { FileTensor } from "../onnx/decode.ts";
import { dataTypes } from "../onnx/graph.ts";

/** As many numbers as are written one by one. */
const few = 16;

/** The arrays in which ONNX's dtypes lie. */
export const arrayTypes: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [dataTypes.float32, "Float32Array"],
  [dataTypes.float64, "Float64Array"],
  [dataTypes.int32, "Int32Array"],
  [dataTypes.int64, "Float64Array"],
  [dataTypes.bool, "Uint8Array"],
]);

/** The constants of a file, of which those that are asked for are written. */
export class ConstantTable {
  private readonly tensors: ReadonlyMap<string, FileTensor>;
  private readonly asked = new Map<string, string>();

  constructor(tensors: readonly FileTensor[]) {
    this.tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  }

  /** The name in the source of a constant, which is then written. */
  array(name: string): string {
    const known = this.asked.get(name);
    if (known !== undefined) return known;
    if (!this.tensors.has(name)) {
      throw new TensorError("exportStandalone", { expected: "inputs of nodes that are made before", got: name });
    }
    const own = `c${this.asked.size}`;
    this.asked.set(name, own);
    return own;
  }

  /** The numbers of a constant, as they are written; null of what is none. */
  numbers(name: string): readonly string[] | null {
    const tensor = this.tensors.get(name);
    return tensor === undefined ? null : Array.from(valuesOf(tensor), written);
  }

  /** The only number of a constant without dimensions, as it is written; null of what is none. */
  scalar(name: string): string | null {
    const tensor = this.tensors.get(name);
    return tensor === undefined || tensor.shape.length > 0 ? null : written(valuesOf(tensor)[0]);
  }

  /** The declarations of all that were asked for: few numbers as they are, many as base64. */
  declarations(): string[] {
    const asked = [...this.asked].map(([name, own]) => ({ own, tensor: this.tensors.get(name) as FileTensor }));
    const packed = asked
      .filter(({ tensor }) => valuesOf(tensor).length > few)
      .sort((a, b) => valuesOf(b.tensor).BYTES_PER_ELEMENT - valuesOf(a.tensor).BYTES_PER_ELEMENT); // so that each begins where its elements may
    const bytes = new Uint8Array(packed.reduce((sum, { tensor }) => sum + bytesOf(tensor).length, 0));
    let at = 0;
    const large = packed.map(({ own, tensor }) => {
      const data = `new ${arrayTypes.get(tensor.dataType)}(weights, ${at}, ${valuesOf(tensor).length})`;
      bytes.set(bytesOf(tensor), at);
      at += bytesOf(tensor).length;
      return declared(own, data, tensor);
    });
    const small = asked
      .filter(({ tensor }) => valuesOf(tensor).length <= few)
      .map(({ own, tensor }) => {
        const numbers = Array.from(valuesOf(tensor), written).join(", ");
        return declared(own, `${arrayTypes.get(tensor.dataType)}.of(${numbers})`, tensor);
      });
    return [...(large.length > 0 ? [`const weights = bytesOf("${toBase64(bytes)}");`] : []), ...large, ...small];
  }
}

function declared(own: string, data: string, { shape }: FileTensor): string {
  return `const ${own} = { data: ${data}, shape: [${shape.join(", ")}] };`;
}

/** The numbers of a constant. */
function valuesOf({ dataType, bytes }: FileTensor): Float32Array | Float64Array | Int32Array | Uint8Array {
  switch (dataType) {
    case dataTypes.float32:
      return new Float32Array(bytes.buffer);
    case dataTypes.float64:
      return new Float64Array(bytes.buffer);
    case dataTypes.int32:
      return new Int32Array(bytes.buffer);
    case dataTypes.int64:
      return Float64Array.from(new BigInt64Array(bytes.buffer), Number);
    default:
      return bytes;
  }
}

/** The bytes as they are read again, where whole numbers of 64 bits are doubles. */
function bytesOf(tensor: FileTensor): Uint8Array {
  return tensor.dataType === dataTypes.int64 ? new Uint8Array(valuesOf(tensor).buffer) : tensor.bytes;
}

/** A number as source. */
function written(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
