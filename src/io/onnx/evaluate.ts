import { TensorError } from "../../base/errors.ts";
import { NDArray } from "../../kernels/array.ts";
import { Tensor } from "../../tensor/tensor.ts";
import { tensorFrom } from "../bytes/elements.ts";
import { decodeModel, type FileTensor } from "./decode.ts";
import { dataTypes } from "./graph.ts";
import { operators } from "./operators/index.ts";
import { refuseNode, type Value } from "./operators/value.ts";

/** A file as a function, by what ONNX says of its operators and nothing else. */
export function evaluator(bytes: Uint8Array): (...inputs: readonly Tensor[]) => Tensor {
  const model = decodeModel(bytes);
  const constants = model.constants.map((constant) => [constant.name, constantValue(constant)] as const);
  return (...inputs) => {
    const values = new Map<string, Value>(constants);
    inputs.forEach((x, i) => {
      values.set(model.inputs[i], { x, type: dataTypes[x.dtype] });
    });
    for (const node of model.nodes) {
      const given = node.inputs.map((name) =>
        name === "" ? null : (values.get(name) ?? refuseNode(node, "no input")),
      );
      if (!Object.hasOwn(operators, node.type)) refuseNode(node, "no such operator");
      const made = operators[node.type](given, node);
      node.outputs.forEach((name, i) => {
        values.set(name, made[i]);
      });
    }
    const [output] = model.outputs;
    const y = values.get(output);
    if (y === undefined) throw new TensorError("exportOnnx", { expected: "a node that makes the output", got: "none" });
    return y.x;
  };
}

function constantValue({ name, dataType, shape, bytes }: FileTensor): Value {
  if (dataType === dataTypes.int64) {
    const values = Float64Array.from(new BigInt64Array(bytes.buffer), Number);
    return { x: new Tensor(new NDArray(values, shape, "float64")), type: dataType };
  }
  const kind =
    dataType === dataTypes.float32
      ? "f4"
      : dataType === dataTypes.float64
        ? "f8"
        : dataType === dataTypes.int32
          ? "i4"
          : "b1";
  return { x: tensorFrom({ where: "exportOnnx", part: name }, kind, shape, bytes), type: dataType };
}
