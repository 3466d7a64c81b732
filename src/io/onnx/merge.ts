import type { Dtype } from "../../base/dtype.ts";
import { show, TensorError } from "../../base/errors.ts";
import { NDArray } from "../../kernels/array.ts";
import { type Amount, isFixed } from "./amount.ts";
import { type MergedCall, type MergedSetting, type Operand, reshaped } from "./call.ts";
import type { Described, Graph } from "./graph.ts";
import { writers } from "./nodes/index.ts";
import type { Call, Given, Setting } from "./recorder.ts";

/** What one run of a model did: its calls, and what it gave. */
export interface Run {
  readonly calls: readonly Call[];
  readonly output: Given;
}

/** The same of three runs, one for each number of examples. */
type Three<T> = readonly [T, T, T];

/** What is in the graph already: the name of each value, its shape, and what made it. */
interface Known {
  readonly name: string;
  readonly shape: readonly Amount[];
  readonly kernel: string;
}

/**
 * Writes three runs as one graph of any number of examples: they have done the same, and sizes and numbers that differ
 * follow from the number of examples.
 *
 * @param inputs - the names of the inputs, which are the first values.
 * @returns the name of the output, with its shape.
 */
export function mergeRuns(graph: Graph, runs: Three<Run>, inputs: readonly Described[]): Described {
  const known = new Map<number, Known>();
  for (const [i, { name, shape }] of inputs.entries()) known.set(i, { name, shape, kernel: "input" });
  const uses = usesOf(runs[0]);
  const operand = (given: Three<Given>): Operand => {
    const shape = shapeOf(graph, given.map(shapeOfGiven) as unknown as Three<readonly number[]>);
    const [{ dtype }] = given.map(dtypeOf);
    const values = given.map((x) => ("value" in x ? x.value : null));
    if (values.every((value) => value !== values[0] || value === null)) {
      return { name: constantOf(graph, given, shape), shape, dtype, isConstant: true, isBareProduct: false };
    }
    const found = known.get(values[0] as number) as Known;
    const isBareProduct = found.kernel === "matmul" && uses.get(values[0] as number) === 1;
    return { name: reshaped(graph, found.name, found.shape, shape), shape, dtype, isConstant: false, isBareProduct };
  };
  const most = runs.reduce((longest, { calls }) => Math.max(longest, calls.length), 0);
  for (let i = 0; i < most; i++) {
    const calls = runs.map((run) => run.calls[i]) as unknown as Three<Call>;
    refuseOthers(graph, calls);
    const call = merged(graph, calls, operand);
    const name = writers[call.kernel](graph, call);
    known.set(calls[0].made.value, { name, shape: call.shape, kernel: call.kernel });
  }
  const outputs = runs.map(({ output }) => output) as unknown as Three<Given>;
  if (new Set(outputs.map(signatureOf)).size > 1) refuseDifference(graph, outputs.map(signatureOf));
  return operand(outputs);
}

function merged(graph: Graph, calls: Three<Call>, operand: (given: Three<Given>) => Operand): MergedCall {
  const [{ kernel, inputs, settings, made }] = calls;
  return {
    kernel,
    inputs: inputs.map((_, i) => operand(calls.map((call) => call.inputs[i]) as unknown as Three<Given>)),
    settings: settings.map((_, i) => mergedSetting(calls.map((call) => call.settings[i]) as unknown as Three<Setting>)),
    shape: shapeOf(graph, calls.map((call) => call.made.shape) as unknown as Three<readonly number[]>),
    dtype: made.dtype,
  };
}

function mergedSetting(three: Three<Setting>): MergedSetting {
  if (three.every((value) => typeof value === "number")) return three as Amount;
  const [first] = three;
  if (!Array.isArray(first)) return first as MergedSetting;
  return first.map((_, i) => three.map((list) => (list as number[])[i]) as unknown as Amount);
}

/** Refuses calls that are not the same, but for sizes and numbers. */
function refuseOthers(graph: Graph, calls: Three<Call | undefined>): void {
  const kinds = calls.map((call) => {
    if (call === undefined) return "nothing more";
    const settings = call.settings.map((setting) => {
      if (typeof setting === "number") return "number";
      return Array.isArray(setting) ? `${setting.length} numbers` : JSON.stringify(setting);
    });
    return `${call.kernel}(${[...call.inputs.map(signatureOf), ...settings].join(", ")})`;
  });
  if (new Set(kinds).size > 1) refuseDifference(graph, kinds);
}

/** What is the same of an array in all runs. */
function signatureOf(given: Given): string {
  const { shape, dtype } = "value" in given ? given : given.constant;
  return `${"value" in given ? `value ${given.value}` : given.name} of ${dtype} and ${shape.length} dimensions`;
}

