import { toBase64 } from "../../base/base64.ts";
import type { ComputationGraph } from "./graph.ts";
import { toMermaid } from "./toMermaid.ts";
import { toSvg } from "./toSvg.ts";

/**
 * Gives a graph what a notebook shows of it: a picture where `@viz-js/viz` is installed, and Mermaid's text, which newer
 * notebooks draw by themselves. The property is not enumerable, so that the graph stays plain data.
 */
export function displayedGraph(graph: ComputationGraph): ComputationGraph {
  return Object.defineProperty(graph, Symbol.for("Jupyter.display"), { value: () => bundleOf(graph) });
}

async function bundleOf(graph: ComputationGraph): Promise<Readonly<Record<string, string>>> {
  const text = `A computation graph of ${graph.nodes.length} nodes and ${graph.edges.length} edges`;
  const bundle = { "text/vnd.mermaid": toMermaid(graph), "text/plain": text };
  const svg = await toSvg(graph).catch(() => null);
  if (svg === null) return bundle;
  // As an image, for viewers that strip SVG from HTML.
  const address = `data:image/svg+xml;base64,${toBase64(new TextEncoder().encode(svg))}`;
  return { "text/html": `<img alt="${text}" src="${address}">`, "image/svg+xml": svg, ...bundle };
}
