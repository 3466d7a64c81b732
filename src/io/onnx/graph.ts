import { type Dtype, NDArray } from "../../kernels/array.ts";
import { Tensor } from "../../tensor.ts";
import { version } from "../../version.ts";
import type { Bytes } from "../bytes.ts";
import { bytesOf } from "../elements.ts";
import { Message } from "./protobuf.ts";

/** What a node is told: whole numbers, lists of them, and numbers with a point, which are written `{ float }`. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** ONNX's numbers of the dtypes (onnx.proto, `TensorProto.DataType`). */
const dataTypes: Readonly<Record<Dtype, number>> = { float32: 1, int32: 6, bool: 9, float64: 11 };
const int64 = 7;

/** ONNX's numbers of the kinds of attributes. */
const [floatAttribute, intAttribute, intsAttribute] = [1, 2, 7];

/** The version of the format, and of the set of operators, both of 2022: what runtimes of the last years read. */
const [irVersion, opset] = [8, 17];

/** A graph that grows node by node, and is written as an ONNX model. */
export class Graph {
  private readonly nodes: Message[] = [];
  private readonly initializers: Message[] = [];
  private readonly names = new Set<string>();

  /** Adds a node, and returns the name of what it makes. */
  node(type: string, inputs: readonly string[], attributes: Attributes = {}, name: string = type): string {
    const output = this.unique(name);
    const message = new Message().putAll(1, inputs).put(2, output).put(3, output).put(4, type);
    for (const [attribute, value] of Object.entries(attributes)) message.put(5, attributeOf(attribute, value));
    this.nodes.push(message);
    return output;
  }

  /** Adds numbers that are known, and returns their name. */
  constant(name: string, x: Tensor): string {
    const own = this.unique(name);
    this.initializers.push(tensorOf(own, dataTypes[x.dtype], x.shape, bytesOf("exportOnnx", x)));
    return own;
  }

  /** The same for a list of whole numbers, as ONNX has shapes. */
  shape(name: string, sizes: readonly number[]): string {
    const own = this.unique(name);
    const values = BigInt64Array.from(sizes, BigInt);
    this.initializers.push(tensorOf(own, int64, [sizes.length], new Uint8Array(values.buffer)));
    return own;
  }

  /** One number of a dtype. */
  scalar(name: string, value: number, dtype: "float32" | "float64" | "int32"): string {
    const data = { float32: Float32Array, float64: Float64Array, int32: Int32Array }[dtype].of(value);
    return this.constant(name, new Tensor(new NDArray(data, [], dtype)));
  }

  /** A name that nothing else has. */
  unique(name: string): string {
    let own = name;
    for (let i = 1; this.names.has(own); i++) own = `${name}_${i}`;
    this.names.add(own);
    return own;
  }

  /** The model, from `inputs` to `output`, whose first dimension may be of any size. */
  model(name: string, inputs: readonly (readonly [string, Tensor])[], output: readonly [string, Tensor]): Bytes {
    const graph = new Message()
      .putAll(1, this.nodes)
      .put(2, name)
      .putAll(5, this.initializers)
      .putAll(
        11,
        inputs.map((input) => valueInfo(...input)),
      )
      .put(12, valueInfo(...output));
    const operators = new Message().put(1, "").int(2, opset);
    return new Message().int(1, irVersion).put(2, "evenkeel").put(3, version).put(7, graph).put(8, operators).bytes();
  }
}

function attributeOf(name: string, value: Attributes[string]): Message {
  const message = new Message().put(1, name);
  if (typeof value === "number") return message.int(3, value).int(20, intAttribute);
  if ("float" in value) return message.float(2, value.float).int(20, floatAttribute);
  for (const item of value) message.int(8, item);
  return message.int(20, intsAttribute);
}

function tensorOf(name: string, dataType: number, shape: readonly number[], bytes: Uint8Array): Message {
  const message = new Message();
  for (const size of shape) message.int(1, size);
  return message.int(2, dataType).put(8, name).put(9, bytes);
}

/** A name with its dtype and shape; the size of the first dimension is `N`. */
function valueInfo(name: string, { dtype, shape }: Tensor): Message {
  const dims = shape.map((size, i) => (i === 0 ? new Message().put(2, "N") : new Message().int(1, size)));
  const type = new Message().int(1, dataTypes[dtype]).put(2, new Message().putAll(1, dims));
  return new Message().put(1, name).put(2, new Message().put(1, type));
}
