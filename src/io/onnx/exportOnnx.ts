import { enableGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../brand.ts";
import { describe, TensorError } from "../../errors.ts";
import { isModule } from "../../nn/fields.ts";
import type { Module } from "../../nn/module.ts";
import { checkOptions } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import type { Bytes } from "../bytes.ts";
import { Graph } from "./graph.ts";
import { nodesOf, refusalOf } from "./moduleNodes.ts";
import { operationNode } from "./operationNodes.ts";

/** Options of {@link exportOnnx}. */
export interface ExportOnnxOptions {
  /** The name of the input; of several, a list. Default `"input"`, and then `"input_1"`, `"input_2"`, … */
  readonly inputName?: string | readonly string[];
  /** The name of the output. Default `"output"`. */
  readonly outputName?: string;
}

const where = "exportOnnx";

/**
 * A model in evaluation mode as an ONNX file, which other runtimes run: of any number of examples, in the dtype that it has.
 *
 * The model is run once on the example, and what happens is written down: each module of the library as a whole, and between
 * them sums, products, elementwise functions, `matmul` and `reshape`, as in a module of your own with a shortcut. What does
 * nothing in evaluation, such as dropout, is not in the file. Nothing about the model changes.
 *
 * @param model - any module whose `forward` takes tensors.
 * @param exampleInput - an input, whose first dimension is that of the examples; a list where `forward` takes several, such as
 * the scores and the labels of a loss.
 * @returns a model of ONNX's operator set 17.
 * @throws TensorError for operations that are not written, a batch norm without running statistics, and what
 * `forward` throws.
 * @see PyTorch `torch.onnx.export`; https://onnx.ai.
 *
 * @example
 * ```ts
 * import { nn, zeros } from "evenkeel";
 * import { exportOnnx } from "evenkeel/io";
 *
 * const model = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Tanh(), new nn.Linear(8, 2));
 * const bytes = exportOnnx(model, zeros([1, 4]));
 * console.log(bytes instanceof Uint8Array); // => true
 * ```
 */
export function exportOnnx(
  model: Module,
  exampleInput: Tensor | readonly Tensor[],
  options: ExportOnnxOptions = {},
): Bytes {
  if (!isModule(model)) throw new TensorError(where, { expected: "a module", got: describe(model) });
  const examples: readonly Tensor[] = Array.isArray(exampleInput) ? exampleInput : [exampleInput];
  if (examples.length === 0 || !examples.every((x) => isTensor(x) && x.ndim > 0)) {
    throw new TensorError(where, { expected: "an example input [n, …]", got: describe(exampleInput) });
  }
  checkOptions(where, options, ["inputName", "outputName"]);
  const { outputName = "output" } = options;
  const inputNames = namesOf(examples.length, options.inputName);
  for (const name of [...inputNames, outputName]) {
    if (typeof name !== "string" || name === "")
      throw new TensorError(where, { expected: "names as inputName and outputName", got: describe(name) });
  }
  const { graph, inputs, y, made, constants } = graphOf(
    model,
    examples.map((x) => x.detach().clone()),
    inputNames,
  );
  const other = graphOf(model, examples.map(elsewhere), inputNames);
  if (!constants.every((value, i) => sameData(value, other.constants[i]))) {
    throw new TensorError(where, {
      expected: "a forward whose operations are recorded",
      got: "one that makes a tensor of its input in another way, such as by argmax or detach()",
      hint: "It would be in the file as a constant.",
    });
  }
  const output = graph.node("Identity", [made], {}, outputName);
  return graph.model(model.constructor.name, inputs, [output, y]);
}

/** A name for each input, all of them different. */
function namesOf(count: number, given: string | readonly string[] = "input"): readonly string[] {
  if (!Array.isArray(given))
    return Array.from({ length: count }, (_, i) => (i === 0 ? (given as string) : `${given}_${i}`));
  if (given.length === count && new Set(given).size === count) return given;
  throw new TensorError(where, { expected: `names of ${count} inputs, all different`, got: describe(given) });
}

/** The graph of one run, with the tensors in it that nothing recorded has made. */
function graphOf(model: Module, xs: readonly Tensor[], inputNames: readonly string[]) {
  const graph = new Graph();
  const inputs = xs.map((x, i) => [graph.unique(inputNames[i]), x] as const);
  const known = new Map<Tensor, string>(inputs.map(([name, x]) => [x, name]));
  const constants: Tensor[] = [];
  const y = inEvaluation(model, () => traced(model, xs, { graph, known, constants }));
  return { graph, inputs, y, made: nameOf(y, { graph, known, constants }), constants };
}

/** Another input of the same shape: its numbers in reverse, and floats also halved. */
function elsewhere(x: Tensor): Tensor {
  const y = x.detach().clone();
  y.data.reverse();
  return y.dtype.startsWith("float") ? y.mul(0.5) : y;
}

const sameData = ({ data }: Tensor, other: Tensor | undefined): boolean =>
  data.length === other?.data.length && data.every((value, i) => Object.is(value, other.data[i]));

/** What is known so far: names of tensors, and those among them that nothing recorded has made. */
interface Trace {
  readonly graph: Graph;
  readonly known: Map<Tensor, string>;
  readonly constants: Tensor[];
}

/** Runs the model, and adds the nodes of each of its modules that is written as a whole. */
function traced(model: Module, xs: readonly Tensor[], trace: Trace): Tensor {
  const { graph, known } = trace;
  // So that what happens between modules is recorded.
  for (const x of xs) if (x.dtype.startsWith("float")) x.requiresGrad = true;
  const hooks = model.namedModules().flatMap(([name, module]) => {
    const write = nodesOf(module);
    if (write === null) return [];
    const hook = module.registerForwardHook((_, inputs, output) => {
      const refusal = refusalOf(module);
      if (refusal !== null)
        throw new TensorError(where, { expected: "a model in evaluation", got: `"${name}", which ${refusal}` });
      if (known.has(output)) return;
      const [[input, x], ...others] = (inputs as readonly Tensor[]).map((x) => [nameOf(x, trace), x] as const);
      known.set(output, write({ graph, input, name: name === "" ? module.constructor.name : name, x, others }));
    });
    return [hook];
  });
  try {
    return enableGrad(() => model.forward(...xs));
  } finally {
    for (const hook of hooks) hook.remove();
  }
}

/** The name of a tensor: of what is known already, a parameter, or what recorded operations have made of such. */
function nameOf(tensor: Tensor, { graph, known, constants }: Trace): string {
  // Oldest first, without recursion: a chain of operations may be long.
  const pending = [tensor];
  while (pending.length > 0) {
    const next = pending[pending.length - 1];
    if (known.has(next)) {
      pending.pop();
      continue;
    }
    const { node } = next;
    if (node === null) {
      known.set(next, graph.constant("constant", next));
      constants.push(next);
      continue;
    }
    const missing = node.inputs.filter((input) => !known.has(input));
    if (missing.length > 0) pending.push(...missing);
    else {
      const inputs = node.inputs.map((input) => known.get(input) as string);
      known.set(next, operationNode(graph, node.op, inputs, node.inputs, next));
    }
  }
  return known.get(tensor) as string;
}

/** Runs `fn` with all modules in evaluation, and each as it was afterwards. */
function inEvaluation<T>(model: Module, fn: () => T): T {
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  model.eval();
  try {
    return fn();
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}
