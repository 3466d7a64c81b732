import { isGone, restore } from "../../autograd/hidden.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { fromOne, fromZero, record } from "../../base/optionKinds.ts";
import { type OptionRules, optionsOf, type Settings } from "../../base/optionRules.ts";
import type { Module } from "../../nn/module/module.ts";
import { isParameter } from "../../nn/module/parameter.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { preserving } from "../measuring/preserving.ts";
import { aModule } from "../measuring/watching.ts";
import { displayedGraph } from "./displayedGraph.ts";
import { type Draft, draftGraph, nodeOf, operationsBehind } from "./draftGraph.ts";
import type { ComputationGraph, GraphCollapse, GraphNode } from "./graph.ts";
import { graphNumbers, noNumbers } from "./graphNumbers.ts";
import { describeRun, joinRuns } from "./joinRuns.ts";
import { callsAround, type ModuleCall, moduleCalls } from "./moduleCalls.ts";

/** Options of {@link computationGraph}. */
export interface ComputationGraphOptions {
  /** Whose parameters, buffers and modules are called by their dotted names. Default: there are no such names. */
  readonly model?: Module;
  /** Names for tensors. Those of tensors that are not in the graph are passed over. Default: none. */
  readonly names?: Readonly<Record<string, Tensor>>;
  /** Of how many numbers a tensor may be to have all of them in the graph. Default `8`. */
  readonly values?: number;
  /**
   * Which operations become one node: `"none"`; those of `"all"` outermost modules within the model; or, with `"auto"`,
   * those of modules, inner ones first, until there are no more nodes than `most`. It takes a function. Default `"auto"`.
   */
  readonly collapse?: GraphCollapse;
  /** With `collapse: "auto"`, how many nodes are still readable. Default `60`. */
  readonly most?: number;
}

/**
 * How a tensor was made: every recorded operation behind it, and what went into it, with shapes, values and gradients,
 * as plain data for {@link toDot}, {@link toMermaid} and {@link toSvg}.
 *
 * Given a function and a model, it runs the function once and also notes which module made what; the layers of a
 * `Sequential` then run one by one. Given a tensor, it reads what is there, and nothing is run.
 *
 * @param y - any tensor, of whatever shape; or a function that returns one, which takes `{ model }`. Should the function
 * call `backward`, the graph has the gradients of that, and the model gets back those it had.
 * @throws TensorError if `y` is neither; for a function without a model; for `collapse: "all"` of a tensor; for unknown
 * options.
 * @see micrograd's `draw_dot`, which has a second node for each operation. PyTorch has `torch.autograd.graph`, and
 * torchviz draws it, without values.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { computationGraph } from "evenkeel/analysis";
 *
 * const a = tensor(2, { requiresGrad: true });
 * const b = tensor(-3, { requiresGrad: true });
 * const y = a.mul(b).tanh();
 * y.backward();
 * const { nodes, edges } = computationGraph(y, { names: { a, b, y } });
 * console.log(nodes.map(({ name, operation }) => name ?? operation).join(" ")); // => a b mul y
 * console.log(edges.map(({ from, to }) => `${from}→${to}`).join(" ")); // => 0→2 1→2 2→3
 * ```
 */
export function computationGraph(y: Tensor | (() => Tensor), options: ComputationGraphOptions = {}): ComputationGraph {
  const settings = optionsOf(where, options, rules);
  const { model, names, collapse } = settings;
  for (const [name, value] of Object.entries(names)) {
    if (isTensor(value)) continue;
    throw new TensorError(where, { expected: `a tensor by the name ${describe(name)}`, got: describe(value) });
  }
  if (typeof y === "function") {
    if (model === undefined) {
      throw new TensorError(where, {
        expected: "a function together with { model }",
        got: "a function alone",
        hint: "Without a model, give what the function returns.",
      });
    }
    return preserving(model, () => {
      // Those of `backward` in the function are then its own, and not added to those there were.
      for (const parameter of model.parameters()) parameter.grad = null;
      const { result, calls } = moduleCalls(model, y);
      checkTensor(result, "a function that returns a tensor");
      return displayedGraph(graphOf(result, calls, settings, 1));
    });
  }
  checkTensor(y, "a tensor, or a function that returns one");
  if (collapse === "all") {
    throw new TensorError(where, {
      expected: 'a function together with collapse: "all"',
      got: "a tensor, of which nobody knows which module made it",
      hint: 'Write computationGraph(() => model.forward(x), { model, collapse: "all" }).',
    });
  }
  return displayedGraph(graphOf(y, [], settings, 0));
}

const where = "computationGraph";

const rules = {
  model: { is: aModule },
  names: {
    is: { expected: "an object of tensors", accepts: (value) => record.accepts(value) && !isTensor(value) },
    default: {},
  },
  values: { is: fromZero, default: 8 },
  collapse: { words: ["auto", "all", "none"], default: "auto" },
  most: { is: fromOne, default: 60 },
} satisfies OptionRules<ComputationGraphOptions>;

type Choice = Settings<ComputationGraphOptions, typeof rules>;

function checkTensor(y: unknown, expected: string): asserts y is Tensor {
  if (!isTensor(y)) throw new TensorError(where, { expected, got: describe(y) });
}

