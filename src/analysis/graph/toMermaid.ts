import type { ComputationGraph, GraphNode } from "./graph.ts";
import { nodeColours, nodeInk } from "./nodeColours.ts";
import { checkGraph, nodeLines, oneLine } from "./nodeLines.ts";

/**
 * A computation graph as a Mermaid flowchart, which GitHub, GitLab and many editors draw where it stands in a Markdown
 * page, in a block that is marked `mermaid`. Whatever stands in a name is drawn as it is.
 *
 * @throws TensorError if it is not a computation graph.
 * @see Mermaid, "Flowcharts". Mermaid itself draws no more than 500 edges unless told to.
 *
 * @example
 * ```ts
 * import { tensor } from "evenkeel";
 * import { computationGraph, toMermaid } from "evenkeel/analysis";
 *
 * const a = tensor(2, { requiresGrad: true });
 * console.log(toMermaid(computationGraph(a.add(a), { names: { a } })).split("\n").slice(0, 4).join("\n"));
 * // => flowchart LR
 * //   n0["a<br>value 2"]:::input
 * //   n1("add<br>value 4"):::operation
 * //   n0 --> n1
 * ```
 */
export function toMermaid(graph: ComputationGraph): string {
  checkGraph("toMermaid", graph);
  const kinds = [...new Set(graph.nodes.map(({ kind }) => kind))];
  return [
    "flowchart LR",
    ...graph.nodes.map((node) => `  n${node.id}${box(node)}:::${node.kind}`),
    ...graph.edges.map(({ from, to }) => `  n${from} --> n${to}`),
    ...kinds.map(
      (kind) => `  classDef ${kind} fill:${nodeColours[kind]},stroke:${nodeInk},color:${nodeInk}${dash(kind)}`,
    ),
    `  style n${graph.output} stroke-width:2px`,
    "",
  ].join("\n");
}

const brackets: Readonly<Record<GraphNode["kind"], readonly [open: string, close: string]>> = {
  operation: ["(", ")"],
  module: ["[[", "]]"],
  parameter: ["[", "]"],
  input: ["[", "]"],
  constant: ["[", "]"],
};

function box(node: GraphNode): string {
  const [open, close] = brackets[node.kind];
  return `${open}"${nodeLines(node).map(escaped).join("<br>")}"${close}`;
}

function dash(kind: GraphNode["kind"]): string {
  return kind === "constant" ? ",stroke-dasharray:4 3" : "";
}

/** Every character that Mermaid, Markdown or HTML could take for more than itself, as its code. */
function escaped(text: string): string {
  return oneLine(text).replace(/["#&;<>\\`*_~$|{}]/g, (mark) => `#${mark.charCodeAt(0)};`);
}
