import type { Tensor } from "../../tensor/tensor.ts";
import { constantValue } from "./constantValue.ts";
import { decodeModel, type FileNode } from "./decode.ts";
import { dataTypes } from "./graph.ts";
import { operators } from "./operators/index.ts";
import { type Operator, refuseNode, type Value } from "./operators/value.ts";

/** A file as a function, by what ONNX says of its operators and nothing else. */
export function evaluator(where: string, bytes: Uint8Array): (...inputs: readonly Tensor[]) => Tensor {
  const model = decodeModel(where, bytes);
  const constants = model.constants.map((constant) => [constant.name, constantValue(where, constant)] as const);
  return (...inputs) => {
    const values = new Map<string, Value>(constants);
    inputs.forEach((x, i) => {
      values.set(model.inputs[i].name, { x, type: dataTypes[x.dtype] });
    });
    for (const node of model.nodes) evaluate(node, operators, values);
    return (values.get(model.outputs[0].name) as Value).x; // what was written has a node that makes it
  };
}

/** Adds what a node makes to the values that are there. */
export function evaluate(node: FileNode, known: Readonly<Record<string, Operator>>, values: Map<string, Value>): void {
  const given = node.inputs.map((name) => (name === "" ? null : (values.get(name) ?? refuseNode(node, "no input"))));
  if (!Object.hasOwn(known, node.type)) refuseNode(node, "no such operator");
  const made = known[node.type](given, node);
  node.outputs.forEach((name, i) => {
    values.set(name, made[i]);
  });
}