function graphOf(y: Tensor, calls: readonly ModuleCall[], settings: Choice, forward: number): ComputationGraph {
  const { names, values, collapse, most, model } = settings;
  const operations = operationsBehind(y);
  const around = new Map<Tensor, readonly ModuleCall[]>();
  const found = callsAround(
    calls,
    operations.map(nodeOf).map(({ order }) => order),
  );
  operations.forEach((x, i) => void around.set(x, found[i]));
  const { drafts, collapsed } = readable(y, operations, around, calls, settings);

  const own = model === undefined ? [] : [...model.namedParameters(), ...model.namedBuffers()];
  const nameOf = namesOf(
    own.map(([name, x]) => [x, name] as const),
    names,
  );
  const changed = changedTensors(operations);
  for (const x of operations) if (!changed.has(x)) restore(x);
  const idOf = new Map(drafts.map((draft, id) => [draft, id]));
  return {
    kind: "computationGraph",
    options: { names: Object.keys(names), values, collapse, most },
    cost: { forward, backward: 0 },
    nodes: drafts.map((draft, id): GraphNode => {
      const { tensor } = draft;
      const gradient = tensor.hiddenGrad();
      return {
        id,
        name: nameOf.get(tensor) ?? null,
        ...originOf(draft, around.get(tensor)?.at(-1)),
        shape: [...tensor.shape],
        dtype: tensor.dtype,
        requiresGrad: tensor.requiresGrad,
        value: isGone(tensor) ? noNumbers : graphNumbers(tensor.array, values),
        gradient: gradient === null ? null : graphNumbers(gradient.array, values),
        isChanged: changed.has(tensor),
        operations: draft.operations.length,
        parameters: draft.absorbed.reduce((sum, x) => sum + x.numel(), 0),
      };
    }),
    edges: drafts.flatMap((draft, to) =>
      draft.sources.map((source, argument) => ({ from: idOf.get(source) as number, to, argument })),
    ),
    output: drafts.length - 1,
    operations: operations.length,
    collapsed,
  };
}

/** The nodes at the finest level that is still readable. */
function readable(
  y: Tensor,
  operations: readonly Tensor[],
  around: ReadonlyMap<Tensor, readonly ModuleCall[]>,
  calls: readonly ModuleCall[],
  { model, names, collapse, most }: Choice,
): { readonly drafts: readonly Draft[]; readonly collapsed: ComputationGraph["collapsed"] } {
  const given = new Set<unknown>([...Object.values(names), ...calls.flatMap(({ inputs }) => inputs)]);
  const isShown = (x: Tensor) => given.has(x) || (x.requiresGrad && !isParameter(x));
  const isAlone = model?.namedModules().length === 1;
  /** What is made at this depth or by an innermost module above it; the model itself stays open. */
  const callAt = (depth: number) => (x: Tensor) => {
    const path = (around.get(x) ?? []).filter(({ name }) => name !== "" || isAlone);
    const call = path[Math.min(depth, path.length - 1)];
    return call !== undefined && (call.depth === depth || call.isInnermost) ? call : null;
  };
  const at = (depth: number) => draftGraph(y, operations, { callOf: callAt(depth), isShown });

  const open = draftGraph(y, operations, { callOf: () => null, isShown });
  if (calls.length === 0 || collapse === "none") return { drafts: open, collapsed: "nothing" };
  if (collapse === "all") return { drafts: at(0), collapsed: "modules" };
  if (open.length <= most) return { drafts: open, collapsed: "nothing" };
  const deepest = calls.reduce((depth, call) => Math.max(depth, call.depth), 0);
  for (let depth = deepest; depth >= 0; depth--) {
    const drafts = at(depth);
    if (drafts.length <= most) return { drafts, collapsed: "modules" };
  }
  return { drafts: joinRuns(at(0)), collapsed: "runs" };
}

/** What made the tensor of a node. */
function originOf(
  { tensor, calls }: Draft,
  innermost: ModuleCall | undefined,
): Pick<GraphNode, "kind" | "operation" | "module" | "type"> {
  if (calls.length > 0) {
    const [first, last] = [calls[0].name, calls[calls.length - 1].name];
    const type = describeRun(calls.map((call) => call.type));
    return { kind: "module", operation: null, module: calls.length > 1 ? `${first} … ${last}` : first, type };
  }
  if (tensor.node !== null) {
    const operation = tensor.node.op.name;
    return { kind: "operation", operation, module: innermost?.name ?? null, type: innermost?.type ?? null };
  }
  const kind = isParameter(tensor) ? "parameter" : tensor.requiresGrad ? "input" : "constant";
  return { kind, operation: null, module: null, type: null };
}

/** The names of tensors: those given go before those of the model. */
function namesOf(
  own: readonly (readonly [Tensor, string])[],
  given: Readonly<Record<string, Tensor>>,
): Map<Tensor, string> {
  const chosen = new Map<Tensor, string>();
  for (const [name, x] of Object.entries(given)) {
    const before = chosen.get(x);
    chosen.set(x, before === undefined ? name : `${before}, ${name}`);
  }
  return new Map([...own, ...chosen]);
}

/** The tensors whose memory has another version than when an operation was recorded, or could not be computed anew. */
function changedTensors(operations: readonly Tensor[]): Set<Tensor> {
  const changed = new Set<Tensor>();
  for (const x of operations) {
    const { inputs, versions, outputVersion } = nodeOf(x);
    inputs.forEach((input, i) => {
      if (input.array.version !== versions[i]) changed.add(input);
    });
    const isStale = isGone(x) && inputs.some((input) => changed.has(input));
    if (x.array.version !== outputVersion || isStale) changed.add(x);
  }
  return changed;
}
