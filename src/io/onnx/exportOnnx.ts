import { noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { names } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf } from "../../base/optionRules.ts";
import { shared } from "../../base/shared.ts";
import { isModule } from "../../nn/module/fields.ts";
import { keep } from "../../nn/module/keep.ts";
import type { Module } from "../../nn/module/module.ts";
import { defaultGenerator } from "../../random/generator.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { fixed } from "./amount.ts";
import { inputsOf, isBatched } from "./examples.ts";
import { type Described, Graph } from "./graph.ts";
import { mergeRuns, type Run, threeCounts } from "./merge.ts";
import { writers } from "./nodes/index.ts";
import { prove } from "./proof.ts";
import { Recorder, rootOf } from "./recorder.ts";

/** Options of {@link exportOnnx}. */
export interface ExportOnnxOptions {
  /** The name of the input; of several, a list. Default `"input"`, and then `"input_1"`, `"input_2"`, … */
  readonly inputName?: string | readonly string[];
  /** The name of the output. Default `"output"`. */
  readonly outputName?: string;
}

const where = "exportOnnx";

const isName = (value: unknown): boolean => typeof value === "string" && value !== "";

const rules = {
  inputName: {
    is: {
      expected: "a name, or a list of names,",
      accepts: (value) => isName(value) || (names.accepts(value) && (value as string[]).every(isName)),
    },
    default: "input",
  },
  outputName: { is: { expected: "a name", accepts: isName }, default: "output" },
} satisfies OptionRules<ExportOnnxOptions>;

/**
 * A model in evaluation mode as an ONNX file, which other runtimes run: of any number of examples, in the dtype that it has.
 *
 * The model is run, without gradients, for three numbers of examples, and what happens to what depends on the input is
 * followed and written down: also where there is no gradient, as with `argmax`, comparisons, whole numbers, `detach` and
 * changes in place. What does not depend on it is a constant. Sizes and numbers may follow the number of examples `n` as
 * `a·n + b`. Then the file is run beside the model, with other numbers of examples and other values, and returned only if it
 * says the same. Nothing about the model changes.
 *
 * @param model - any module whose `forward` takes tensors and gives one.
 * @param exampleInput - an input, whose first dimension is that of the examples; a list where `forward` takes several, such as
 * the scores and the labels of a loss. One with another first size than the first has is of that size always.
 * @returns a model of ONNX's operator set 17.
 * @throws TensorError if what depends on the input is read as numbers (`item()`, `data`, `toArray()`), or goes through what
 * cannot be written, by name; if random numbers are drawn, a batch norm has no running statistics, or `forward` does something
 * else for another number of examples; if the file does not say what the model does; and what `forward` throws.
 * @see PyTorch `torch.onnx.export`, which makes constants of what it cannot follow; https://onnx.ai.
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
  const { inputName, outputName } = optionsOf(where, options, rules);
  const inputNames = namesOf(examples.length, inputName);
  if (inputNames.includes(outputName)) {
    throw new TensorError(where, { expected: "an output under a name of its own", got: describe(outputName) });
  }
  const own = examples.map((x) => x.detach().clone());
  outputOf(model, own); // what forward says of the example itself is for it to say
  const counts = threeCounts(sizesOf(model, own), own[0].shape[0]);
  const inputs = own.map((x, i): Described => {
    const [first, ...rest] = x.shape;
    const shape = [isBatched(x, own) ? counts : fixed(first), ...rest.map(fixed)];
    return { name: inputNames[i], dtype: x.dtype, shape };
  });
  const graph = new Graph(counts, inputNames, outputName);
  const [a, b, c] = counts.map((count) => recorded(model, own, count));
  const bytes = graph.model(model.constructor.name, inputs, mergeRuns(graph, [a, b, c], inputs));
  prove(bytes, (...xs) => outputOf(model, xs), own);
  return bytes;
}

/** A name for each input, all of them different. */
function namesOf(count: number, given: string | readonly string[]): readonly string[] {
  if (!Array.isArray(given))
    return Array.from({ length: count }, (_, i) => (i === 0 ? (given as string) : `${given}_${i}`));
  if (given.length === count && new Set(given).size === count) return given;
  throw new TensorError(where, { expected: `names of ${count} inputs, all different`, got: describe(given) });
}

/** What a model does in evaluation, and with it nothing else: it is then as it was, whatever `forward` did to it. */
function inEvaluation<T>(model: Module, fn: () => T): T {
  const kept = keep([model, defaultGenerator]);
  try {
    model.eval();
    return noGrad(fn);
  } finally {
    kept.restore();
  }
}

function outputOf(model: Module, xs: readonly Tensor[]): Tensor {
  const y = inEvaluation(model, () => model.forward(...xs));
  if (isTensor(y)) return y;
  throw new TensorError(where, { expected: "a forward that gives one tensor", got: describe(y) });
}

/** One run for so many examples, of which all is followed that depends on them. */
function recorded(model: Module, examples: readonly Tensor[], count: number): Run {
  const xs = inputsOf(examples, count, "same");
  return inEvaluation(model, () => {
    const named = [...model.namedBuffers(), ...model.namedParameters()];
    const recorder = new Recorder(new Map(named.map(([name, { array }]) => [rootOf(array), name])), (kernel) =>
      Object.hasOwn(writers, kernel),
    );
    for (const x of xs) recorder.follow(x.array);
    const state = shared();
    const outer = state.listener;
    state.listener = recorder;
    try {
      const { array } = model.forward(...xs);
      if (recorder.refusal === null) return { calls: recorder.calls, output: recorder.given(array) };
    } catch (error) {
      if (recorder.refusal === null) refuseCount(count, error);
    } finally {
      state.listener = outer;
    }
    throw recorder.refusal;
  });
}

function refuseCount(count: number, error: unknown): never {
  throw new TensorError(where, {
    expected: "a forward of any number of examples, the first size of the input",
    got: `for ${count} of them ${error instanceof Error ? error.message : describe(error)}`,
    hint: "An input with as many rows as the first one has is taken to have one for each example.",
  });
}

/** All sizes that a model has, so that the number of examples is none of them by chance. */
function sizesOf(model: Module, examples: readonly Tensor[]): ReadonlySet<number> {
  const tensors = [...model.parameters(), ...model.namedBuffers().map(([, buffer]) => buffer), ...examples];
  return new Set(tensors.flatMap(({ shape }) => [...shape]));
}
