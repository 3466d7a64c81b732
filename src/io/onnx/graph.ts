import type { Dtype } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { version } from "../../base/version.ts";
import { NDArray } from "../../kernels/array.ts";
import { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { bytesOf } from "../bytes/elements.ts";
import { Message } from "../bytes/protobuf.ts";
import { type Amount, derived, isFixed, lineThrough } from "./amount.ts";

/** What a node is told: whole numbers, lists of them, and numbers with a point, which are written `{ float }`. */
export type Attributes = Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;

/** ONNX's numbers of the dtypes (onnx.proto, `TensorProto.DataType`). */
export const dataTypes: Readonly<Record<Dtype | "int64", number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/** ONNX's numbers of the kinds of attributes. */
const [floatAttribute, intAttribute, intsAttribute] = [1, 2, 7];

/** The version of the format, and of the set of operators, both of 2022: what runtimes of the last years read. */
const [irVersion, opset] = [8, 17];

/** An operation as it will be in the file. */
interface Draft {
  readonly type: string;
  readonly inputs: string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A name with its dtype and shape. */
export interface Described {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Amount[];
}

/** A graph that grows node by node, and is written as an ONNX model. */
export class Graph {
  /** The three numbers of examples that amounts belong to. */
  readonly counts: Amount;
  private readonly drafts: Draft[] = [];
  private readonly initializers = new Map<string, Message>();
  /** The names that are taken, with the last number that was put behind each. */
  private readonly names = new Map<string, number>();
  /** What is there already, under what it is made of. */
  private readonly known = new Map<string, string>();
  private readonly batched: string;
  private readonly output: string;

  /** @param inputs - the names of the inputs; the first size of the first is the number of examples. */
  constructor(counts: Amount, inputs: readonly string[], output: string) {
    this.counts = counts;
    [this.batched] = inputs as [string];
    this.output = output;
    for (const name of [...inputs, output]) this.names.set(name, 0);
  }

  /** Adds a node, unless there is one alike, and returns the name of what it makes; `""` stands for an input that is left out. */
  node(type: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const make = () => this.nodeOf(type, inputs, attributes, [type])[0];
    if (type === "Gemm") return make(); // it may get one input more, and is then another
    return this.once(`${type} ${inputs.join()} ${JSON.stringify(attributes)}`, make);
  }

  /** The same, for a node with outputs of these names. */
  nodeOf(
    type: string,
    inputs: readonly string[],
    attributes: Attributes,
    names: readonly string[],
  ): readonly [string, ...string[]] {
    const outputs = names.map((name) => this.unique(name)) as [string, ...string[]];
    this.drafts.push({ type, inputs: [...inputs], outputs, attributes });
    return outputs;
  }

  /** Gives the node that makes `output` one input more, if it is of a type and has none so far. */
  extend(output: string, type: string, count: number, input: string): boolean {
    const draft = this.drafts.find(({ outputs }) => outputs[0] === output);
    if (draft?.type !== type || draft.inputs.length !== count) return false;
    draft.inputs.push(input);
    return true;
  }

  /** Adds numbers that are known, and returns their name. */
  constant(name: string, { data, shape, dtype }: NDArray): string {
    const bytes = bytesOf("exportOnnx", new Tensor(new NDArray(data, shape, dtype)));
    return this.once(`${name} ${dtype} ${show(shape)} ${keyOf(bytes)}`, () => {
      const own = this.unique(name);
      this.initializers.set(own, tensorOf(own, dataTypes[dtype], shape, bytes));
      return own;
    });
  }

  /** A list of whole numbers, as ONNX has shapes and positions; of numbers that follow the examples it is computed. */
  ints(values: readonly Amount[]): string {
    if (values.every(isFixed)) return this.fixedInts(values.map(([value]) => value));
    const parts = values.map((value) => (isFixed(value) ? this.fixedInts([value[0]]) : this.computed(value)));
    return parts.length === 1 ? parts[0] : this.node("Concat", parts, { axis: 0 });
  }

  /** A list of whole numbers that are known. */
  fixedInts(values: readonly number[]): string {
    return this.once(`ints ${values.join()}`, () => {
      const own = this.unique("ints");
      const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      this.initializers.set(own, tensorOf(own, dataTypes.int64, [values.length], bytes));
      return own;
    });
  }

  /** One number of a dtype, without dimensions; one that follows the examples is computed. */
  scalar(value: Amount | number, dtype: Dtype): string {
    const amount: Amount = typeof value === "number" ? [value, value, value] : value;
    if (isFixed(amount)) {
      const kind = { float32: Float32Array, float64: Float64Array, int32: Int32Array, bool: Uint8Array }[dtype];
      return this.constant("constant", new NDArray(kind.of(amount[0]), [], dtype));
    }
    const inverse = derived((x) => 1 / x, amount);
    const [line, inverseLine] = [lineThrough(amount, this.counts), lineThrough(inverse, this.counts)];
    if (line === null && inverseLine === null) this.refuseAmount(amount);
    const { slope, offset } = (line ?? inverseLine) as { slope: number; offset: number };
    const count = this.node("Cast", [this.node("Squeeze", [this.count()])], { to: dataTypes[dtype] });
    let y = slope === 1 ? count : this.node("Mul", [count, this.scalar(slope, dtype)]);
    if (offset !== 0) y = this.node("Add", [y, this.scalar(offset, dtype)]);
    return line === null ? this.node("Reciprocal", [y]) : y;
  }

  /** The name of a list of one whole number that follows the examples. */
  private computed(amount: Amount): string {
    const line = lineThrough(amount, this.counts);
    if (line === null) return this.refuseAmount(amount);
    return this.once(`computed ${line.slope} ${line.offset}`, () => {
      const { slope, offset } = line;
      const scaled = slope === 1 ? this.count() : this.node("Mul", [this.count(), this.fixedInts([slope])]);
      return offset === 0 ? scaled : this.node("Add", [scaled, this.fixedInts([offset])]);
    });
  }

  /** The name of the number of examples, as a list of one. */
  private count(): string {
    return this.once("count", () => {
      const shape = this.node("Shape", [this.batched]);
      return this.node("Slice", [shape, this.fixedInts([0]), this.fixedInts([1]), this.fixedInts([0])]);
    });
  }

  private refuseAmount(amount: Amount): never {
    throw new TensorError("exportOnnx", {
      expected: "sizes and numbers that are the same for any number of examples n, or are a·n + b",
      got: `${amount.join(", ")} for n = ${this.counts.join(", ")}`,
    });
  }

  private once(key: string, make: () => string): string {
    const made = this.known.get(key) ?? make();
    this.known.set(key, made);
    return made;
  }

  /** A name that nothing else has. */
  private unique(name: string): string {
    let own = name;
    let count = this.names.get(name) ?? 0;
    while (this.names.has(own)) own = `${name}_${++count}`;
    this.names.set(name, count).set(own, this.names.get(own) ?? 0);
    return own;
  }

  /** The model, from `inputs` to what `made` names, with what leads there and nothing else. */
  model(name: string, inputs: readonly Described[], made: Described): Bytes {
    this.drafts.push({ type: "Identity", inputs: [made.name], outputs: [this.output], attributes: {} });
    const needed = new Set([this.output]);
    const drafts = this.drafts.toReversed().filter((draft) => {
      if (!draft.outputs.some((own) => needed.has(own))) return false;
      for (const input of draft.inputs) needed.add(input);
      return true;
    });
    const graph = new Message()
      .putAll(1, drafts.reverse().map(messageOf))
      .put(2, name)
      .putAll(
        5,
        [...this.initializers].filter(([own]) => needed.has(own)).map(([, message]) => message),
      )
      .putAll(
        11,
        inputs.map((input) => this.valueInfo(input)),
      )
      .put(12, this.valueInfo({ ...made, name: this.output }));
    const operators = new Message().put(1, "").int(2, opset);
    return new Message().int(1, irVersion).put(2, "evenkeel").put(3, version).put(7, graph).put(8, operators).bytes();
  }

  /** A name with its dtype and shape; a size that is the number of examples is called `N`, others that vary by their own. */
  private valueInfo({ name, dtype, shape }: Described): Message {
    const dims = shape.map((size, d) => {
      if (isFixed(size)) return new Message().int(1, size[0]);
      const line = lineThrough(size, this.counts);
      return new Message().put(2, line?.slope === 1 && line.offset === 0 ? "N" : `${name}.${d}`);
    });
    const type = new Message().int(1, dataTypes[dtype]).put(2, new Message().putAll(1, dims));
    return new Message().put(1, name).put(2, new Message().put(1, type));
  }
}

/** Something that only bytes alike have, or very nearly: whoever compares by it compares names too. */
function keyOf(bytes: Uint8Array): string {
  if (bytes.length <= 64) return bytes.join();
  let [a, b] = [0, 0];
  for (const byte of bytes) {
    a = (Math.imul(a, 31) + byte) | 0;
    b = (Math.imul(b, 65599) ^ byte) | 0;
  }
  return `${bytes.length} ${a} ${b}`;
}

function messageOf({ type, inputs, outputs, attributes }: Draft): Message {
  const message = new Message().putAll(1, inputs).putAll(2, outputs).put(3, outputs[0]).put(4, type);
  for (const [attribute, value] of Object.entries(attributes)) message.put(5, attributeOf(attribute, value));
  return message;
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
