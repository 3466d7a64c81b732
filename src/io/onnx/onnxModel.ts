import { isTensor } from "../../base/brand.ts";
import { isFloat } from "../../base/dtype.ts";
import { describe, isTensorError, show, TensorError } from "../../base/errors.ts";
import { Module } from "../../nn/module/module.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { FileInput, FileModel } from "./decode.ts";
import { evaluate } from "./evaluate.ts";
import { dataTypes } from "./graph.ts";
import { type Operator, refuseNode, type Value } from "./operators/value.ts";

/** Tensors by the parts of their names. */
type Tree = Map<string, Tensor | Tree>;

const where = "OnnxModel.forward";

/** A model that was read from an ONNX file. */
export class OnnxModel extends Module {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "OnnxModel";
  readonly #file: FileModel;
  readonly #operators: Readonly<Record<string, Operator>>;
  readonly #constants: ReadonlyMap<string, Value>;

  constructor(file: FileModel, operators: Readonly<Record<string, Operator>>, constants: ReadonlyMap<string, Value>) {
    super();
    this.#file = file;
    this.#operators = operators;
    this.#constants = constants;
    const floats = [...constants].filter(([, { x, type }]) => type !== dataTypes.int64 && isFloat(x.dtype));
    for (const [name, value] of treeOf(floats)) {
      if (!(name in this))
        Object.defineProperty(this, name, { value, enumerable: true, writable: true, configurable: true });
    }
  }

  override forward(...inputs: Tensor[]): Tensor {
    const { nodes, inputs: described, outputs } = this.#file;
    if (inputs.length !== described.length) {
      throw new TensorError(where, { expected: `${described.length} inputs`, got: `${inputs.length}` });
    }
    // A constant of floats has the dtype that the module has been moved to.
    const now = ({ x, type }: Value): Value => ({ x, type: type === dataTypes.int64 ? type : dataTypes[x.dtype] });
    const values = new Map([...this.#constants].map(([name, value]) => [name, now(value)]));
    inputs.forEach((x, i) => {
      values.set(described[i].name, checked(x, described[i]));
    });
    for (const node of nodes) {
      try {
        evaluate(node, this.#operators, values);
      } catch (error) {
        if (isTensorError(error) && error.where === node.where) throw error;
        refuseNode(node, `what it cannot do: ${error instanceof Error ? error.message : describe(error)}`);
      }
    }
    return (values.get(outputs[0].name) as Value).x;
  }
}

/** An input, if it is what the file says. */
function checked(x: Tensor, { name, shape, dataType }: FileInput): Value {
  const said = shape === null ? "any shape" : `the shape [${shape.join(", ")}]`;
  const expected = `${describe(name)}, a tensor of ${said}`;
  if (!isTensor(x)) throw new TensorError(where, { expected, got: describe(x) });
  const isShaped =
    shape?.length === x.ndim && shape.every((size, d) => typeof size === "string" || size === x.shape[d]);
  if (shape !== null && !isShaped) throw new TensorError(where, { expected, got: show(x.shape) });
  if (x.dtype === "int32" && dataType === dataTypes.int64) return { x: x.to("float64"), type: dataType };
  const isWhole = x.dtype === "int32" && dataType === dataTypes.int32;
  const isReal = isFloat(x.dtype) && dataType !== dataTypes.int64 && dataType !== dataTypes.int32;
  if (isWhole || (isReal && dataType !== dataTypes.bool) || (x.dtype === "bool" && dataType === dataTypes.bool))
    return { x, type: dataTypes[x.dtype] };
  throw new TensorError(where, { expected: `${describe(name)} of the dtype that the file says`, got: x.dtype });
}

/** Tensors whose names have dots in them, as a module has them: within each other. Of names that clash the first has it. */
function treeOf(entries: readonly (readonly [string, Value])[]): Tree {
  const tree: Tree = new Map();
  for (const [name, { x }] of entries) {
    const parts = name.split(".");
    const last = parts.pop() as string;
    let at: Tree | null = tree;
    for (const part of parts) {
      const within: Tensor | Tree | undefined = at.get(part) ?? new Map();
      if (isTensor(within)) {
        at = null;
        break;
      }
      at.set(part, within);
      at = within;
    }
    if (at !== null && last !== "" && !at.has(last)) at.set(last, x);
  }
  return tree;
}
