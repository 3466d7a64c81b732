import { version } from "../../base/version.ts";
import type { FileInput, FileModel } from "../onnx/decode.ts";
import { arrayTypes } from "./constants.ts";
import { elementwise } from "./expressions.ts";
import { helpersFor } from "./helpers/index.ts";
import { mixing } from "./layers.ts";
import { refuseNode, Scope } from "./scope.ts";

/** What an ONNX file does, as the source of a module that needs nothing else. */
export function sourceOf(model: FileModel): string {
  const scope = new Scope(model.constants);
  const inputs = model.inputs.map((input, i) => taken(input, i, scope));
  const parameters = model.inputs.map((_, i) => parameterAt(i));
  const expressions = { ...elementwise(), ...mixing() };
  const steps = model.nodes.map((node) => {
    const expression = expressions[node.type] ?? refuseNode(node, "operators that are written");
    const made = expression(node, scope);
    const outputs = node.outputs.map((name) => scope.declare(name));
    return `const ${outputs.length === 1 ? outputs[0] : `[${outputs.join(", ")}]`} = ${made};`;
  });
  const [output] = model.outputs;
  const constants = scope.constants.declarations();
  const predict = [...inputs, ...steps, `return ${scope.array(output.name)};`];
  const code = [...constants, ...predict].join("\n");
  return `${[
    `// A model in evaluation, written by evenkeel ${version}. It needs nothing else.`,
    [
      "/**",
      ...model.inputs.map(
        (input, i) => ` * @param {ArrayLike<number> | readonly unknown[]} ${parameterAt(i)} ${said(input)}`,
      ),
      ` * @returns {{ data: ${arrayTypes.get(output.dataType)}, shape: number[] }} ${said(output)}`,
      " */",
      `export function predict(${parameters.join(", ")}) {`,
      ...predict.map((line) => `  ${line}`),
      "}",
    ].join("\n"),
    ...helpersFor(code),
    constants.join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

const parameterAt = (i: number): string => (i === 0 ? "input" : `input${i}`);

/** What an input or output is, for who reads the source. */
function said({ dataType, shape }: FileInput): string {
  const sizes = (shape ?? []).map((size) => (typeof size === "number" ? size : "n"));
  return `${arrayTypes.get(dataType)} of [${sizes.join(", ")}]`;
}

/** Makes an array of an input: of so many rows as there are, as the first input has, or as it always has. */
function taken({ name, dataType, shape }: FileInput, i: number, scope: Scope): string {
  const [first, ...row] = shape ?? [];
  const count = typeof first === "number" ? `, ${first}` : i === 0 ? "" : ", x0.shape[0]";
  const array = `taken(${parameterAt(i)}, [${row.join(", ")}], ${arrayTypes.get(dataType)}${count})`;
  return `const ${scope.declare(name)} = ${array};`;
}
