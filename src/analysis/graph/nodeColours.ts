import type { GraphNode } from "./graph.ts";

/** The fill of each kind of node, with {@link nodeInk} on it: to be told apart by colour-blind readers, on light and dark. */
export const nodeColours: Readonly<Record<GraphNode["kind"], string>> = {
  operation: "#e8eaed",
  module: "#cfe2f7",
  parameter: "#fbe3a9",
  input: "#c8eadb",
  constant: "#ffffff",
};

/** The colour of text and borders within nodes. */
export const nodeInk = "#1f2328";

/** The colour of edges, which have to be seen on white and on black. */
export const edgeColour = "#7d8590";
