import { describe, show, TensorError } from "../errors.ts";
import type { ComputationGraph, GraphNode } from "./computationGraph.ts";
import type { GraphNumbers } from "./graphNumbers.ts";

/** What is written into a node when a graph is drawn, line by line. The first is what it is. */
export function nodeLines(node: GraphNode): string[] {
  const { name, kind, operation, module, type, shape, dtype, value, gradient, isChanged } = node;
  const owner = [module, type].filter((part) => part !== null && part !== "").join(": ");
  const what = kind === "operation" ? operation : kind === "module" ? owner : null;
  const title = [name, what].filter((part) => part !== null).join(" = ") || kind;
  const sizes = [shape.length > 0 ? show(shape) : "", dtype === "float32" ? "" : dtype].filter((part) => part !== "");
  return [
    title,
    ...(kind === "operation" && owner !== "" ? [`in ${owner}`] : []),
    ...(kind === "module" ? [contents(node)] : []),
    ...(sizes.length > 0 ? [sizes.join(" ")] : []),
    `value ${numbers(value)}`,
    ...(gradient === null ? [] : [`grad ${numbers(gradient)}`]),
    ...(isChanged ? ["changed in place since"] : []),
  ];
}

/** Refuses what is no computation graph. */
export function checkGraph(where: string, graph: unknown): asserts graph is ComputationGraph {
  if ((graph as ComputationGraph | null | undefined)?.kind === "computationGraph") return;
  throw new TensorError(where, {
    expected: "a computation graph",
    got: describe(graph),
    hint: `Write ${where}(computationGraph(y)).`,
  });
}

function contents({ operations, parameters }: GraphNode): string {
  const own = parameters > 0 ? `, ${counted(parameters, "parameter")}` : "";
  return counted(operations, "operation") + own;
}

function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function numbers({ values, min, mean, max, nan, infinite }: GraphNumbers): string {
  const odd = [nan > 0 ? `${nan} NaN` : "", infinite > 0 ? `${infinite} infinite` : ""].filter((part) => part !== "");
  if (values?.length === 1 && odd.length > 0) return nan > 0 ? "NaN" : "infinite";
  if (values?.length === 0) return "empty";
  const spread = mean === null ? [] : [`${rounded(min)} … ${rounded(max)}, mean ${rounded(mean)}`];
  const shown = values === null ? spread : [values.map(rounded).join(", ")];
  return [...shown, ...odd].join("; ");
}

/** To four digits; what is not finite is a gap. */
function rounded(value: number | null): string {
  return value === null ? "–" : String(Number(value.toPrecision(4)));
}
