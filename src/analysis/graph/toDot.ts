import type { ComputationGraph, GraphNode } from "./graph.ts";
import { edgeColour, nodeColours, nodeInk } from "./nodeColours.ts";
import { checkGraph, nodeLines, oneLine } from "./nodeLines.ts";

/**
 * A computation graph in DOT, the language of Graphviz, from left to right: operations are rounded, modules have a double
 * border, leaves have corners, constants are dashed. Whatever stands in a name is drawn as it is.
 *
 * @throws TensorError if it is not a computation graph.
 * @see Graphviz, "DOT Language". {@link toSvg} draws it.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { computationGraph, toDot } from "evenkeel/analysis";
 *
 * const a = tensor(2, { requiresGrad: true });
 * const lines = toDot(computationGraph(a.add(a), { names: { a } })).split("\n");
 * console.log(lines.filter((line) => line.includes("->")).map((line) => line.trim())); // => [ 'n0 -> n1;', 'n0 -> n1;' ]
 * ```
 */
export function toDot(graph: ComputationGraph): string {
  checkGraph("toDot", graph);
  return [
    "digraph computationGraph {",
    `  graph [rankdir=LR, bgcolor=transparent, ranksep=0.35, nodesep=0.2];`,
    `  node [shape=box, fontname=${graphFont}, fontsize=10, margin="0.12,0.07", color="${nodeInk}", fontcolor="${nodeInk}"];`,
    `  edge [color="${edgeColour}", arrowsize=0.7];`,
    ...graph.nodes.map((node) => `  n${node.id} [${attributes(node, node.id === graph.output)}];`),
    ...graph.edges.map(({ from, to }) => `  n${from} -> n${to};`),
    "}",
    "",
  ].join("\n");
}

/** Graphviz does not know the reader's fonts: letters of this one are as wide in whatever takes its place. */
const graphFont = "Courier";

const styles: Readonly<Record<GraphNode["kind"], string>> = {
  operation: `style="filled,rounded"`,
  module: "style=filled, peripheries=2",
  parameter: "style=filled",
  input: "style=filled",
  constant: `style="filled,dashed"`,
};

function attributes(node: GraphNode, isOutput: boolean): string {
  const label = nodeLines(node).map(escaped).join("\\n");
  return `label="${label}", fillcolor="${nodeColours[node.kind]}", ${styles[node.kind]}${isOutput ? ", penwidth=2" : ""}`;
}

/** Graphviz reads backslashes and, as HTML does, names between `&` and `;` in a text. */
function escaped(text: string): string {
  return oneLine(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("&", "&amp;");
}