function refuseDifference({ counts }: Graph, kinds: readonly string[]): never {
  const odd = kinds.findIndex((kind) => kind !== kinds[0]);
  throw new TensorError("exportOnnx", {
    expected: "a forward that does the same for any number of examples",
    got: `${kinds[0]} for ${counts[0]} examples, and ${kinds[odd]} for ${counts[odd]}`,
    hint: "x.shape[0] may be used in shapes and as a number, but not to choose what to do, or how often.",
  });
}

const shapeOfGiven = (given: Given) => ("value" in given ? given.shape : given.constant.shape);
const dtypeOf = (given: Given): { dtype: Dtype } => ("value" in given ? given : given.constant);

function shapeOf(graph: Graph, shapes: Three<readonly number[]>): Amount[] {
  const [first] = shapes;
  if (shapes.some(({ length }) => length !== first.length)) refuseDifference(graph, shapes.map(show));
  return first.map((_, d) => shapes.map((shape) => shape[d]) as unknown as Amount);
}

/** How often each value is given to a call, or is the output. */
function usesOf({ calls, output }: Run): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  for (const given of [...calls.flatMap(({ inputs }) => inputs), output]) {
    if ("value" in given) uses.set(given.value, (uses.get(given.value) ?? 0) + 1);
  }
  return uses;
}

/** The name of numbers that do not depend on the input, though their shape, or a number, may follow the examples. */
function constantOf(graph: Graph, given: Three<Given>, shape: readonly Amount[]): string {
  const arrays = given.map((x) => (x as { constant: NDArray }).constant) as unknown as Three<NDArray>;
  const [{ name }] = given as Three<{ name: string }>;
  const parts = arrays.map((x) => firstAlong(x, shape));
  const isSpread = parts[0] !== arrays[0];
  const [part] = parts;
  if (part !== null && parts.every((other) => other !== null && isSameData(part, other))) {
    const made = graph.constant(name, part);
    return isSpread ? graph.node("Expand", [made, graph.ints(shape)]) : made;
  }
  const numbers = arrays.map(onlyNumber);
  if (numbers.every((value) => value !== null)) {
    const made = graph.scalar(numbers as unknown as Amount, arrays[0].dtype);
    return shape.length === 0 ? made : graph.node("Expand", [made, graph.ints(shape)]);
  }
  throw new TensorError("exportOnnx", {
    expected: "constants that are the same for any number of examples, but for being repeated",
    got: `${describeAll(arrays)}, of which the numbers differ with the number of examples, or from run to run`,
    hint: "A position in the batch, as arange(x.shape[0]) has it, cannot be written.",
  });
}

const describeAll = (arrays: Three<NDArray>): string => arrays.map(({ shape }) => show(shape)).join(", ");

/** What repeats along the dimensions that follow the examples, once; null where it does not repeat. */
function firstAlong(x: NDArray, shape: readonly Amount[]): NDArray | null {
  if (shape.every(isFixed)) return x;
  const sizes = shape.map((size, d) => (isFixed(size) ? x.shape[d] : 1));
  const once = new NDArray(
    x.data.slice(
      0,
      sizes.reduce((product, size) => product * size, 1),
    ),
    sizes,
    x.dtype,
  );
  const strides = sizes.map((size, d) => (size === 1 ? 0 : sizes.slice(d + 1).reduce((product, s) => product * s, 1)));
  const place = (at: number) => {
    let [rest, sum] = [at, 0];
    for (let d = sizes.length - 1; d >= 0; d--) {
      sum += (rest % x.shape[d]) * strides[d];
      rest = Math.floor(rest / x.shape[d]);
    }
    return sum;
  };
  const firsts = new Map<number, number>();
  for (let at = 0; at < x.data.length; at++) {
    const to = place(at);
    const first = firsts.get(to);
    if (first === undefined) {
      firsts.set(to, x.data[at]);
      once.data[to] = x.data[at];
    } else if (!Object.is(first, x.data[at])) return null;
  }
  return once;
}

function isSameData(a: NDArray, b: NDArray): boolean {
  return show(a.shape) === show(b.shape) && a.data.every((value, i) => Object.is(value, b.data[i]));
}

/** The number that all elements are, or null. */
function onlyNumber({ data }: NDArray): number | null {
  return data.length > 0 && data.every((value) => Object.is(value, data[0])) ? data[0] : null;
}

/**
 * The numbers of examples for which a model is run: such as no size of it is, and not below those of a small example, whose
 * positions another input may hold.
 */
export function threeCounts(taken: ReadonlySet<number>, rows: number): Amount {
  const free: number[] = [];
  // Primes are seldom a product, or a size, by chance.
  const isPrime = (count: number) => [2, 3, 5, 7].every((p) => count === p || count % p > 0);
  for (let count = rows > 64 ? 5 : Math.max(5, rows + 1); free.length < 3; count++) {
    if (isPrime(count) && !taken.has(count)) free.push(count);
  }
  return free as unknown as Amount;
}
