import { describe, show, TensorError } from "../../base/errors.ts";
import type { ComputationGraph, GraphNode } from "./graph.ts";
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
    ...numbers("value", value),
    ...(gradient === null ? [] : numbers("grad", gradient)),
    ...(isChanged ? ["changed in place since"] : []),
  ];
}

/** Refuses anything but a computation graph. */
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

/** How many numbers stand in a line. */
const inLine = 4;

function numbers(what: string, { values, min, mean, max, nan, infinite }: GraphNumbers): string[] {
  const odd = [nan > 0 ? `${nan} NaN` : "", infinite > 0 ? `${infinite} infinite` : ""].filter((part) => part !== "");
  if (values?.length === 1 && odd.length > 0) return [`${what} ${nan > 0 ? "NaN" : "infinite"}`];
  if (values === null) {
    const reach = mean === null ? [] : [`${rounded(min)} … ${rounded(max)}`, `mean ${rounded(mean)}`];
    return [...reach, ...odd].map((line, i) => (i === 0 ? `${what} ${line}` : line));
  }
  if (values.length === 0) return [`${what} empty`];
  const lines = Array.from({ length: Math.ceil(values.length / inLine) }, (_, i) =>
    values
      .slice(i * inLine, (i + 1) * inLine)
      .map(rounded)
      .join(", "),
  );
  return [`${what} ${lines.join(",\n")}`.split("\n"), odd].flat();
}

/** To four digits; what is not finite is a gap. */
function rounded(value: number | null): string {
  if (value === null) return "–";
  const size = Math.abs(value);
  const digits = Number(value.toPrecision(4));
  return size !== 0 && (size < 1e-4 || size >= 1e7) ? digits.toExponential() : String(digits);
}

/** A text without line breaks and other control characters, which are blanks then. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, " ");
}
