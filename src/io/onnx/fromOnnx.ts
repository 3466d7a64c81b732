import { describe, TensorError } from "../../base/errors.ts";
import type { Module } from "../../nn/module/module.ts";
import { checkBytes, refuse, refuseFile } from "../bytes/checks.ts";
import { fileKind } from "../bytes/fileKind.ts";
import { constantValue } from "./constantValue.ts";
import { decodeModel, type FileModel } from "./decode.ts";
import { OnnxModel } from "./onnxModel.ts";
import { unknownTo } from "./operators/attributes.ts";
import { operators } from "./operators/index.ts";
import { others } from "./operators/others.ts";

const where = "fromOnnx";

/** The first set of operators whose shapes and axes are inputs, as they are since. */
const oldest = 13;

/**
 * A module that does what an ONNX file says, for the operators that {@link exportOnnx} writes, and those that PyTorch writes for
 * the same layers. Its `forward` takes the inputs of the file in their order, and gives its output; gradients go through it to
 * what it is given. The numbers of the file are its state, under their names: a state dict of the model that was exported
 * takes them, and nothing in it is trained. Numbers of float16 and bfloat16 become float32.
 *
 * Nothing in a file is run as code, and nothing of it is computed before `forward`, where sizes are those that the file says.
 *
 * @throws TensorError with the code `EVENKEEL_FILE` for what is no such file; for operators that are not known, all of them by
 * name, and for attributes and inputs that ask for something else than what is done here; for sets of operators before 13, numbers
 * in other files, and more than one output. `forward` throws one for other inputs than the file says, and where a node cannot do
 * what it says.
 * @see PyTorch has no counterpart; there `onnx2torch` and others do.
 *
 * @example
 * ```ts
 * import { nn, randn, zeros } from "evenkeel";
 * import { exportOnnx, fromOnnx } from "evenkeel/io";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 2));
 * const again = fromOnnx(exportOnnx(model, zeros([1, 4])));
 * const x = randn([5, 4]);
 * console.log(again.forward(x).sub(model.forward(x)).abs().max().item() < 1e-6); // => true
 * console.log(Object.keys(again.stateDict()).join(" ")); // => 0.weight 0.bias 2.weight 2.bias
 * ```
 */
export function fromOnnx(bytes: Uint8Array): Module {
  checkBytes(where, bytes);
  const kind = fileKind(bytes);
  if (kind !== undefined) refuseFile(where, { expected: "an ONNX file", ...kind });
  const model = decodeModel(where, bytes);
  if (model.opset < oldest) {
    refuse({ where, part: "an ONNX file" }, `operators of the set ${oldest} or later`, `the set ${model.opset}`);
  }
  const known = { ...operators, ...others() };
  checkNodes(model, known);
  const constants = model.constants.map((constant) => [constant.name, constantValue(where, constant)] as const);
  return new OnnxModel(model, known, new Map(constants));
}

/** Refuses operators that are not known, and nodes whose inputs nothing has made. */
function checkNodes({ nodes, constants, inputs, outputs }: FileModel, known: object): void {
  const place = { where, part: "an ONNX file" };
  const unknown = new Set(nodes.map(({ type }) => type).filter((type) => !Object.hasOwn(known, type)));
  if (unknown.size > 0) {
    throw new TensorError(where, {
      expected: "operators that exportOnnx writes",
      got: [...unknown].map((type) => describe(type)).join(", "),
      hint: "Other runtimes, such as onnxruntime, know them all.",
      code: "EVENKEEL_FILE",
    });
  }
  const used = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.map(({ name }) => name)]);
  const odd = new Set(nodes.map((node) => unknownTo(node, (name) => used.has(name))).filter((what) => what !== null));
  if (odd.size > 0) {
    throw new TensorError(where, {
      expected: "operators that do what exportOnnx has them do, or PyTorch",
      got: [...odd].join(", "),
      hint: "Other runtimes, such as onnxruntime, know all of them.",
      code: "EVENKEEL_FILE",
    });
  }
  const made = new Set<string>();
  const add = (name: string) => {
    if (name === "" || made.has(name)) refuse(place, "a name of its own for everything", describe(name));
    made.add(name);
  };
  for (const { name } of [...constants, ...inputs]) add(name);
  for (const node of nodes) {
    const missing = node.inputs.find((name) => name !== "" && !made.has(name));
    if (missing !== undefined) refuse(place, "inputs that are made before", describe(missing));
    for (const output of node.outputs) if (output !== "") add(output);
  }
  if (inputs.length === 0) refuse(place, "an input", "none");
  if (outputs.length !== 1) refuse(place, "one output", `${outputs.length}`);
  if (!made.has(outputs[0].name)) refuse(place, "a node that makes the output", "none");
}
